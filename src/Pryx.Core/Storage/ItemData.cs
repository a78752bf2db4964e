using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Core.Storage;

/// <summary>What an item has beyond its columns, of whatever type it is; most have little or nothing here.</summary>
internal sealed record ItemData
{
    public string? Name { get; init; }
    public ToolStatus? Status { get; init; }
    public long? DurationMs { get; init; }
    public string? FullOutputPath { get; init; }
    public CommandOutcome? Command { get; init; }
    public IReadOnlyList<Attachment>? Attachments { get; init; }
    public bool? IsSteering { get; init; }
    public string? Expansion { get; init; }
    public IReadOnlyList<Mention>? Mentions { get; init; }
    public bool? IsPartial { get; init; }
    public ApprovalId? ApprovalId { get; init; }
    public bool? Approved { get; init; }
    public string? Scope { get; init; }
    public string? AnsweredBy { get; init; }
    public string? Reason { get; init; }
    public string? Kind { get; init; }
    public bool? IsForModel { get; init; }
    public SummaryOf? Of { get; init; }
    public int? Characters { get; init; }
    public long? Tokens { get; init; }

    public static ItemData None { get; } = new();

    public static ItemData Parse(string json) => json == "{}" ? None : JsonSerializer.Deserialize(json, ItemDataJson.Default.ItemData)!;

    public string ToJson() => Equals(None) ? "{}" : JsonSerializer.Serialize(this, ItemDataJson.Default.ItemData);

    public static ItemData From(Item item) => item switch
    {
        UserMessage message => new() { Attachments = NullIfEmpty(message.Attachments), IsSteering = NullIfFalse(message.IsSteering), Expansion = message.Expansion, Mentions = message.Mentions },
        Reply reply => new() { IsPartial = NullIfFalse(reply.IsPartial) },
        ToolCall call => new() { Name = call.Name },
        ToolResult result => new()
        {
            Status = result.Status,
            DurationMs = result.DurationMs,
            FullOutputPath = result.FullOutputPath,
            Command = result.Command,
            Attachments = NullIfEmpty(result.Attachments),
        },
        ApprovalRecord record => new()
        {
            ApprovalId = record.ApprovalId,
            Approved = record.Approved,
            Scope = record.Scope,
            AnsweredBy = record.AnsweredBy,
            Reason = record.Reason,
        },
        Notice notice => new() { Kind = notice.Kind, IsForModel = NullIfFalse(notice.IsForModel) },
        Reasoning { Tokens: { } tokens } => new() { Tokens = tokens },
        Summary { Of: not SummaryOf.Everything } summary => new() { Of = summary.Of, Characters = summary.Characters == 0 ? null : summary.Characters },
        _ => None,
    };

    private static bool? NullIfFalse(bool value) => value ? true : null;

    private static IReadOnlyList<Attachment>? NullIfEmpty(IReadOnlyList<Attachment> list) => list.Count == 0 ? null : list;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ItemData))]
internal sealed partial class ItemDataJson : JsonSerializerContext;
