using System.Diagnostics;
using System.Text.Json;
using Pryx.Core.Approvals;
using Pryx.Core.Events;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Streams;

/// <summary>What a client may say over its socket. Whatever is wrong with a message is an answer; nothing in one closes the connection.</summary>
/// <param name="chat">What people say in sessions.</param>
/// <param name="onUnexpected">Gets a trace id and a failure that nobody expected.</param>
internal sealed class SocketCommands(EventLog events, SessionStore sessions, SocketChat chat, ApprovalDesk desk, ApprovalStore approvals, OpenSockets open, Action<string, Exception> onUnexpected)
{
    private const int ListedSessions = 100;

    /// <summary>Null when there is nothing to answer.</summary>
    /// <exception cref="PryxException">For <see cref="Failure"/>.</exception>
    public async Task<SocketReply?> AnswerAsync(SocketClient client, SocketMessage message) => message.Name switch
    {
        "ping" => SocketReply.Of("pong", new Pong(client.Id), SocketJson.Default.Pong) with { Type = "pong" },
        "pong" => null,
        "presence" => Present(client, message),
        "subscribe" => Listen(client, WantedEvents.Of(message.List("events"))),
        "unsubscribe" => Listen(client, client.Wanted.Without(message.List("events"))),
        "sessions.list" => await ListSessionsAsync(),
        "session.resume" => await ResumeAsync(message),
        "session.typing" or "typing" => Type(May(client, Scopes.Chat), message),
        "chat.send" or "chat.message" => await chat.SendAsync(May(client, Scopes.Chat), message),
        "turn.stop" or "chat.stop" or "stop" => await chat.StopAsync(May(client, Scopes.Chat), message),
        "approvals.pending" => await ListPendingAsync(May(client, Scopes.Approve), message),
        "approval.resolve" or "approval.response" or "tool.response" => await ResolveAsync(May(client, Scopes.Approve), message),
        var name => throw new PryxException("MESSAGE_UNKNOWN", $"There is no message '{Short(name)}'.", SocketMessage.Words),
    };

    /// <summary>What the client is told of a message that could not be answered.</summary>
    /// <param name="message">Null when it could not even be read.</param>
    public SocketReply Failure(SocketClient client, SocketMessage? message, Exception e)
    {
        var error = e switch
        {
            PryxException known => new SocketError(KindOf(message?.Name, known.Code), known.Code, known.Message, known.Next, known.TraceId) { Details = known.Details },
            ModelException model => new SocketError("chat.failed", model.Code, model.Message),
            _ => new SocketError("internal", "INTERNAL_ERROR", "An unexpected error occurred", "the log has it under the trace id", Report(e)),
        };
        return SocketReply.Of("error", error, SocketJson.Default.SocketError) with { Type = client.HasAliases ? "error" : "event" };
    }

    /// <summary>Logs what nobody expected.</summary>
    /// <returns>Its trace id.</returns>
    public string Report(Exception e)
    {
        var trace = Activity.Current?.TraceId.ToString() ?? ActivityTraceId.CreateRandom().ToString();
        onUnexpected(trace, e);
        return trace;
    }

    // "session.resume" + "SESSION_NOT_FOUND" is session.resume_not_found: the contract's own words.
    private static string KindOf(string? name, string code) => (name, code) switch
    {
        (null, _) => "message.invalid",
        (_, "MESSAGE_UNKNOWN") => "message.unknown",
        (_, "SCOPE_MISSING") => "forbidden",
        ("session.resume", "SESSION_NOT_FOUND") => "session.resume_not_found",
        ("session.resume", _) => "session.resume_invalid",
        ("chat.send" or "chat.message", "VALIDATION_ERROR") => "chat.invalid",
        ("chat.send" or "chat.message", _) => "chat.failed",
        ("approval.resolve" or "approval.response" or "tool.response", "APPROVAL_NOT_FOUND") => "approval.not_found",
        ("approval.resolve" or "approval.response" or "tool.response", "ALREADY_ANSWERED") => "approval.already_answered",
        ("approval.resolve" or "approval.response" or "tool.response", _) => "approval.invalid",
        (_, "VALIDATION_ERROR") => "message.invalid",
        _ => Short(name) + "_failed",
    };

    private static string Short(string name) => name.Length <= 64 ? name : name[..64];

    private static SocketClient May(SocketClient client, Scopes scope) =>
        client.Caller.May(scope) ? client : throw new PryxException("SCOPE_MISSING", $"This token may not do that: it needs the scope {scope}.");

    private SocketReply Present(SocketClient client, SocketMessage message)
    {
        var there = open.Of(message.SessionId ?? client.SessionId).Select(static other => new PresentClient(other.Id, other.Surface, other.Caller.Name, other.SessionId, other.CanApprove));
        return SocketReply.Of("presence", new Presence(client.Id, [.. there]), SocketJson.Default.Presence);
    }

