using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Streams;

/// <summary>Input and STOP from a socket.</summary>
/// <param name="folder">Of sessions that are made here.</param>
internal sealed class SocketChat(SessionStore sessions, TurnStore turns, SessionTurns running, Func<string, CancellationToken, Task<StoppedEverything>> stopAllAsync, string folder)
{
    private const int MaxContent = 100_000;
    private const int MaxExternalId = 200;

    /// <summary>Answered once the input is stored. The same <c>external_id</c> is taken once, however often it is sent.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR; what <see cref="SessionTurns.StartAsync"/> throws.</exception>
    public async Task<SocketReply> SendAsync(SocketClient client, SocketMessage message)
    {
        var content = message.Text("content", "text", "message");
        if (string.IsNullOrWhiteSpace(content) || content.Length > MaxContent || content.Contains('\0'))
        {
            throw new PryxException("VALIDATION_ERROR", $"content: a text of 1 to {MaxContent} characters without NUL is expected");
        }
        var external = message.Text("external_id", "externalId");
        if (external is { Length: 0 or > MaxExternalId })
        {
            throw new PryxException("VALIDATION_ERROR", $"external_id: 1 to {MaxExternalId} characters are expected");
        }
        var delivery = message.Text("delivery") switch
        {
            null or "steer" => Delivery.Steer,
            "queue" => Delivery.Queue,
            _ => throw new PryxException("VALIDATION_ERROR", "delivery: steer or queue is expected"),
        };
        var request = new StartTurn
        {
            SessionId = message.SessionId ?? client.SessionId ?? default,
            Text = content,
            Model = message.Text("model") is { Length: > 0 } model ? model : null,
            Delivery = delivery,
            Surface = client.Surface,
            Principal = client.Caller.Name,
            SpeaksForUser = client.Caller.May(Scopes.Approve),
            ExternalId = external,
        };
        // Not given up with the connection: what was sent is worked on.
        var turn = request.SessionId == default ? await StartInNewSessionAsync(request) : await running.StartAsync(request, CancellationToken.None);
        return SocketReply.Of(
            "ack",
            new SocketAck(message.Id) { ExternalId = external, SessionId = turn.SessionId, TurnId = turn.Id, Status = turn.Status.ToString().ToLowerInvariant() },
            SocketJson.Default.SocketAck, turn.SessionId);
    }

    /// <summary>STOP of a turn, or of whatever runs in the session.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR, TURN_NOT_FOUND.</exception>
    public async Task<SocketReply> StopAsync(SocketClient client, SocketMessage message)
    {
        var session = message.SessionId ?? client.SessionId;
        if (message.Flag("all") is true)
        {
            var stopped = await stopAllAsync(client.Principal, CancellationToken.None);
            return SocketReply.Of("ack", new SocketAck(message.Id) { Stopped = stopped.Turns + stopped.Queued + stopped.Agents > 0 }, SocketJson.Default.SocketAck);
        }
        var turn = message.Text("turn_id", "turnId") switch
        {
            { Length: > 0 } given => TurnId.TryParse(given, out var id) ? await turns.FindAsync(id, CancellationToken.None) : null,
            _ when session is { } id => await turns.FindOpenAsync(id, CancellationToken.None),
            _ => throw new PryxException("VALIDATION_ERROR", "turn_id, session_id or all: say what is to stop"),
        };
        if (turn is null)
        {
            throw new PryxException("TURN_NOT_FOUND", "There is no such turn, or nothing runs in this session.");
        }
        return SocketReply.Of(
            "ack", new SocketAck(message.Id) { SessionId = turn.SessionId, TurnId = turn.Id, Stopped = await running.StopAsync(turn.Id, client.Principal, CancellationToken.None) },
            SocketJson.Default.SocketAck, turn.SessionId);
    }

    private async Task<Turn> StartInNewSessionAsync(StartTurn request)
    {
        if (request.ExternalId is { } sentBefore && await turns.FindTakenAsync(request.Surface, sentBefore, CancellationToken.None) is { } taken)
        {
            return taken;
        }
        var session = await sessions.CreateAsync(new CreateSession { Workspace = folder, Model = request.Model }, CancellationToken.None);
        try
        {
            return await running.StartAsync(request with { SessionId = session.Id }, CancellationToken.None);
        }
        catch
        {
            // Nothing could run: the session was made for nothing.
            await sessions.DeleteAsync(session.Id, CancellationToken.None);
            throw;
        }
    }
}
