using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Policy;
using Pryx.Core.Audit;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Policies;

/// <param name="Workspace">Canonical; null: holds everywhere.</param>
/// <param name="SessionId">Null: not bound to one.</param>
/// <param name="ExpiresAt">UTC; null: until it is revoked.</param>
public sealed record StoredGrant(string Id, string Pattern, string? Workspace, SessionId? SessionId, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    /// <summary>How many calls ran unasked by it.</summary>
    public long Uses { get; init; }

    /// <summary>UTC; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>On whose card it was given; null when it was added by hand.</summary>
    public ApprovalId? Question { get; init; }

    public GrantDuration Duration => SessionId is null ? GrantDuration.Forever : GrantDuration.Session;
}

/// <param name="Pattern">In the syntax of <c>--allow</c>.</param>
/// <param name="Workspace">The folder it is for. A pattern of paths or <c>folder</c> must have one.</param>
/// <param name="Session">Set: it ends with the session. Null: it stands.</param>
/// <param name="By">Who allowed it, such as <c>cli:alice</c>.</param>
public sealed record NewGrant(string Pattern, string? Workspace, SessionId? Session, string By)
{
    /// <summary>From now; null: no expiry.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>On whose card it was given; the same answer, read again after a crash, gives no second one.</summary>
    public ApprovalId? Question { get; init; }
}

/// <summary>What people allowed beyond one call (FR2.2, FR2.3). Every grant and every revocation is in the audit log, in the same commit.</summary>
public sealed class GrantStore(Database database, EventLog events)
{
    private const string Columns = """
        SELECT p.id, p.tool_pattern, w.path, p.session_id, p.created_by, p.created_at, p.expires_at, p.revoked_at, p.uses, p.last_used_at, p.approval_id
        FROM policies p LEFT JOIN workspaces w ON w.id = p.workspace_id
        """;

    /// <summary>So long an expired or revoked grant is still shown; the audit log keeps it for good.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <exception cref="PryxException">RULE_INVALID, RULE_TOO_WIDE, or GRANT_INVALID for one that would follow the user into other folders.</exception>
    public async Task<StoredGrant> AddAsync(NewGrant grant, CancellationToken cancellationToken)
    {
        var rule = ToolRule.ParseGrant(grant.Pattern);
        if (grant.Lifetime is { } lifetime && lifetime <= TimeSpan.Zero)
        {
            throw new PryxException("GRANT_INVALID", "A grant that expires must do so in the future.");
        }
        if (rule.IsFolder && grant.Workspace is null)
        {
            throw new PryxException("GRANT_INVALID", "The folder grant is for one folder.", "Say which: --workspace DIR.");
        }
        var id = Guid.NewGuid().ToString();
        return await database.WriteAsync(connection =>
        {
            var now = database.Time.StoredNow();
            var expires = now + grant.Lifetime;
            connection.Execute("DELETE FROM policies WHERE action = 'allow' AND COALESCE(revoked_at, expires_at) < $before", ("$before", Sql.FormatTime(now - Kept)));
            var workspaceId = grant.Workspace is null ? null : WorkspaceStore.Ensure(connection, grant.Workspace, database.Time);
            if (grant.Question is not null && FindSame(connection, rule.Text, workspaceId, grant.Session, now) is { } same)
            {
                return same;
            }
            connection.Execute(
                """
                INSERT INTO policies (id, workspace_id, session_id, tool_pattern, action, scope, duration, created_by, created_at, expires_at, approval_id)
                VALUES ($id, $workspace, $session, $pattern, 'allow', $scope, $duration, $by, $at, $expires, $question)
                """,
                ("$id", id), ("$workspace", workspaceId), ("$session", grant.Session?.ToString()), ("$pattern", rule.Text), ("$scope", ScopeOf(rule)),
                ("$duration", grant.Session is null ? "forever" : "session"), ("$by", grant.By), ("$at", Sql.FormatTime(now)),
                ("$expires", expires is { } end ? Sql.FormatTime(end) : null), ("$question", grant.Question?.ToString()));
            var added = Find(connection, id)!;
            Tell(connection, EventNames.GrantAdded, added, grant.By);
            return added;
        }, cancellationToken);
    }

    /// <summary>False when there is none of this id, or it was revoked before. The beginning of an id is enough where it is unique.</summary>
    public Task<bool> RevokeAsync(string id, string by, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var found = connection.Query($"{Columns} WHERE p.action = 'allow' AND p.revoked_at IS NULL AND substr(p.id, 1, length($id)) = $id LIMIT 2", Read, ("$id", id));
        if (found.Count != 1 || id.Length < 4)
        {
            return false;
        }
        connection.Execute("UPDATE policies SET revoked_at = $at WHERE id = $id", ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", found[0].Id));
        Tell(connection, EventNames.GrantRevoked, Find(connection, found[0].Id)!, by);
        return true;
    }, cancellationToken);

    /// <summary>Those that hold now, oldest first: also of other folders and sessions, so that people can find and revoke them.</summary>
    public Task<IReadOnlyList<StoredGrant>> ListAsync(CancellationToken cancellationToken) => ListAsync(withEnded: false, cancellationToken);

