using System.Globalization;
using Pryx.Protocol.Events;

namespace Pryx.Tui.Chat;

/// <summary>Numbers and ends of turns in few words.</summary>
internal static class ChatWords
{
    public static string Money(decimal usd) => usd.ToString(usd is 0 or >= 0.01m ? "$0.00" : "$0.0000", CultureInfo.InvariantCulture);

    /// <summary>840, 12.3k, 1.2M.</summary>
    public static string Tokens(long count) => count switch
    {
        < 1_000 => count.ToString(CultureInfo.InvariantCulture),
        < 100_000 => (count / 1_000.0).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        < 1_000_000 => (count / 1_000).ToString(CultureInfo.InvariantCulture) + "k",
        _ => (count / 1_000_000.0).ToString("0.#", CultureInfo.InvariantCulture) + "M",
    };

    /// <summary>0.4 s, 12 s, 3:07 min, 1:02 h.</summary>
    public static string Duration(TimeSpan span) => span.TotalSeconds switch
    {
        < 0 => "0 s",
        < 10 => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 60 => ((int)span.TotalSeconds).ToString(CultureInfo.InvariantCulture) + " s",
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}:{span.Seconds:00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:00} h"),
    };

    /// <summary>"just now", "5 min ago", "3 days ago".</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min ago",
        { TotalHours: < 24 } span => $"{(int)span.TotalHours} h ago",
        { TotalDays: < 2 } => "yesterday",
        { TotalDays: < 60 } span => $"{(int)span.TotalDays} days ago",
        _ => then.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>What a turn added up to.</summary>
    public static string Sum(TurnEndedPayload ended, TimeSpan? took)
    {
        var parts = new List<string>();
        if (took is { } span)
        {
            parts.Add(Duration(span));
        }
        parts.Add($"{ended.Steps} {(ended.Steps == 1 ? "step" : "steps")}");
        if (ended.Usage.Input + ended.Usage.Output > 0)
        {
            parts.Add($"{Tokens(ended.Usage.Input)} in, {Tokens(ended.Usage.Output)} out");
        }
        if (ended.CostUsd is { } usd && usd > 0)
        {
            parts.Add(Money(usd));
        }
        if (ended.Agents is { } agents)
        {
            parts.Add($"{agents.Count} {(agents.Count == 1 ? "agent" : "agents")}");
        }
        return string.Join(" · ", parts);
    }

    public static string Undone(UndonePayload undone)
    {
        var files = undone.Count == 0 ? "no file had changed" : $"{undone.Count} {(undone.Count == 1 ? "file" : "files")} put back";
        var word = undone.Kind switch { "redo" => "Brought back", "rewind" => "Rewound", _ => "Undone" };
        return $"{word}: {files}{(undone.Left.Count > 0 ? $", {undone.Left.Count} left as they are" : "")}{(undone.Conversation ? "; the conversation went along" : "")}";
    }

    /// <summary>What helps after a failure; null where nobody knows.</summary>
    public static string? NextAfter(string? code) => code switch
    {
        null => null,
        "MODEL_UNKNOWN" or "MODEL_MISSING" or "NO_MODEL" or "MODEL_NOT_FOUND" => "/model chooses another model",
        _ when code.Contains("KEY", StringComparison.Ordinal) || code.Contains("AUTH", StringComparison.Ordinal) => "/connect sets a key or another provider",
        _ when code.Contains("RATE", StringComparison.Ordinal) || code.Contains("OVERLOAD", StringComparison.Ordinal) || code.Contains("PROVIDER", StringComparison.Ordinal) => "send \"go on\" to try again, or /model for another model",
        _ when code.Contains("CONTEXT", StringComparison.Ordinal) => "/compact makes room",
        _ when code.Contains("BUDGET", StringComparison.Ordinal) => "/cost shows the budgets; pryx budget changes them",
        _ => "send \"go on\" to try again",
    };
}
