using System.Text.Json.Serialization;

namespace Pryx.Protocol.Models;

/// <summary>What fills a session's context window, in tokens by class: the best estimate, corrected by what the provider counted (NFR-M1.1).</summary>
public sealed record ContextUsage
{
    /// <summary>As <c>provider/model</c>.</summary>
    public string Model { get; init; } = "";

    /// <summary>The system prompt.</summary>
    public long System { get; init; }

    /// <summary>What the model is told of the tools.</summary>
    public long Tools { get; init; }

    /// <summary>What was said and done: messages, replies, tool calls and their results.</summary>
    public long History { get; init; }
    public long Reasoning { get; init; }
    public long Attachments { get; init; }
    public long Summaries { get; init; }

    /// <summary>All of it.</summary>
    public long Used { get; init; }

    /// <summary>What a request may hold; assumed to be 128,000 where nobody knows.</summary>
    public long Window { get; init; }
    public bool IsWindowKnown { get; init; }

    /// <summary>What a reply may take of the rest.</summary>
    public long ReplyReserve { get; init; }

    /// <summary>Reasoning that the session still carries, by the providers' own counts where they gave one.</summary>
    public long ReasoningUsed { get; init; }

    /// <summary>The most that the model may carry of it; null where it has no such limit.</summary>
    public long? ReasoningLimit { get; init; }

    /// <summary>What the provider counted for the last request of this model; null before the first.</summary>
    public long? LastCounted { get; init; }

    /// <summary>What was estimated for that request before any correction: the two make the correction.</summary>
    public long? LastEstimated { get; init; }

    /// <summary>Of the window, one decimal.</summary>
    public double Percent => Window == 0 ? 0 : Math.Round(100.0 * Used / Window, 1);

    /// <summary>Empty below 80 %, <c>info</c> below 90, <c>warn</c> below 100, then <c>critical</c>.</summary>
    public string Level => Percent switch { < 80 => "", < 90 => "info", < 100 => "warn", _ => "critical" };

    [JsonIgnore]
    public bool IsFull => 100 * Used >= 90 * Window;

    [JsonIgnore]
    public bool IsNearlyFull => 100 * Used >= 80 * Window;
}
