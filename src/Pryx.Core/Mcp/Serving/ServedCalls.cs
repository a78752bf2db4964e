using Pryx.Core.Approvals;
using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Mcp.Serving;

/// <summary>How a call from outside ended.</summary>
/// <param name="Text">What the caller reads.</param>
/// <param name="Result">Null when the turn ended without one.</param>
public sealed record ServedResult(bool IsError, string Text, ToolResult? Result);

/// <summary>
/// Makes one tool call that no model has asked for, in a turn of its own: judged, asked and written down as every other. The only way in
/// for MCP clients; there is no shorter one.
/// </summary>
public sealed class ServedCalls(SessionStore sessions, SessionTurns turns, EventLog events, ApprovalStore approvals)
{
    /// <summary>The surface of such sessions.</summary>
    public const string Surface = "mcp";

    public Task<Session> OpenSessionAsync(string title, string workspace, CancellationToken cancellationToken) =>
        sessions.CreateAsync(new CreateSession { Title = title, Workspace = workspace }, cancellationToken);

    /// <summary>Returns when the call has its result; a cancelled wait stops it. One at a time in a session.</summary>
    /// <param name="onWaiting">A person is asked; gets the question in one line.</param>
    /// <param name="approvesAll">Whoever calls has decided it.</param>
    /// <param name="surface">Where the caller sits.</param>
    /// <exception cref="PryxException">The call can not begin: the session or its folder has gone.</exception>
    public async Task<ServedResult> CallAsync(SessionId session, CallTool call, string principal, Func<string, Task> onWaiting, CancellationToken cancellationToken, bool approvesAll = false, string surface = Surface)
    {
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feed = events.SubscribeAsync(session, await events.ReadLastVersionAsync(cancellationToken), canApprove: false, listening.Token);
        var turn = await turns.StartAsync(
            new StartTurn { SessionId = session, Call = call, Delivery = Delivery.Queue, KeepsSessionModel = true, SpeaksForUser = false, ApproveAll = approvesAll, Surface = surface, Principal = principal }, cancellationToken);
        try
        {
            await foreach (var e in feed)
            {
                if (e.TurnId != turn.Id)
                {
                    continue;
                }
                if (e.Event == EventNames.ApprovalNeeded)
                {
                    await onWaiting(await approvals.ListPendingAsync(session, cancellationToken) is [var asked, ..] ? asked.Summary : call.Name);
                }
                if (e.Event is EventNames.TurnCompleted or EventNames.TurnFailed or EventNames.TurnCancelled or EventNames.TurnLimited)
                {
                    return await ReadAsync(session, turn.Id, e, cancellationToken);
                }
            }
            throw new PryxException("SERVICE_UNAVAILABLE", "Pryx is ending.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whoever asked has gone or has cancelled: nobody would read what comes of it.
            await turns.StopAsync(turn.Id, $"{surface}:{principal}", CancellationToken.None);
            throw;
        }
        finally
        {
            await listening.CancelAsync();
        }
    }

    private async Task<ServedResult> ReadAsync(SessionId session, TurnId turn, PryxEvent end, CancellationToken cancellationToken)
    {
        var result = (await sessions.ReadItemsAsync(session, cancellationToken)).OfType<ToolResult>().LastOrDefault(item => item.TurnId == turn);
        if (result is null)
        {
            var why = end.Payload is { } payload && payload.TryGetProperty("message", out var message) && message.GetString() is { Length: > 0 } text ? text : "The call was not made.";
            return new(true, why, null);
        }
        var output = result.Status == ToolStatus.Denied ? $"{result.Output}{await WayOutAsync(session, turn, cancellationToken)}" : result.Output;
        return new(result.Status != ToolStatus.Completed, output, result);
    }

    // Who is refused for want of a person learns what a person could do about it.
    private async Task<string> WayOutAsync(SessionId session, TurnId turn, CancellationToken cancellationToken)
    {
        var asked = (await approvals.ListAsync(null, session, 10, cancellationToken)).FirstOrDefault(state => state.Approval.TurnId == turn);
        if (asked?.Answer is not { IsForWantOfPerson: true })
        {
            return "";
        }
        var grant = asked.Approval.Pattern ?? asked.Approval.FolderGrant;
        return $"\nTo be asked instead, keep Pryx running (pryx serve) with a surface open, such as pryx ui."
            + (grant is null ? " No grant can allow this beforehand." : $" To allow it beforehand, the user can run: pryx grant add '{grant}'");
    }
}
