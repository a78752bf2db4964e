using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Approvals;
using Pryx.Core.Audit;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;

namespace Pryx.Core.Approvals;

/// <summary>How a question stands.</summary>
/// <param name="Answer">Null while it is pending, or when it was withdrawn.</param>
public sealed record ApprovalState(Approval Approval, string State, ApprovalAnswer? Answer)
{
    /// <summary>UTC; null while it is pending.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    public bool IsPending => State == "pending";
}

/// <summary>Questions to people and their answers. Whoever stores an answer first has answered: the statement itself decides.</summary>
public sealed class ApprovalStore(Database database, EventLog events)
{
    private const string Select = "SELECT question, state, answer, answered_at, review FROM approvals";

    /// <summary>Questions nobody has answered, oldest first.</summary>
    /// <param name="sessionId">With what its agents ask; null for all sessions.</param>
    public Task<IReadOnlyList<Approval>> ListPendingAsync(SessionId? sessionId, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Approval>>(
        connection => connection.Query(
            $"{Select} WHERE state = 'pending' AND ($session IS NULL OR session_id IN (SELECT value FROM json_each($sessions))) ORDER BY created_at, rowid",
            static row => ReadState(row).Approval, ("$session", sessionId?.ToString()), ("$sessions", SessionsOf(connection, sessionId))),
        cancellationToken);

    // Ids of ours hold nothing that JSON would have to escape.
    private static string SessionsOf(SqliteConnection connection, SessionId? session) =>
        session is { } id ? $"[\"{string.Join("\",\"", AgentLineage.SessionsOf(connection, id.ToString()))}\"]" : "[]";

    /// <summary>As the other one, of all sessions, by the policy name of the tool.</summary>
    public Task<IReadOnlyList<Approval>> ListPendingOfToolAsync(string tool, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Approval>>(
        connection => connection.Query($"{Select} WHERE state = 'pending' AND tool = $tool ORDER BY rowid", static row => ReadState(row).Approval, ("$tool", tool)), cancellationToken);

    /// <summary>Questions and what became of them, newest first.</summary>
    /// <param name="state">pending, approved, denied, expired or withdrawn; null for all.</param>
    /// <param name="limit">1 to 1,000; what is outside is moved to the nearer end.</param>
    public Task<IReadOnlyList<ApprovalState>> ListAsync(string? state, SessionId? sessionId, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ApprovalState>>(
        connection => connection.Query(
            $"{Select} WHERE ($state IS NULL OR state = $state) AND ($session IS NULL OR session_id = $session) ORDER BY created_at DESC, rowid DESC LIMIT $limit",
            ReadState, ("$state", state), ("$session", sessionId?.ToString()), ("$limit", Math.Clamp(limit, 1, 1000))),
        cancellationToken);

    /// <summary>What people answered in a folder, in whatever session, to questions of one shape; newest first, the latest 50.</summary>
    /// <param name="pattern">What "always" would have granted.</param>
    /// <param name="since">UTC.</param>
    public Task<IReadOnlyList<ApprovalState>> ListAnsweredAsync(string pattern, string workspace, DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ApprovalState>>(
        connection => connection.Query(
            """
            SELECT a.question, a.state, a.answer, a.answered_at, a.review FROM approvals a JOIN sessions s ON s.id = a.session_id JOIN workspaces w ON w.id = s.workspace_id
            WHERE a.pattern = $pattern AND a.answered_at >= $since AND a.state IN ('approved', 'denied') AND w.path = $workspace
            AND a.answered_by NOT IN ('--approve-all', 'timeout', 'engine', 'nobody') ORDER BY a.answered_at DESC, a.rowid DESC LIMIT 50
            """, ReadState, ("$pattern", pattern), ("$since", Sql.FormatTime(since)), ("$workspace", workspace)),
        cancellationToken);

    public Task<ApprovalState?> FindAsync(ApprovalId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.First($"{Select} WHERE id = $id", ReadState, ("$id", id.ToString())), cancellationToken);

    /// <summary>
    /// Stores the question and announces it. One that was asked before for the same call and the same arguments (the process died since)
    /// stands again as it is, with the answer it may have got meanwhile; one with other arguments is withdrawn.
    /// </summary>
    internal Task<ApprovalState> AskAsync(Approval approval, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (FindEarlier(connection, approval) is { } earlier)
        {
            return earlier.IsPending ? AskAgain(connection, earlier, approval.ExpiresAt) : earlier;
        }
        approval = Named(connection, approval);
        Insert(connection, approval);
        Audit(connection, "approval.asked", approval, "engine", "pending", null);
        Announce(connection, approval);
        return new ApprovalState(approval, "pending", null);
    }, cancellationToken);

    /// <summary>
    /// Stores a question together with the answer that nobody could be asked; one that somebody has answered before keeps its answer.
    /// One that was put to somebody before, with a time to answer it, is put again: they may come back.
    /// </summary>
    internal Task<ApprovalState> DenyForWantOfPersonAsync(Approval approval, ApprovalAnswer answer, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var state = FindEarlier(connection, approval);
        if (state is { IsPending: false })
        {
            return state;
        }
        if (state is not null && approval.ExpiresAt is { } expires)
        {
            return AskAgain(connection, state, expires);
        }
        if (state is null)
        {
            approval = Named(connection, approval);
            Insert(connection, approval);
            Audit(connection, "approval.asked", approval, "engine", "pending", null);
        }
        state ??= new(approval, "pending", null);
        Close(connection, state.Approval, "denied", answer);
        return state with { State = "denied", Answer = answer };
    }, cancellationToken);

    /// <summary>Whether the call was asked about before, in this process or another.</summary>
    internal Task<bool> WasAskedAsync(Approval approval, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindEarlier(connection, approval) is not null, cancellationToken);

    /// <summary>The question when this answer is the one that counts, else null.</summary>
    /// <param name="state">approved, denied or expired.</param>
    internal Task<Approval?> AnswerAsync(ApprovalId id, string state, ApprovalAnswer answer, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.First($"{Select} WHERE id = $id AND state = 'pending'", ReadState, ("$id", id.ToString())) is { } open
            && Close(connection, open.Approval, state, WithTakenRule(open.Approval, answer)) ? open.Approval : null,
        cancellationToken);

    // Of the question as it was shown: worked out again later, the proposal might be another one.
    private static ApprovalAnswer WithTakenRule(Approval asked, ApprovalAnswer answer) =>
        answer is { TakesProposal: true, Approved: true, EditedArgs: null } && asked.Proposal is { } proposal ? answer with { TakenRule = proposal.Rule }
        : answer.TakesProposal ? answer with { TakesProposal = false, TakenRule = null, Duration = GrantDuration.Once }
        : answer with { TakenRule = null };

    /// <summary>Puts an opinion beside an open question and announces it; false when it is no longer open.</summary>
    internal Task<bool> ReviewAsync(ApprovalId id, ApprovalReview review, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (connection.First($"{Select} WHERE id = $id AND state = 'pending'", ReadState, ("$id", id.ToString())) is not { } open)
        {
            return false;
        }
        connection.Execute("UPDATE approvals SET review = $review WHERE id = $id", ("$review", JsonSerializer.Serialize(review, ProtocolJson.Default.ApprovalReview)), ("$id", id.ToString()));
        Audit(connection, "approval.reviewed", open.Approval, $"reviewer:{review.Model}", review.Opinion, null);
        Tell(connection, new PryxEvent
        {
            Event = EventNames.ApprovalReviewed,
            SessionId = open.Approval.SessionId,
            TurnId = open.Approval.TurnId,
            Payload = JsonSerializer.SerializeToElement(new ApprovalReviewedPayload(id, open.Approval.Tool, review), ProtocolJson.Default.ApprovalReviewedPayload),
        }, open.Approval);
        return true;
    }, cancellationToken);

    /// <summary>The turn's questions nobody has answered.</summary>
    internal static IReadOnlyList<Approval> PendingOf(SqliteConnection connection, TurnId turn) => connection.Query(
        $"{Select} WHERE turn_id = $turn AND state = 'pending' ORDER BY rowid", static row => ReadState(row).Approval, ("$turn", turn.ToString()));

    /// <summary>Ends the turn's open questions in the caller's transaction: with this answer, or taken back with none.</summary>
    internal void CloseAll(SqliteConnection connection, TurnId turn, ApprovalAnswer? answer)
    {
        foreach (var open in PendingOf(connection, turn))
        {
            Close(connection, open, answer is null ? "withdrawn" : answer.Approved ? "approved" : "denied", answer);
        }
    }

    // The same id, so a surface that shows it already knows it; with a new time to answer it in.
    private ApprovalState AskAgain(SqliteConnection connection, ApprovalState earlier, DateTimeOffset? expires)
    {
        var again = earlier with { Approval = earlier.Approval with { ExpiresAt = expires } };
        connection.Execute(
            "UPDATE approvals SET question = $question, expires_at = $expires WHERE id = $id",
            ("$question", JsonSerializer.Serialize(again.Approval, ProtocolJson.Default.Approval)), ("$expires", expires is { } at ? Sql.FormatTime(at) : null), ("$id", again.Approval.Id.ToString()));
        Announce(connection, again.Approval);
        return again;
    }

    private ApprovalState? FindEarlier(SqliteConnection connection, Approval approval)
    {
        if (approval.TurnId is not { } turn || approval.CallId is not { } call)
        {
            return null;
        }
        ApprovalState? found = null;
        foreach (var earlier in connection.Query(
            $"{Select} WHERE turn_id = $turn AND call_id = $call AND kind = $kind AND state IN ('pending', 'approved', 'denied') ORDER BY rowid",
            ReadState, ("$turn", turn.ToString()), ("$call", call), ("$kind", NameOf(approval.Kind))))
        {
            if (IsSameQuestion(earlier.Approval, approval))
            {
                // That nobody was there is no person's word: it is asked again.
                found = earlier.Answer is { IsForWantOfPerson: true } ? found : earlier;
            }
            else if (earlier.IsPending)
            {
                Close(connection, earlier.Approval, "withdrawn", null);
            }
        }
        return found;
    }

    // An approval is bound to the exact call (and, for what is none, to the words of the question).
    private static bool IsSameQuestion(Approval earlier, Approval now) =>
        earlier.Tool == now.Tool
        && (ApprovalBinding.Of(now) is { } binding ? ApprovalBinding.Of(earlier) == binding
            : earlier.Args is { } left && now.Args is { } right ? JsonElement.DeepEquals(left, right) : earlier.Args is null && now.Args is null && earlier.Summary == now.Summary);

    /// <summary>The one place where a question stops being pending; false when it was no longer.</summary>
    private bool Close(SqliteConnection connection, Approval approval, string state, ApprovalAnswer? answer)
    {
        // Of what was shown, whatever the answer says of itself.
        answer = answer is null ? null : answer with { Binding = ApprovalBinding.Of(approval) };
        if (connection.Execute(
            "UPDATE approvals SET state = $state, answer = $answer, answered_by = $by, answered_at = $at WHERE id = $id AND state = 'pending'",
            ("$state", state), ("$answer", answer is null ? null : JsonSerializer.Serialize(answer, ProtocolJson.Default.ApprovalAnswer)), ("$by", answer?.AnsweredBy),
            ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", approval.Id.ToString())) == 0)
        {
            return false;
        }
        var scope = answer is null ? null : ScopeOf(answer);
        TurnSpans.EndApproval(connection, approval, state, scope, database.Time.GetUtcNow());
        if (answer is not null)
        {
            events.AppendItem(connection, approval.SessionId, new ApprovalRecord(approval.Id, approval.CallId, answer.Approved, scope!)
            {
                TurnId = approval.TurnId,
                AnsweredBy = answer.AnsweredBy,
                Reason = answer.Reason ?? answer.Text,
            });
            connection.Execute(
                "UPDATE tool_calls SET approval_scope = $scope, status = $status WHERE turn_id = $turn AND call_id = $call AND status = 'pending'",
                ("$scope", scope), ("$status", answer.Approved ? "approved" : "denied"), ("$turn", approval.TurnId?.ToString()), ("$call", approval.CallId));
        }
        Audit(connection, answer is null ? "approval.withdrawn" : "approval.answered", approval, answer?.AnsweredBy ?? "engine", state, scope);
        Tell(connection, new PryxEvent
        {
            Event = EventNames.ApprovalResolved,
            SessionId = approval.SessionId,
            TurnId = approval.TurnId,
            Surface = SurfaceOf(answer),
            Payload = JsonSerializer.SerializeToElement(
                new ApprovalResolvedPayload(approval.Id, approval.Tool, answer?.Approved ?? false, scope, answer?.AnsweredBy), ProtocolJson.Default.ApprovalResolvedPayload),
        }, approval);
        return true;
    }

    private void Insert(SqliteConnection connection, Approval approval)
    {
        connection.Execute(
            """
            INSERT INTO approvals (id, session_id, turn_id, call_id, kind, tool, question, state, created_at, expires_at, pattern)
            VALUES ($id, $session, $turn, $call, $kind, $tool, $question, 'pending', $at, $expires, $pattern)
            """,
            ("$id", approval.Id.ToString()), ("$session", approval.SessionId.ToString()), ("$turn", approval.TurnId?.ToString()), ("$call", approval.CallId),
            ("$kind", NameOf(approval.Kind)), ("$tool", approval.Tool), ("$question", JsonSerializer.Serialize(approval, ProtocolJson.Default.Approval)),
            ("$at", Sql.FormatTime(approval.CreatedAt)), ("$expires", approval.ExpiresAt is { } expires ? Sql.FormatTime(expires) : null), ("$pattern", approval.Pattern));
        TurnSpans.BeginApproval(connection, approval, database.Time.GetUtcNow());
    }

    /// <summary>The sessions whose surfaces may answer for the session: itself, and those that wait for what its agent does.</summary>
    internal Task<IReadOnlyList<SessionId>> ListAnsweringAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<SessionId>>(
        connection => [session, .. AgentLineage.CallersOf(connection, session.ToString()).Select(static caller => new SessionId(Guid.ParseExact(caller.Session, "D")))], cancellationToken);

    private static Approval Named(SqliteConnection connection, Approval approval) =>
        AgentLineage.CallersOf(connection, approval.SessionId.ToString()) is [var nearest, ..] ? approval with { Agent = nearest.Agent } : approval;

    // An agent's question is put where its caller is watched, too, as one of the caller's own turn.
    private void Tell(SqliteConnection connection, PryxEvent told, Approval about)
    {
        events.Append(connection, told);
        foreach (var caller in AgentLineage.CallersOf(connection, about.SessionId.ToString()))
        {
            events.Append(connection, told with
            {
                SessionId = new(Guid.ParseExact(caller.Session, "D")),
                TurnId = caller.Turn is { } turn ? new TurnId(Guid.ParseExact(turn, "D")) : null,
            });
        }
    }

    private void Announce(SqliteConnection connection, Approval approval) => Tell(connection, new PryxEvent
    {
        Event = EventNames.ApprovalNeeded,
        SessionId = approval.SessionId,
        TurnId = approval.TurnId,
        // The exact arguments stay in the approvals: whoever may answer looks there.
        Payload = JsonSerializer.SerializeToElement(ShownApproval.Of(approval), ProtocolJson.Default.Approval),
    }, approval);

    private void Audit(SqliteConnection connection, string action, Approval approval, string actor, string outcome, string? scope) => AuditLog.Append(
        connection,
        new(action, "approval", approval.Id.ToString(), actor,
            JsonSerializer.Serialize(
                new AuditedApproval(approval.SessionId, approval.TurnId, approval.CallId, approval.Tool, Redaction.OfText(approval.Summary), approval.Args, approval.Rule, scope),
                ApprovalAuditJson.Default.AuditedApproval),
            outcome),
        database.Time);

    // "web:core" answered on the web; "--approve-all" and "timeout" on no surface.
    private static string? SurfaceOf(ApprovalAnswer? answer) => answer?.AnsweredBy.IndexOf(':') is > 0 and var end ? answer.AnsweredBy[..end] : null;

    private static string ScopeOf(ApprovalAnswer answer) => answer.TakesFolderGrant ? "folder" : answer.TakesProposal ? "proposed" : answer.Duration switch
    {
        GrantDuration.Session => "session",
        GrantDuration.Forever => "forever",
        _ => "once",
    };

    private static string NameOf(ApprovalKind kind) => kind switch { ApprovalKind.Tool => "tool", ApprovalKind.Question => "question", _ => "trust" };

    private static ApprovalState ReadState(SqliteDataReader row) => new(
        JsonSerializer.Deserialize(row.GetString(0), ProtocolJson.Default.Approval)! with
        {
            Review = row.TextOrNull(4) is { } review ? JsonSerializer.Deserialize(review, ProtocolJson.Default.ApprovalReview) : null,
        },
        row.GetString(1),
        row.TextOrNull(2) is { } answer ? JsonSerializer.Deserialize(answer, ProtocolJson.Default.ApprovalAnswer) : null)
    {
        AnsweredAt = row.TimeOrNull(3),
    };
}
