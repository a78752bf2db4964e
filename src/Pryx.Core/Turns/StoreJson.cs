using System.Text.Json.Serialization;
using Pryx.Protocol;

namespace Pryx.Core.Turns;

/// <summary>What the audit log says of a call.</summary>
internal sealed record CallDetails
{
    public required string Tool { get; init; }
    /// <summary>JSON text, redacted.</summary>
    public string? Arguments { get; init; }
    public string? Rule { get; init; }
    public string? Reason { get; init; }
    public string? Summary { get; init; }
    /// <summary>Whether what it starts is held by the sandbox: on or off.</summary>
    public string? Sandbox { get; init; }
    public long? DurationMs { get; init; }
}

/// <summary>The result in <c>tool_calls</c>; its text is the item's.</summary>
internal sealed record StoredResult(string Status, ItemId ItemId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CallDetails))]
[JsonSerializable(typeof(StoredResult))]
[JsonSerializable(typeof(string))]
internal sealed partial class StoreJson : JsonSerializerContext;
