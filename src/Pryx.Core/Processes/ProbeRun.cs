using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Processes;

/// <summary>Runs a short command to see whether it works here.</summary>
internal static class ProbeRun
{
    /// <summary>Of the wall clock; what hangs does not work.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task<ProbeResult> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, IReadOnlyList<SafeFileHandle> inherited)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }
        }
        try
        {
            using var process = await SpawnThread.StartAsync(start, inherited).ConfigureAwait(false);
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
            try
            {
                var error = await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return new(process.ExitCode, error);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return new(null, $"it did not end within {Limit.TotalSeconds:0} s");
            }
        }
        catch (SpawnException e)
        {
            return new(null, e.Message);
        }
    }
}
