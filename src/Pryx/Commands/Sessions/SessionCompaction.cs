using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary><c>pryx session compact</c>: a turn that only summarises, followed to its end.</summary>
internal sealed class SessionCompaction(IPryxClient client, CommandIo io)
{
    public async Task<int> RunAsync(string id, string? instructions, bool isJson, CancellationToken cancellationToken)
    {
        var session = await SessionLookup.FindAsync(client, id, cancellationToken);
        var after = await client.GetVersionAsync(cancellationToken);
        var turn = await client.StartTurnAsync(
            new StartTurn { SessionId = session.Id, Compact = new() { Instructions = instructions }, Delivery = Delivery.Queue, KeepsSessionModel = true, Surface = "cli" }, cancellationToken);
        var notice = "";
        // A model writes it, which takes as long as it takes.
        return await new WaitingNote(io).WhileAsync(FollowAsync(), "Summarising");

        async Task<int> FollowAsync()
        {
            await foreach (var e in client.SubscribeAsync(session.Id, after, canApprove: false, cancellationToken))
            {
                if (e.TurnId != turn.Id)
                {
                    continue;
                }
                if (e.Item is Notice { Kind: "context" } said)
                {
                    notice = said.Text;
                }
                else if (EventNames.IsTerminal(e.Event))
                {
                    return Report(session.Id, notice, e, isJson);
                }
            }
            throw new PryxException("CORE_GONE", "Core ended before the summary was written; it is written when the next one starts.", "pryx serve");
        }
    }

    private int Report(SessionId session, string notice, PryxEvent end, bool isJson)
    {
        var outcome = end.Payload?.Deserialize(ProtocolJson.Default.TurnEndedPayload);
        if (end.Event != EventNames.TurnCompleted)
        {
            throw new PryxException(outcome?.Code ?? "FAILED", outcome?.Message ?? "The summary could not be written.");
        }
        io.Out.WriteLine(isJson
            ? $$"""{"session_id":"{{session}}","turn_id":"{{end.TurnId}}","message":"{{JsonEncodedText.Encode(notice)}}"}"""
            : SafeText.Of(notice));
        return ExitCodes.Ok;
    }
}