    /// <param name="withEnded">Also those that have expired or were revoked, for as long as they are kept.</param>
    public Task<IReadOnlyList<StoredGrant>> ListAsync(bool withEnded, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredGrant>>(
        connection => connection.Query(
            $"{Columns} WHERE p.action = 'allow' AND ($all OR (p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > $now))) ORDER BY p.created_at, p.rowid",
            Read, ("$all", withEnded ? 1 : 0), ("$now", Sql.FormatTime(database.Time.GetUtcNow()))),
        cancellationToken);

    /// <summary>Those that hold now for a session in a folder; an agent has those of the sessions that called it.</summary>
    public Task<IReadOnlyList<StoredGrant>> ForAsync(SessionId session, string workspace, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredGrant>>(
        connection => connection.Query(
            $"""
            {Columns} WHERE p.action = 'allow' AND p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > $now)
            AND (p.session_id IS NULL OR p.session_id IN ({AgentLineage.SessionsAbove}))
            AND (p.workspace_id IS NULL OR w.path = $workspace OR w.path = (SELECT a.base_folder FROM agents a WHERE a.session_id = $session)) ORDER BY p.created_at, p.rowid
            """,
            Read, ("$now", Sql.FormatTime(database.Time.GetUtcNow())), ("$session", session.ToString()), ("$workspace", workspace)),
        cancellationToken);

    /// <summary>Counts that a call ran by these, in the transaction of its judgement.</summary>
    internal static void MarkUsed(SqliteConnection connection, IReadOnlyList<string> ids, DateTimeOffset now)
    {
        foreach (var id in ids)
        {
            connection.Execute("UPDATE policies SET uses = uses + 1, last_used_at = $at WHERE id = $id", ("$at", Sql.FormatTime(now)), ("$id", id));
        }
    }

    private static StoredGrant? FindSame(SqliteConnection connection, string pattern, string? workspaceId, SessionId? session, DateTimeOffset now) => connection.First(
        $"""
        {Columns} WHERE p.action = 'allow' AND p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > $now)
        AND p.tool_pattern = $pattern AND p.workspace_id IS $workspace AND p.session_id IS $session
        """, Read, ("$now", Sql.FormatTime(now)), ("$pattern", pattern), ("$workspace", workspaceId), ("$session", session?.ToString()));

    private static StoredGrant? Find(SqliteConnection connection, string id) => connection.First($"{Columns} WHERE p.id = $id", Read, ("$id", id));

    private static StoredGrant Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.TextOrNull(2), SessionId.TryParse(row.TextOrNull(3), out var session) ? session : null,
        row.GetString(4), row.Time(5), row.TimeOrNull(6), row.TimeOrNull(7))
    {
        Uses = row.GetInt64(8),
        LastUsedAt = row.TimeOrNull(9),
        Question = ApprovalId.TryParse(row.TextOrNull(10), out var question) ? question : null,
    };

    private void Tell(SqliteConnection connection, string what, StoredGrant grant, string by)
    {
        Audit(connection, what, grant, by);
        var shown = GrantsBody.Shown(grant, database.Time.GetUtcNow());
        events.Append(connection, new PryxEvent
        {
            Event = what,
            SessionId = grant.SessionId,
            Payload = JsonSerializer.SerializeToElement(shown with { Rule = Redaction.OfText(shown.Rule) }, ProtocolJson.Default.Grant),
        });
    }

    private void Audit(SqliteConnection connection, string action, StoredGrant grant, string by)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("pattern", grant.Pattern);
            writer.WriteString("duration", grant.SessionId is null ? "forever" : "session");
            if (grant.Workspace is not null)
            {
                writer.WriteString("workspace", grant.Workspace);
            }
            if (grant.SessionId is { } session)
            {
                writer.WriteString("session", session.ToString());
            }
            if (grant.ExpiresAt is { } expires)
            {
                writer.WriteString("expires_at", Sql.FormatTime(expires));
            }
            if (grant.Question is { } question)
            {
                writer.WriteString("approval", question.ToString());
            }
            writer.WriteEndObject();
        }
        AuditLog.Append(connection, new(action, "grant", grant.Id, by, System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan), "ok"), database.Time);
    }

    /// <summary>The PRD's four scopes (FR2.2), by what the rule reaches.</summary>
    public static string ScopeOf(ToolRule rule) => rule.IsFolder || rule.Text.StartsWith("filesystem.", StringComparison.Ordinal) ? "workspace"
        : rule.IsWholeNetwork || rule.NetworkHost is not null || rule.Text.StartsWith(PolicyTools.Http, StringComparison.Ordinal) ? "network"
        : rule.Text.StartsWith(PolicyTools.Shell, StringComparison.Ordinal) ? "host"
        : "integration";

    /// <summary>As <see cref="ScopeOf(ToolRule)"/>; null for a rule of another version that can not be read here, and grants nothing.</summary>
    public static string? ScopeOf(string pattern)
    {
        try
        {
            return ScopeOf(ToolRule.ParseGrant(pattern));
        }
        catch (PryxException)
        {
            return null;
        }
    }
}
