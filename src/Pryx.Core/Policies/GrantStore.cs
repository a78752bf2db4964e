using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Policy;
using Pryx.Core.Audit;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Policies;

/// <param name="Workspace">Canonical; null: holds everywhere.</param>
/// <param name="SessionId">Null: not bound to one.</param>
/// <param name="ExpiresAt">UTC; null: until it is revoked.</param>
public sealed record StoredGrant(string Id, string Pattern, string? Workspace, SessionId? SessionId, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
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
}

/// <summary>What people allowed beyond one call (FR2.2, FR2.3). Every grant and every revocation is in the audit log, in the same commit.</summary>
public sealed class GrantStore(Database database)
{
    private const string Columns = "SELECT p.id, p.tool_pattern, w.path, p.session_id, p.created_by, p.created_at, p.expires_at, p.revoked_at FROM policies p LEFT JOIN workspaces w ON w.id = p.workspace_id";

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
            var workspaceId = grant.Workspace is null ? null : WorkspaceStore.Ensure(connection, grant.Workspace, database.Time);
            connection.Execute(
                """
                INSERT INTO policies (id, workspace_id, session_id, tool_pattern, action, scope, duration, created_by, created_at, expires_at)
                VALUES ($id, $workspace, $session, $pattern, 'allow', $scope, $duration, $by, $at, $expires)
                """,
                ("$id", id), ("$workspace", workspaceId), ("$session", grant.Session?.ToString()), ("$pattern", rule.Text), ("$scope", ScopeOf(rule)),
                ("$duration", grant.Session is null ? "forever" : "session"), ("$by", grant.By), ("$at", Sql.FormatTime(now)),
                ("$expires", expires is { } end ? Sql.FormatTime(end) : null));
            var added = Find(connection, id)!;
            Audit(connection, "grant.added", added, grant.By);
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
        Audit(connection, "grant.revoked", found[0], by);
        return true;
    }, cancellationToken);

    /// <summary>Those that hold now, oldest first: also of other folders and sessions, so that people can find and revoke them.</summary>
    public Task<IReadOnlyList<StoredGrant>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredGrant>>(
        connection => connection.Query(
            $"{Columns} WHERE p.action = 'allow' AND p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > $now) ORDER BY p.created_at, p.rowid",
            Read, ("$now", Sql.FormatTime(database.Time.GetUtcNow()))),
        cancellationToken);

    /// <summary>Those that hold now for a session in a folder.</summary>
    public Task<IReadOnlyList<StoredGrant>> ForAsync(SessionId session, string workspace, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredGrant>>(
        connection => connection.Query(
            $"""
            {Columns} WHERE p.action = 'allow' AND p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > $now)
            AND (p.session_id IS NULL OR p.session_id = $session) AND (p.workspace_id IS NULL OR w.path = $workspace) ORDER BY p.created_at, p.rowid
            """,
            Read, ("$now", Sql.FormatTime(database.Time.GetUtcNow())), ("$session", session.ToString()), ("$workspace", workspace)),
        cancellationToken);

    private static StoredGrant? Find(SqliteConnection connection, string id) => connection.First($"{Columns} WHERE p.id = $id", Read, ("$id", id));

    private static StoredGrant Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.TextOrNull(2), SessionId.TryParse(row.TextOrNull(3), out var session) ? session : null,
        row.GetString(4), row.Time(5), row.TimeOrNull(6), row.TimeOrNull(7));

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
            writer.WriteEndObject();
        }
        AuditLog.Append(connection, new(action, "grant", grant.Id, by, System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan), "ok"), database.Time);
    }

    /// <summary>The PRD's four scopes (FR2.2), by what the rule reaches.</summary>
    private static string ScopeOf(ToolRule rule) => rule.IsFolder || rule.Text.StartsWith("filesystem.", StringComparison.Ordinal) ? "workspace"
        : rule.Text.StartsWith(PolicyTools.Http, StringComparison.Ordinal) ? "network"
        : rule.Text.StartsWith(PolicyTools.Shell, StringComparison.Ordinal) ? "host"
        : "integration";
}
