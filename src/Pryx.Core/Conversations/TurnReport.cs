using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Storage;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Conversations;

/// <summary>A turn as it stands (A5.7).</summary>
/// <param name="Status">running (also while it waits for its place), completed or error.</param>
/// <param name="StartedAt">When its message was taken, also where it had to wait.</param>
/// <param name="CompletedAt">Null while it runs.</param>
/// <param name="Result">Null while it runs, and when it ended without a word.</param>
public sealed record TurnReport(
    string TurnId, string ConversationId, string Status, string StartedAt, string? CompletedAt, TurnResult? Result, IReadOnlyList<ThinkingBlock> Thinking,
    IReadOnlyList<TurnToolCall> ToolCalls, string ModelProviderId, string ModelProviderApi, string Model)
{
    /// <param name="items">The turn's.</param>
    public static TurnReport Of(Turn turn, ConversationModel model, IReadOnlyList<Item> items, StreamFilter filter)
    {
        var status = turn.Status switch
        {
            TurnStatus.Completed => "completed",
            TurnStatus.Failed or TurnStatus.Cancelled or TurnStatus.Limited => "error",
            _ => "running",
        };
        var text = status == "running" ? null : ConversationHistory.LastReply(items);
        return new(
            turn.Id.ToString(), turn.SessionId.ToString(), status, Sql.FormatTime(turn.QueuedAt ?? turn.StartedAt), turn.CompletedAt is { } end ? Sql.FormatTime(end) : null,
            text is null ? null : new("message", "assistant", text),
            filter.Thinking == Detail.None ? [] : [.. items.OfType<Reasoning>().Where(static reasoning => reasoning.Text.Length > 0).Select(static reasoning => new ThinkingBlock(reasoning.Text))],
            filter.Tools == Detail.None ? [] : [.. ToolCallsOf(items, filter.Tools == Detail.Full)],
            model.ProviderId, model.Api, model.Model);
    }

    private static IEnumerable<TurnToolCall> ToolCallsOf(IReadOnlyList<Item> items, bool isFull)
    {
        var results = items.OfType<ToolResult>().ToDictionary(static result => result.CallId, static result => result.Output, StringComparer.Ordinal);
        return items.OfType<ToolCall>().Select(call => new TurnToolCall(
            call.Name, call.CallId, isFull ? ToolFrames.Parse(call.Arguments) : null, isFull ? results.GetValueOrDefault(call.CallId) : null));
    }
}

/// <param name="Type">Always message.</param>
public sealed record TurnResult(string Type, string Role, string Content);

public sealed record ThinkingBlock(string Text);

/// <param name="Input">The arguments.</param>
/// <param name="Output">Null until the tool has answered.</param>
public sealed record TurnToolCall(
    string Name, string CallId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Input,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Output);
