using System.Globalization;
using System.Text;
using Pryx.Protocol.Processes;

namespace Pryx.Core.Background;

/// <summary>Processes as the model reads them.</summary>
internal static class ProcessText
{
    public static string Of(BackgroundProcessBody process, DateTimeOffset now)
    {
        var text = new StringBuilder(Head(process, now));
        foreach (var line in process.Output)
        {
            text.Append('\n').Append(line.Text);
        }
        return process.Output.Count == 0 ? text.Append("\n(no output)").ToString() : text.ToString();
    }

    private static string Head(BackgroundProcessBody process, DateTimeOffset now)
    {
        var text = new StringBuilder($"{process.Id} ({process.Name}) ");
        if (process.Status == "running")
        {
            text.Append(CultureInfo.InvariantCulture, $"running for {Duration(now - process.StartedAt)}");
        }
        else
        {
            text.Append(process.ExitCode is { } code ? $"ended with exit code {code}" : "ended with the Pryx process that ran it");
            text.Append(process.EndedBy is "user" or "agent" or "session" ? $", stopped by the {process.EndedBy}" : "");
        }
        if (process.Ports is { Count: > 0 } ports)
        {
            text.Append(CultureInfo.InvariantCulture, $", listens on port {string.Join(", ", ports)}{(process.Sandboxed ? " inside its sandbox (nothing else reaches it)" : "")}");
        }
        text.Append(process.Tags.Count > 0 ? $", tags {string.Join(", ", process.Tags)}" : "");
        var shown = process.Output.Count;
        return text.Append(shown > 0 && process.LineCount > shown ? $"; the last {shown} of {process.LineCount} lines:" : ":").ToString();
    }

    private static string Duration(TimeSpan time) => time.TotalMinutes < 2 ? $"{time.TotalSeconds:0} s" : time.TotalHours < 2 ? $"{time.TotalMinutes:0} min" : $"{time.TotalHours:0} h";
}
