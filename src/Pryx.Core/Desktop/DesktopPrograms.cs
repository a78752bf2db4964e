using System.Text;
using Pryx.Core.Processes;

namespace Pryx.Core.Desktop;

/// <summary>How a program of the desktop ended.</summary>
public sealed record DesktopOutcome(int ExitCode, string Output, string Error);

/// <summary>Runs programs that belong to the user's desktop, outside of any sandbox: they need its display and its bus. What is meant to stay, such as the owner of the clipboard, stays until the next one takes its place or Pryx ends.</summary>
/// <param name="environment">As children get it.</param>
public sealed class DesktopPrograms(ProcessSpawner spawner, IReadOnlyDictionary<string, string> environment, TimeProvider time) : IAsyncDisposable
{
    private const int MaxOutput = 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20), Settling = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private RunningProcess? _staying;

    /// <summary>The first that is installed and has what it needs; null when none is.</summary>
    public DesktopCommand? Choose(IEnumerable<DesktopCommand> candidates) => candidates.FirstOrDefault(command =>
        (command.Needs is null || environment.GetValueOrDefault(command.Needs) is { Length: > 0 }) && ExecutablePath.Find(command.Program, Path.GetTempPath(), environment) is not null);

    /// <exception cref="SpawnException">It could not be started.</exception>
    /// <exception cref="TimeoutException">It did not end.</exception>
    public async Task<DesktopOutcome> RunAsync(DesktopCommand command, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var process = await spawner.StartAsync(
                new SpawnRequest(command.Program, command.Arguments) { WorkingDirectory = Path.GetTempPath(), Environment = environment, KeepsInput = true }, cancellationToken);
            var isKept = false;
            try
            {
                await process.StandardInput!.WriteAsync(Encoding.UTF8.GetBytes(command.Input ?? ""), cancellationToken);
                await process.StandardInput.DisposeAsync();
                if (command.Stays)
                {
                    await Task.WhenAny(process.Exited, Task.Delay(Settling, time, cancellationToken));
                    if (!process.Exited.IsCompleted)
                    {
                        (var before, _staying, isKept) = (_staying, process, true);
                        if (before is not null)
                        {
                            await before.DisposeAsync();
                        }
                        return new(0, "", "");
                    }
                }
                var output = ReadAsync(process.StandardOutput, cancellationToken);
                var error = ReadAsync(process.StandardError, cancellationToken);
                var exitCode = await process.Exited.WaitAsync(Limit, time, cancellationToken);
                return new(exitCode, await output.WaitAsync(Limit, time, cancellationToken), await error.WaitAsync(Limit, time, cancellationToken));
            }
            finally
            {
                if (!isKept)
                {
                    await process.DisposeAsync();
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_staying is not null)
        {
            await _staying.DisposeAsync();
        }
        _gate.Dispose();
    }

    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            bytes.Write(buffer, 0, (int)Math.Min(read, MaxOutput - bytes.Length));
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
