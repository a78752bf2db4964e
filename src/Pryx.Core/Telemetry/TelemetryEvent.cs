using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Core.Telemetry;

/// <summary>What is sent (PRD §11.2). The session's id is made up for it and known to nobody else.</summary>
/// <param name="DeviceId">SHA-256 of machine id and installation date.</param>
/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="Os">macos, linux or windows.</param>
/// <param name="Surface">cli, tui, web, telegram, whatsapp, discord; other for the rest.</param>
public sealed record TelemetryEvent(string DeviceId, string SessionId, string EventType, long Timestamp, string PryxVersion, string Os, string Surface, JsonElement Payload);

// Tier 1.
public sealed record SessionStarted(long Timestamp, string Surface, string Model);
public sealed record SessionEnded(long DurationMs, long MessageCount, long ToolCount);
public sealed record ErrorOccurred(string ErrorCode, string Component, string TraceId);

// Tier 2.
/// <param name="ApprovalType">auto: the policy allowed it; user: a person was asked; denied.</param>
public sealed record ToolCalled(string ToolName, long DurationMs, bool Success, string ApprovalType);
public sealed record ModelRequest(string Model, long TokensIn, long TokensOut, long LatencyMs);
public sealed record ChannelEvent(string ChannelType, string EventType, long LatencyMs);

// Tier 3.
public sealed record ToolArguments(string ToolName, IReadOnlyList<ArgumentShape> Arguments);

/// <param name="Name">As the tool declares it; other for what it does not declare.</param>
/// <param name="Size">Of the JSON text, in characters.</param>
public sealed record ArgumentShape(string Name, string Type, int Size);
public sealed record ModelExchange(string Model, int Step, string FinishReason, long TokensCached, long TokensCacheWrite, long TokensReasoning);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TelemetryEvent))]
[JsonSerializable(typeof(SessionStarted))]
[JsonSerializable(typeof(SessionEnded))]
[JsonSerializable(typeof(ErrorOccurred))]
[JsonSerializable(typeof(ToolCalled))]
[JsonSerializable(typeof(ModelRequest))]
[JsonSerializable(typeof(ChannelEvent))]
[JsonSerializable(typeof(ToolArguments))]
[JsonSerializable(typeof(ModelExchange))]
internal sealed partial class TelemetryEventJson : JsonSerializerContext;
