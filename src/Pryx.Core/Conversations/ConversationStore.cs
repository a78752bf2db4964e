using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Conversations;

/// <summary>Which conversations a list shows.</summary>
/// <param name="Tags">All of them.</param>
/// <param name="After">The last one of the page before; one that does not exist counts for none.</param>
public sealed record ConversationQuery(int Limit, SessionId? After, IReadOnlyList<string> Tags, string? AgentRole);

/// <summary>Sessions as conversations: the same rows, seen with the contract's eyes.</summary>
/// <param name="otherwise">The model of sessions that have none yet.</param>
/// <param name="find">A provider as it holds now; null when nobody knows it.</param>
public sealed class ConversationStore(Database database, EventLog events, Func<ConversationModel> otherwise, Func<string, ProviderInfo?> find)
{
    private const string Select =
        """
        SELECT s.id, s.created_at, s.updated_at, s.model, s.model_api, CASE WHEN s.title = '' OR s.title = s.derived_title THEN NULL ELSE s.title END,
               s.summary, s.parent_id, s.agent_role, s.tags
        FROM sessions s
        """;

    public Task<Conversation> CreateAsync(NewConversation request, string workspace, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var id = SessionId.New();
        connection.Execute(
            """
            INSERT INTO sessions (id, workspace_id, created_at, updated_at, title, summary, tags, agent_role, model, model_api)
            VALUES ($id, $workspace, $at, $at, $title, $summary, $tags, $role, $model, $api)
            """,
            ("$id", id.ToString()), ("$workspace", WorkspaceStore.Ensure(connection, workspace, database.Time)), ("$at", Sql.FormatTime(database.Time.GetUtcNow())),
            ("$title", request.Title ?? ""), ("$summary", request.Summary), ("$tags", TagsJson(request.Tags ?? [])), ("$role", request.AgentRole),
            ("$model", $"{request.ModelProviderId}/{request.Model}"), ("$api", request.ModelProviderApi));
        events.Append(connection, new PryxEvent { Event = EventNames.SessionCreated, SessionId = id, Surface = ConversationTurnEndpoints.Surface });
        return Find(connection, id)!;
    }, cancellationToken);

    /// <summary>Without history; null when there is none.</summary>
    public Task<Conversation?> FindAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(connection => Find(connection, id), cancellationToken);

    /// <summary>Created last first.</summary>
    public Task<ConversationPage> ListAsync(ConversationQuery query, CancellationToken cancellationToken) => database.ReadAsync(connection =>
    {
        var after = query.After is { } id ? connection.First("SELECT created_at, rowid FROM sessions WHERE id = $id", static row => (At: row.GetString(0), Row: row.GetInt64(1)), ("$id", id.ToString())) : default;
        var found = connection.Query(
            $"""
            {Select}
            WHERE ($at IS NULL OR s.created_at < $at OR (s.created_at = $at AND s.rowid < $row))
              AND ($role IS NULL OR s.agent_role = $role)
              AND NOT EXISTS (SELECT 1 FROM json_each($tags) wanted WHERE wanted.value NOT IN (SELECT value FROM json_each(s.tags)))
            ORDER BY s.created_at DESC, s.rowid DESC LIMIT $limit
            """,
            Read, ("$at", after.At), ("$row", after.Row), ("$role", query.AgentRole), ("$tags", TagsJson(query.Tags)), ("$limit", query.Limit + 1));
        var page = found.Take(query.Limit).ToList();
        return new ConversationPage(page, found.Count > query.Limit ? ConversationCursor.Of(page[^1]) : null);
    }, cancellationToken);

    /// <summary>The combination of provider and API is judged as it will be. Null when there is no such conversation.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR</exception>
    public Task<Conversation?> PatchAsync(SessionId id, ConversationPatch patch, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (Find(connection, id) is not { } before)
        {
            return null;
        }
        var model = new ConversationModel(
            patch.ModelProviderId ?? before.ModelProviderId, patch.ModelProviderApi ?? before.ModelProviderApi, patch.Model ?? before.Model);
        if (patch.ModelProviderId is not null || patch.ModelProviderApi is not null)
        {
            model.Check();
        }
        if (patch.ModelProviderId is not null || patch.ModelProviderApi is not null || patch.Model is not null)
        {
            connection.Execute("UPDATE sessions SET model = $model, model_api = $api WHERE id = $id", ("$model", model.Reference), ("$api", model.Api), ("$id", id.ToString()));
        }
        // Strictly later than before, also within one millisecond.
        var at = patch.IsCreation ? Sql.ParseTime(before.CreatedAt).ToUnixTimeMilliseconds() : Math.Max(database.Time.GetUtcNow().ToUnixTimeMilliseconds(), Sql.ParseTime(before.UpdatedAt).ToUnixTimeMilliseconds() + 1);
        connection.Execute(
            """
            UPDATE sessions SET updated_at = $at,
                title = CASE WHEN $sets_title THEN $title ELSE title END, derived_title = CASE WHEN $sets_title THEN NULL ELSE derived_title END,
                summary = CASE WHEN $sets_summary THEN $summary ELSE summary END, agent_role = CASE WHEN $sets_role THEN $role ELSE agent_role END,
                tags = COALESCE($tags, tags)
            WHERE id = $id
            """,
            ("$at", Sql.FormatTime(DateTimeOffset.FromUnixTimeMilliseconds(at))), ("$sets_title", patch.Title is not null), ("$title", patch.Title?.Value ?? ""),
            ("$sets_summary", patch.Summary is not null), ("$summary", patch.Summary?.Value), ("$sets_role", patch.AgentRole is not null), ("$role", patch.AgentRole?.Value),
            ("$tags", patch.Tags is { } tags ? TagsJson(tags) : null), ("$id", id.ToString()));
        return Find(connection, id);
    }, cancellationToken);

    private Conversation? Find(SqliteConnection connection, SessionId id) => connection.First($"{Select} WHERE s.id = $id", Read, ("$id", id.ToString()));

    private Conversation Read(SqliteDataReader row)
    {
        var model = row.TextOrNull(3) is { } reference ? ConversationModel.Of(reference, row.TextOrNull(4), find) : otherwise();
        return new(
            row.GetString(0), row.GetString(1), row.GetString(2), model.ProviderId, model.Api, model.Model, row.TextOrNull(5), row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8),
            JsonSerializer.Deserialize(row.GetString(9), ConversationJson.Default.IReadOnlyListString) ?? [], []);
    }

    private static string TagsJson(IReadOnlyList<string> tags) => JsonSerializer.Serialize(tags, ConversationJson.Default.IReadOnlyListString);
}
