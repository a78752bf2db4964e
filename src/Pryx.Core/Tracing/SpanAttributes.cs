using System.Text.Json.Serialization;

namespace Pryx.Core.Tracing;

/// <summary>
/// All that a span may say, under the names of OpenTelemetry's GenAI conventions and <c>pryx.*</c> where they have none.
/// A closed list on purpose: there is no place to put a prompt, an argument or an output.
/// </summary>
public sealed record SpanAttributes
{
    [JsonPropertyName("gen_ai.operation.name")] public string? Operation { get; init; }
    [JsonPropertyName("gen_ai.agent.name")] public string? Agent { get; init; }
    [JsonPropertyName("gen_ai.conversation.id")] public string? Conversation { get; init; }
    [JsonPropertyName("gen_ai.provider.name")] public string? Provider { get; init; }
    [JsonPropertyName("gen_ai.request.model")] public string? Model { get; init; }
    [JsonPropertyName("gen_ai.usage.input_tokens")] public long? InputTokens { get; init; }
    [JsonPropertyName("gen_ai.usage.output_tokens")] public long? OutputTokens { get; init; }
    [JsonPropertyName("gen_ai.usage.cache_read.input_tokens")] public long? CachedTokens { get; init; }
    [JsonPropertyName("gen_ai.usage.cache_creation.input_tokens")] public long? CacheWriteTokens { get; init; }
    [JsonPropertyName("gen_ai.usage.reasoning.output_tokens")] public long? ReasoningTokens { get; init; }
    [JsonPropertyName("gen_ai.response.finish_reasons")] public IReadOnlyList<string>? FinishReasons { get; init; }
    [JsonPropertyName("gen_ai.tool.name")] public string? Tool { get; init; }
    [JsonPropertyName("gen_ai.tool.call.id")] public string? CallId { get; init; }
    [JsonPropertyName("gen_ai.tool.type")] public string? ToolType { get; init; }
    [JsonPropertyName("error.type")] public string? ErrorType { get; init; }
    [JsonPropertyName("pryx.turn.id")] public string? Turn { get; init; }
    [JsonPropertyName("pryx.turn.outcome")] public string? Outcome { get; init; }
    [JsonPropertyName("pryx.turn.steps")] public int? Steps { get; init; }
    [JsonPropertyName("pryx.step")] public int? Step { get; init; }
    [JsonPropertyName("pryx.surface")] public string? Surface { get; init; }
    [JsonPropertyName("pryx.tool.status")] public string? ToolStatus { get; init; }
    [JsonPropertyName("pryx.approval.state")] public string? Approval { get; init; }
    [JsonPropertyName("pryx.approval.scope")] public string? ApprovalScope { get; init; }
    [JsonPropertyName("pryx.cost_usd")] public decimal? CostUsd { get; init; }
    [JsonPropertyName("pryx.provider.request_id")] public string? ProviderRequestId { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpanAttributes))]
internal sealed partial class SpanJson : JsonSerializerContext;
