using Pryx.Commands.Sessions;
using Pryx.Protocol.Processes;
using Pryx.Terminal;

namespace Pryx.Commands.Processes;

/// <summary>A process as a person reads it.</summary>
internal static class ProcessReport
{
    public static void Write(CommandIo io, BackgroundProcessBody process)
    {
        var style = io.OutStyle;
        var state = process.Status == "running" ? style.Green("running") : process.ExitCode == 0 ? "ended" : style.Red("ended");
        io.Out.WriteLine($"{style.Cyan(process.Id)}  {style.Bold(SafeText.Line(process.Name))}  {state} {style.Dim(SafeText.Line(Details(io, process)))}");
        WriteLines(io, process);
    }

    public static void WriteLines(CommandIo io, BackgroundProcessBody process)
    {
        foreach (var line in process.Output)
        {
            io.Out.WriteLine("  " + (line.Stream == "stderr" ? io.OutStyle.Yellow(SafeText.Of(line.Text)) : SafeText.Of(line.Text)));
        }
    }

    private static string Details(CommandIo io, BackgroundProcessBody process)
    {
        var now = io.Time.GetUtcNow();
        List<string> details = [];
        if (process.Status == "running")
        {
            details.Add($"started {RelativeTime.Of(process.StartedAt, now)}");
            if (process.Ports is { Count: > 0 } ports)
            {
                details.Add($"port {string.Join(", ", ports)}{(process.Sandboxed ? " inside its sandbox" : "")}");
            }
        }
        else
        {
            details.Add(process.EndedBy == "daemon" ? "with the pryx process that ran it" : $"{RelativeTime.Of(process.EndedAt ?? process.StartedAt, now)}, exit code {process.ExitCode}");
            if (process.EndedBy is "user" or "agent" or "session")
            {
                details.Add(process.EndedBy == "session" ? "with its session" : $"stopped by the {process.EndedBy}");
            }
        }
        details.Add(process.Global ? "global" : process.SessionId is { } session ? $"session {session.ToString()[..8]}" : "");
        details.Add(string.Join(' ', process.Tags.Select(static tag => "#" + tag)));
        return $"({string.Join(", ", details.Where(static detail => detail.Length > 0))})";
    }
}
