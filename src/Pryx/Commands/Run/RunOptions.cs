using System.Text.Json;
using Pryx.Protocol.Items;

namespace Pryx.Commands.Run;

/// <summary>What <c>pryx run</c> was asked to do, read and checked.</summary>
internal sealed record RunOptions
{
    /// <summary>Null only when an open turn is to be finished.</summary>
    public string? Prompt { get; init; }
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];
    public required string Workspace { get; init; }
    public string? Model { get; init; }

    /// <summary>An id or a unique beginning of one.</summary>
    public string? Session { get; init; }
    public bool Continues { get; init; }
    public string? Policy { get; init; }
    public IReadOnlyList<string> Allow { get; init; } = [];
    public bool ApproveAll { get; init; }
    public bool IsJson { get; init; }
    public JsonElement? OutputSchema { get; init; }
    public bool IsQuiet { get; init; }
    public bool ShowsThinking { get; init; }

    /// <summary>As it is sent; checked there.</summary>
    public string? Effort { get; init; }
    public int? MaxSteps { get; init; }
    public decimal? MaxCostUsd { get; init; }
    public TimeSpan? Timeout { get; init; }
    public string? System { get; init; }
    public bool IsLocal { get; init; }

    /// <summary>The agent reads and asks, and presents a plan before it acts.</summary>
    public bool IsPlan { get; init; }
}