    private static SocketReply Listen(SocketClient client, WantedEvents wanted)
    {
        client.Wanted = wanted;
        return SocketReply.Of("subscribed", new SocketFilter(wanted.Names), SocketJson.Default.SocketFilter);
    }

    private async Task<SocketReply> ListSessionsAsync()
    {
        var found = await sessions.ListAsync(ListedSessions, CancellationToken.None);
        return SocketReply.Of("sessions.list", new ListedSessions([.. found.Select(Listed)]), SocketSessionJson.Default.ListedSessions);
    }

    private async Task<SocketReply> ResumeAsync(SocketMessage message)
    {
        var id = message.SessionId ?? throw new PryxException("VALIDATION_ERROR", "session_id: the UUID of a session is expected");
        var session = await sessions.FindAsync(id, CancellationToken.None) ?? throw new PryxException("SESSION_NOT_FOUND", $"There is no session {id}.", "sessions.list lists those there are.");
        var items = await sessions.ReadItemsAsync(id, CancellationToken.None);
        var messages = new List<ListedMessage>();
        foreach (var item in items)
        {
            if (item is UserMessage user)
            {
                messages.Add(new(item.Id, id, "user", user.Text, item.CreatedAt));
            }
            else if (item is Reply reply)
            {
                messages.Add(new(item.Id, id, "assistant", reply.Text, item.CreatedAt));
            }
        }
        return SocketReply.Of("session.resume", new ResumedSession(Listed(session), messages), SocketSessionJson.Default.ResumedSession, id);
    }

    private SocketReply? Type(SocketClient client, SocketMessage message)
    {
        var session = message.SessionId ?? client.SessionId ?? throw new PryxException("VALIDATION_ERROR", "session_id: say in which session");
        var payload = JsonSerializer.SerializeToElement(new TypingPayload(message.Flag("typing", "is_typing", "isTyping") ?? true, client.Id, client.Caller.Name), SocketJson.Default.TypingPayload);
        events.Progress(new Progress(EventNames.SessionTyping, session, null, "", "", _ => payload) { IsText = false, Surface = client.Surface });
        return null;
    }

    private async Task<SocketReply> ListPendingAsync(SocketClient client, SocketMessage message)
    {
        var pending = await approvals.ListPendingAsync(message.SessionId ?? client.SessionId, CancellationToken.None);
        return SocketReply.Of("approvals.pending", new WaitingApprovals(pending), SocketJson.Default.WaitingApprovals);
    }

    private async Task<SocketReply> ResolveAsync(SocketClient client, SocketMessage message)
    {
        if (message.Text("approval_id", "approvalId", "request_id", "requestId") is not { Length: > 0 } given)
        {
            throw new PryxException("VALIDATION_ERROR", "approval_id: the id of the question is expected");
        }
        var approves = message.Text("decision") switch
        {
            "approve" => true,
            "deny" => false,
            null => message.Flag("approved") ?? throw new PryxException("VALIDATION_ERROR", "approved: true or false is expected, or decision: approve or deny"),
            _ => throw new PryxException("VALIDATION_ERROR", "decision: approve or deny is expected"),
        };
        var id = ApprovalId.TryParse(given, out var parsed) ? parsed : throw new PryxException("APPROVAL_NOT_FOUND", "There is no such question.", "approvals.pending lists those that wait.");
        var state = await desk.ResolveAsync(id, new ApprovalAnswer
        {
            Approved = approves,
            AnsweredBy = client.Principal,
            Duration = message.Text("scope") switch
            {
                null or "once" => GrantDuration.Once,
                "session" => GrantDuration.Session,
                "forever" => GrantDuration.Forever,
                _ => throw new PryxException("VALIDATION_ERROR", "scope: once, session or forever is expected"),
            },
            TakesFolderGrant = message.Flag("takes_folder_grant", "takesFolderGrant") ?? false,
            TakesProposal = ApprovalEndpoints.TakesProposal(message.Text("grant")),
            EditedArgs = message.Find("edited_args", "editedArgs")?.Clone(),
            Text = message.Text("text"),
            Reason = message.Text("reason") is { } reason && !string.IsNullOrWhiteSpace(reason) ? reason.Trim() : null,
        }, CancellationToken.None);
        return SocketReply.Of(
            "ack", new SocketAck(message.Id) { SessionId = state.Approval.SessionId, ApprovalId = id, Approved = approves, Scope = ApprovalEndpoints.ScopeOf(state.Answer!) },
            SocketJson.Default.SocketAck, state.Approval.SessionId);
    }

    private static ListedSession Listed(Protocol.Sessions.Session session) => new(session.Id, session.Title, session.CreatedAt, session.UpdatedAt);
}
