using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;

namespace Pryx.Core.Conversations;

/// <summary>
/// From a turn's committed events, in the order of their versions, to the contract's numbered frames. It looks at nothing else, so
/// every reader, every server and every replay after a restart comes to the same frames with the same numbers.
/// </summary>
/// <param name="contextWindow">Tokens; null when the model is not known.</param>
public sealed class TurnFrames(string workspace, long? contextWindow)
{
    private readonly ToolFrames _tools = new(workspace);
    private readonly Dictionary<string, ToolCall> _calls = new(StringComparer.Ordinal);
    private readonly List<Reply> _replies = [];
    private int _seq;

    /// <summary>After the terminal frame nothing follows.</summary>
    public bool HasEnded { get; private set; }

    /// <param name="e">The turn's next committed event, with its item.</param>
    public IReadOnlyList<StreamFrame> Translate(PryxEvent e)
    {
        if (HasEnded)
        {
            return [];
        }
        HasEnded = EventNames.IsTerminal(e.Event);
        return [.. FramesOf(e).Select(frame => new StreamFrame(++_seq, frame.Event, frame.Fields))];
    }

    private IEnumerable<(string Event, List<FrameField> Fields)> FramesOf(PryxEvent e) => e.Event switch
    {
        // Queued first or begun at once, and begun again after a crash: it starts once.
        EventNames.TurnQueued or EventNames.TurnStarted => _seq > 0 ? [] : [("task_started", contextWindow is { } window ? [FrameField.Of("model_context_window", window)] : [])],
        EventNames.ItemAdded => FramesOf(e.Item),
        EventNames.StepCompleted => Payload(e, ProtocolJson.Default.StepCompletedPayload) is { } step ? [TokenCount(step)] : [],
        EventNames.ApprovalNeeded or EventNames.ApprovalResolved => [Approval(e)],
        EventNames.TurnParked => [("pryx-event", [FrameField.Of("type", e.Event)])],
        EventNames.TurnCompleted => [("task_complete", ConversationHistory.LastReply(_replies) is { } text ? [FrameField.Of("last_agent_message", text)] : [])],
        EventNames.TurnFailed => Failed(Payload(e, ProtocolJson.Default.TurnEndedPayload)),
        EventNames.TurnCancelled or EventNames.TurnLimited => [Aborted(Payload(e, ProtocolJson.Default.TurnEndedPayload))],
        _ => [],
    };

    private IEnumerable<(string Event, List<FrameField> Fields)> FramesOf(Item? item)
    {
        switch (item)
        {
            case Reasoning { Text.Length: > 0 } reasoning:
                var id = FrameField.Of("thinkingId", reasoning.Id.ToString());
                return
                [
                    ("thinking_started", [id]),
                    ("thinking_delta", [id, FrameField.Of("delta", reasoning.Text)]),
                    ("thinking_completed", [id, FrameField.Of("text", reasoning.Text)]),
                    ("agent_reasoning", [FrameField.Of("text", reasoning.Text)]),
                ];
            case Reply { Text.Length: > 0 } reply:
                _replies.Add(reply);
                return [("agent_message", [FrameField.Of("message", reply.Text)])];
            case ToolCall call:
                _calls[call.CallId] = call;
                return _tools.Begin(call);
            case ToolResult result when _calls.TryGetValue(result.CallId, out var call):
                return ToolFrames.End(call, result);
            case Notice notice:
                return [("pryx-event", [FrameField.Of("type", "warning"), FrameField.Of("kind", notice.Kind), FrameField.Of("message", notice.Text)])];
            default:
                return [];
        }
    }

    // Without the share of thinking: whoever asked not to see any must not see how much there was.
    private static (string, List<FrameField>) TokenCount(StepCompletedPayload step) => ("pryx-event",
    [
        FrameField.Of("type", "token_count"), FrameField.Of("step", step.Step), FrameField.Of("input_tokens", step.Usage.Input),
        FrameField.Of("cached_input_tokens", step.Usage.Cached), FrameField.Of("output_tokens", step.Usage.Output),
        FrameField.Of("total_tokens", step.Usage.Input + step.Usage.Output),
    ]);

    private static (string, List<FrameField>) Approval(PryxEvent e)
    {
        var fields = new List<FrameField> { FrameField.Of("type", e.Event) };
        foreach (var name in (string[])["id", "approval_id", "call_id", "tool", "approved"])
        {
            if (e.Payload is { ValueKind: JsonValueKind.Object } payload && payload.TryGetProperty(name, out var value))
            {
                fields.Add(FrameField.Of(name == "id" ? "approval_id" : name, value));
            }
        }
        return ("pryx-event", fields);
    }

    private static IEnumerable<(string, List<FrameField>)> Failed(TurnEndedPayload? ended) =>
    [
        ("error", [FrameField.Of("message", MessageOf(ended)), FrameField.Of("details", FrameField.Map(("code", FrameField.Json(ended?.Code ?? "INTERNAL"))))]),
        Aborted(ended),
    ];

    private static (string, List<FrameField>) Aborted(TurnEndedPayload? ended) => ("turn_aborted", [FrameField.Of("reason", MessageOf(ended))]);

    private static string MessageOf(TurnEndedPayload? ended) => ended?.Message ?? ended?.Code ?? "The turn ended without a reason.";

    private static T? Payload<T>(PryxEvent e, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => e.Payload?.Deserialize(type);
}
