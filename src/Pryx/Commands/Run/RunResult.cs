using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Models;

namespace Pryx.Commands.Run;

/// <summary>The last line of <c>--json</c>; its fields are documented in docs/guides/run.md.</summary>
internal sealed record RunResult
{
    [JsonPropertyOrder(-10)]
    public string Type { get; init; } = "result";

    /// <summary>completed, failed, cancelled, limited; suspended when the process was told to end.</summary>
    public required string Outcome { get; init; }
    public required int ExitCode { get; init; }
    public required SessionId SessionId { get; init; }
    public TurnId? TurnId { get; init; }

    /// <summary>The final reply.</summary>
    public required string Text { get; init; }

    /// <summary>The final reply as JSON that satisfies <c>--output-schema</c>.</summary>
    public JsonElement? Output { get; init; }
    public string? Code { get; init; }
    public string? Message { get; init; }
    public int Steps { get; init; }
    public TokenUsage Usage { get; init; }

    /// <summary>Null when the model's price is unknown.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Beside it, for calls that were cut off before the provider sent a count; null when there were none.</summary>
    public decimal? EstimatedCostUsd { get; init; }
    /// <summary>The agents that the turn called: what they used is part of its usage and cost. Null when there were none.</summary>
    public AgentsTotal? Agents { get; init; }
    public long DurationMs { get; init; }
    public IReadOnlyList<DeniedCall> Denied { get; init; } = [];
    public string? TraceId { get; init; }

    /// <summary>The folder, when what it brings was only data: the reason why no flag may help.</summary>
    [JsonIgnore]
    public string? UntrustedFolder { get; init; }
}

/// <summary>A call that was refused because nobody could be asked.</summary>
/// <param name="Allow">The narrowest flags that would have let it run, quoted for a shell (<c>--allow 'shell.exec:make'</c>); null when none would.</param>
internal sealed record DeniedCall(string Tool, string Summary, string Reason, string? Allow);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunResult))]
internal sealed partial class RunJson : JsonSerializerContext;
