using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pryx.Host;

/// <summary>Core as a child process of the host. It says what it has to say on the host's own stdout and stderr.</summary>
internal sealed partial class CoreChild : ICoreChild
{
    private const int Term = 15;
    private readonly Process _process;

    private readonly Descendants _descendants;
    private readonly int _processId;

    private CoreChild(Process process, Descendants descendants)
    {
        (_process, _descendants) = (process, descendants);
        _processId = process.Id;
        descendants.Know(_processId);
        Exited = WaitAsync();
    }

    /// <summary>The process's id.</summary>
    public int Id => _processId;

    /// <summary>Also everything it had started is gone.</summary>
    public Task<int> Exited { get; }

    /// <summary>This executable once more, as Core. Must be called on a thread that lives as long as the process: Core dies with the thread that forked it.</summary>
    /// <param name="arguments">What <c>pryx serve</c> was given.</param>
    public static CoreChild Start(IEnumerable<string> arguments, Descendants descendants)
    {
        var self = OwnExecutable.Command;
        string[] core = ["core", "--host-pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)];
        var process = new Process
        {
            // Its input is ours to hold: nobody's keys are read by it, and where nothing better exists its end says that we have died.
            StartInfo = new ProcessStartInfo(self[0], [.. self.Skip(1), .. core, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true },
            EnableRaisingEvents = true,
        };
        // Those are for the host alone: a tool that inherited them could say that Pryx is well.
        foreach (var name in (ReadOnlySpan<string>)["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"])
        {
            process.StartInfo.Environment.Remove(name);
        }
        process.Start();
        return new CoreChild(process, descendants);
    }

    public void Stop()
    {
        if (_process.HasExited)
        {
            return;
        }
        if (OperatingSystem.IsWindows())
        {
            _process.StandardInput.Close();
            return;
        }
        _ = Send(_processId, Term);
    }

    // Elsewhere its tools do not die with it.
    public void Kill() => _process.Kill(entireProcessTree: !OperatingSystem.IsLinux());

    public void Dispose() => _process.Dispose();

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        await _descendants.EndAsync();
        return _process.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
