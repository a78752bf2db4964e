using System.Diagnostics;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Host;

/// <summary>Starts the host for a surface that finds none: in a session of its own, so that it outlives the terminal, and only for as long as it is used.</summary>
internal static class DaemonStart
{
    private const int ShownLines = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(40);

    /// <summary>Returns when the daemon answers.</summary>
    /// <exception cref="PryxException">HOST_FAILED, with what it said.</exception>
    public static async Task<RunningDaemon> StartAsync(PryxPaths paths, CancellationToken cancellationToken)
    {
        paths.Create();
        Directory.CreateDirectory(paths.Logs);
        var log = Path.Combine(paths.Logs, "host.log");
        using var host = Start(log);
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        while (true)
        {
            if (await RunningDaemon.FindAsync(paths, cancellationToken) is { } daemon)
            {
                return daemon;
            }
            if (host.HasExited || limit.IsCancellationRequested)
            {
                // Another surface may have been faster: then ours was refused, and the other's answers soon.
                return await RunningDaemon.FindAsync(paths, cancellationToken)
                    ?? throw new PryxException("HOST_FAILED", $"Pryx could not be started{Said(log)}", "see what it says with: pryx serve");
            }
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private static Process Start(string log)
    {
        string[] command = [.. OwnExecutable.Command, "serve", "--while-used"];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, CreateNoWindow = true }
            // The shell gives it files instead of our terminal: pipes would end with us.
            : new ProcessStartInfo("/bin/sh", ["-c", "umask 077; log=$1; shift; exec \"$@\" </dev/null >\"$log\" 2>&1", "sh", log, .. command]) { UseShellExecute = false };
        var process = new Process { StartInfo = start };
        process.Start();
        return process;
    }

    private static string Said(string log)
    {
        try
        {
            var lines = File.ReadLines(log).Where(static line => !string.IsNullOrWhiteSpace(line)).TakeLast(ShownLines).ToList();
            return lines.Count == 0 ? "." : $": {string.Join(' ', lines)}";
        }
        catch (IOException)
        {
            return ".";
        }
    }
}
