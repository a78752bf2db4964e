using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Approvals;
using Pryx.Core.Audit;
using Pryx.Core.Policies;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Planning;

/// <summary>Which sessions are in plan mode, and what an approved plan allows. Each change of mode is in the audit log and said in the session.</summary>
public sealed class PlanDesk(Database database, EventLog events, GrantStore grants, ApprovalStore approvals)
{
    private ITool? _tool;
    private (ToolSet Without, ToolSet With)? _last;

    /// <summary>The tools of a turn in plan mode: the same, with the one that presents a plan behind them.</summary>
    public ToolSet With(ToolSet tools)
    {
        // What was weighed of a set need not be weighed again, and the beginning of a request stays the same bytes.
        if (_last is not { } last || !ReferenceEquals(last.Without, tools))
        {
            _last = last = (tools, new([.. tools.Tools, _tool ??= new PresentPlanTool(this)], tools.OnDemand));
        }
        return last.With;
    }

    public Task<bool> IsOnAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT COUNT(*) FROM sessions WHERE id = $id AND mode = 'plan'", ("$id", session.ToString())) == 1, cancellationToken);

    /// <summary>What a request says of the mode holds from now on, also for a turn that runs.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR, SESSION_NOT_FOUND</exception>
    public Task TakeAsync(StartTurn request, CancellationToken cancellationToken) => request is { Mode: { } mode, SpeaksForUser: true }
        ? SetAsync(request.SessionId, mode, request.Principal ?? request.Surface, cancellationToken)
        : Task.CompletedTask;

    /// <param name="mode">plan or act.</param>
    /// <param name="by">Who wants it.</param>
    /// <exception cref="PryxException">VALIDATION_ERROR, SESSION_NOT_FOUND</exception>
    public async Task SetAsync(SessionId session, string mode, string by, CancellationToken cancellationToken)
    {
        if (mode is not ("plan" or "act"))
        {
            throw new PryxException("VALIDATION_ERROR", $"mode: plan or act is expected, not '{mode}'.");
        }
        if (mode == "plan")
        {
            // Another plan is asked for: what was approved with an earlier one does not outlive it.
            await TakeBackAsync(session, by, cancellationToken);
        }
        if (!await StoreAsync(session, mode == "plan", by, mode == "plan" ? "Plan mode is on: the agent reads and asks, and presents a plan before it acts." : "Plan mode is off.", cancellationToken))
        {
            throw SessionStore.NotFound(session);
        }
    }

    /// <summary>Grants the actions of a plan that somebody has approved, and ends plan mode; false where nobody has.</summary>
    internal async Task<bool> CarryOutAsync(SessionId session, TurnId turn, string call, string workspace, IReadOnlyList<string> actions, CancellationToken cancellationToken)
    {
        var asked = (await approvals.ListAsync(null, session, 20, cancellationToken))
            .FirstOrDefault(state => state is { Approval: { Tool: PolicyTools.PresentPlan, Kind: Protocol.Approvals.ApprovalKind.Tool }, Answer.Approved: true } && state.Approval.TurnId == turn && state.Approval.CallId == call);
        if (asked?.Answer is not { } answer || !await IsOnAsync(session, cancellationToken))
        {
            return false;
        }
        foreach (var action in actions)
        {
            await grants.AddAsync(new NewGrant(action, workspace, session, answer.AnsweredBy) { Question = asked.Approval.Id }, cancellationToken);
        }
        return await StoreAsync(session, isOn: false, answer.AnsweredBy, $"The plan is approved and plan mode is off. Unasked in this session: {(actions.Count == 0 ? "nothing" : string.Join("; ", actions))}.", cancellationToken);
    }

    private async Task TakeBackAsync(SessionId session, string by, CancellationToken cancellationToken)
    {
        foreach (var grant in (await grants.ListAsync(cancellationToken)).Where(grant => grant.SessionId == session && grant.Question is not null))
        {
            if (await approvals.FindAsync(grant.Question!.Value, cancellationToken) is { Approval.Tool: PolicyTools.PresentPlan })
            {
                await grants.RevokeAsync(grant.Id, by, cancellationToken);
            }
        }
    }

    private Task<bool> StoreAsync(SessionId session, bool isOn, string by, string notice, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (SessionStore.Find(connection, session) is not { } before)
        {
            return false;
        }
        var mode = isOn ? "plan" : null;
        if (before.Mode == mode)
        {
            return true;
        }
        connection.Execute("UPDATE sessions SET mode = $mode WHERE id = $id", ("$mode", mode), ("$id", session.ToString()));
        var name = isOn ? "plan" : "act";
        AuditLog.Append(connection, new("session.mode", "session", session.ToString(), by, $$"""{"mode":"{{name}}"}""", "ok"), database.Time);
        events.Append(connection, new PryxEvent
        {
            Event = EventNames.SessionUpdated,
            SessionId = session,
            Payload = JsonSerializer.SerializeToElement(new(before.Title, before.Status, before.Model) { Mode = mode }, ProtocolJson.Default.SessionUpdatedPayload),
        });
        events.AppendItem(connection, session, new Notice("plan", notice));
        return true;
    }, cancellationToken);
}
