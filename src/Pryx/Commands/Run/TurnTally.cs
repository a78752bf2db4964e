using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;

namespace Pryx.Commands.Run;

/// <summary>What a turn's committed events add up to: its final reply, what was denied, how it ended.</summary>
internal sealed class TurnTally
{
    private readonly Dictionary<string, ToolRequestPayload> _asked = [];
    private readonly List<DeniedCall> _denied = [];
    private int _toolStep;
    private Reply? _reply;

    public TurnEndedPayload? Ended { get; private set; }

    /// <summary>The text of the last step, which called no tool; empty when there was none.</summary>
    public string FinalText => _reply is { } reply && reply.Step > _toolStep ? reply.Text : "";

    /// <summary>Empty unless the engine counted such calls.</summary>
    public IReadOnlyList<DeniedCall> Denied => Ended is { DeniedForWantOfPerson: > 0 } ? _denied : [];

    public void Add(PryxEvent e)
    {
        switch (e.Item)
        {
            case Reply reply:
                _reply = reply;
                break;
            case ToolCall call:
                _toolStep = Math.Max(_toolStep, call.Step);
                break;
            default:
                break;
        }
        if (e.Event == EventNames.ToolRequest && e.Payload?.Deserialize(ProtocolJson.Default.ToolRequestPayload) is { } request)
        {
            _asked[request.CallId] = request;
        }
        else if (e.Event == EventNames.ToolComplete && e.Payload?.Deserialize(ProtocolJson.Default.ToolCompletePayload) is { Status: "denied" } denied
            && _asked.GetValueOrDefault(denied.CallId) is { Decision: "ask" } asked)
        {
            _denied.Add(new(asked.Tool, asked.Summary, asked.Reason, asked.Next));
        }
        else if (EventNames.IsTerminal(e.Event))
        {
            Ended = e.Payload?.Deserialize(ProtocolJson.Default.TurnEndedPayload) ?? new TurnEndedPayload(e.Event["turn.".Length..], null, null, 0, default, null);
        }
    }
}
