using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Events;

namespace Pryx.Core.Checkpoints;

/// <summary>What was changed and put back, as it is stored.</summary>
internal sealed class CheckpointStore(Database database, EventLog events)
{
    private const string Columns = "c.id, c.session_id, c.turn_id, c.kind, c.workspace, c.state, c.created_at, c.undone_by, c.reverses, c.hidden_from, c.hidden_to, c.item_seq, c.notes";

    // The turns of a session and those of the agents they called, which worked in the same folder: what they change was done for it.
    // An agent in a worktree of its own has changed nothing here.
    private const string TurnsFor =
        """
        WITH RECURSIVE done(turn_id, root) AS (
            SELECT id, id FROM turns WHERE session_id = $session
            UNION
            SELECT a.turn_id, done.root FROM agents a JOIN done ON a.parent_turn_id = done.turn_id WHERE a.turn_id IS NOT NULL AND a.base_folder IS NULL)
        """;

    /// <summary>How a turn's call has left what it touched. What is as it was before is no change.</summary>
    public Task SettleAsync(SessionId session, TurnId turn, string workspace, IReadOnlyList<RememberedPath> paths, IReadOnlyList<string> notes, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var id = connection.Text("SELECT id FROM checkpoints WHERE turn_id = $turn", ("$turn", turn.ToString()));
        if (id is null)
        {
            if (notes.Count == 0 && paths.All(static path => path.Before.Same(path.After!)))
            {
                return;
            }
            if (connection.Number("SELECT COUNT(*) FROM sessions WHERE id = $session", ("$session", session.ToString())) == 0)
            {
                return; // Deleted meanwhile, with everything that was remembered of it.
            }
            id = Guid.NewGuid().ToString("N");
            connection.Execute(
                "INSERT INTO checkpoints (id, session_id, turn_id, kind, workspace, state, created_at) VALUES ($id, $session, $turn, 'turn', $workspace, 'done', $at)",
                ("$id", id), ("$session", session.ToString()), ("$turn", turn.ToString()), ("$workspace", workspace), ("$at", Sql.FormatTime(database.Time.GetUtcNow())));
        }
        foreach (var path in paths)
        {
            if (path.Before.Same(path.After!))
            {
                connection.Execute("DELETE FROM checkpoint_paths WHERE checkpoint_id = $id AND number = $number", ("$id", id), ("$number", path.Number));
            }
            else
            {
                Insert(connection, id, new(id, path.Number, path.Path, path.Before, path.After!, null));
            }
        }
        if (notes.Count > 0)
        {
            connection.Execute("UPDATE checkpoints SET notes = $notes WHERE id = $id", ("$notes", NotesText(notes)), ("$id", id));
        }
    }, cancellationToken);

    /// <summary>Higher than every entry of a turn.</summary>
    public Task<long> NextNumberAsync(TurnId turn, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT MAX(number) + 1 FROM checkpoint_paths WHERE checkpoint_id = (SELECT id FROM checkpoints WHERE turn_id = $turn)", ("$turn", turn.ToString())), cancellationToken);

    /// <summary>Of a session and of the agents that its turns called, oldest first.</summary>
    public Task<IReadOnlyList<Checkpoint>> ListAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Checkpoint>>(
        connection => connection.Query(
            $"{TurnsFor} SELECT {Columns}, done.root FROM checkpoints c LEFT JOIN done ON done.turn_id = c.turn_id WHERE c.session_id = $session OR done.root IS NOT NULL ORDER BY c.created_at, c.rowid",
            static row => Read(row) with { Root = row.TextOrNull(13) is { } root ? new TurnId(Guid.Parse(root)) : null }, ("$session", session.ToString())), cancellationToken);

    /// <summary>Those that a process has begun to put back and not finished.</summary>
    public Task<IReadOnlyList<Checkpoint>> ListRestoringAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Checkpoint>>(
        connection => connection.Query($"SELECT {Columns} FROM checkpoints c WHERE c.state = 'restoring' ORDER BY c.created_at, c.rowid", Read), cancellationToken);

    /// <summary>In the order in which they were touched.</summary>
    public Task<IReadOnlyList<CheckpointPath>> ReadPathsAsync(string checkpoint, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<CheckpointPath>>(
        connection => connection.Query(
            "SELECT checkpoint_id, number, path, before, after, undone_by FROM checkpoint_paths WHERE checkpoint_id = $id ORDER BY number",
            static row => new CheckpointPath(row.GetString(0), row.GetInt64(1), row.GetString(2), PathState.Parse(row.GetString(3)), PathState.Parse(row.GetString(4)), row.TextOrNull(5)), ("$id", checkpoint)), cancellationToken);

    /// <summary>What is going to be put back, stored before any of it is.</summary>
    public Task BeginAsync(Checkpoint operation, IReadOnlyList<CheckpointPath> paths, IReadOnlyList<CheckpointPath> covered, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        connection.Execute(
            "INSERT INTO checkpoints (id, session_id, kind, workspace, state, created_at, reverses) VALUES ($id, $session, $kind, $workspace, 'restoring', $at, $reverses)",
            ("$id", operation.Id), ("$session", operation.Session.ToString()), ("$kind", operation.Kind), ("$workspace", operation.Workspace), ("$at", Sql.FormatTime(operation.CreatedAt)), ("$reverses", operation.Reverses));
        foreach (var path in paths)
        {
            Insert(connection, operation.Id, path);
        }
        foreach (var path in covered)
        {
            connection.Execute("UPDATE checkpoint_paths SET undone_by = $by WHERE checkpoint_id = $id AND number = $number", ("$by", operation.Id), ("$id", path.Checkpoint), ("$number", path.Number));
        }
    }, cancellationToken);

    /// <summary>It is done: what it took back is marked, and surfaces and the model hear of it.</summary>
    /// <param name="failed">Paths that could not be put back after all.</param>
    /// <param name="taken">The checkpoints that it took back.</param>
    public Task FinishAsync(Checkpoint operation, IReadOnlyCollection<string> failed, IReadOnlyList<string> taken, Func<SqliteConnection, (long From, long To, long Item)> say, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        foreach (var path in failed)
        {
            connection.Execute("DELETE FROM checkpoint_paths WHERE checkpoint_id = $id AND path = $path", ("$id", operation.Id), ("$path", path));
            connection.Execute("UPDATE checkpoint_paths SET undone_by = NULL WHERE undone_by = $id AND path = $path", ("$id", operation.Id), ("$path", path));
        }
        foreach (var id in taken)
        {
            connection.Execute("UPDATE checkpoints SET undone_by = $by WHERE id = $id", ("$by", operation.Id), ("$id", id));
        }
        if (operation.Reverses is { } reversed)
        {
            // What it had taken back holds again.
            connection.Execute("UPDATE checkpoints SET undone_by = $by WHERE id = $id", ("$by", operation.Id), ("$id", reversed));
            connection.Execute("UPDATE checkpoints SET undone_by = NULL WHERE undone_by = $id AND kind = 'turn'", ("$id", reversed));
            connection.Execute("UPDATE checkpoint_paths SET undone_by = NULL WHERE undone_by = $id AND checkpoint_id <> $self", ("$id", reversed), ("$self", operation.Id));
        }
        var said = say(connection);
        connection.Execute(
            "UPDATE checkpoints SET state = 'done', hidden_from = $from, hidden_to = $to, item_seq = $item WHERE id = $id",
            ("$from", said.From), ("$to", said.To), ("$item", said.Item), ("$id", operation.Id));
    }, cancellationToken);

    /// <summary>What an operation takes back, as far as it came to say so.</summary>
    public Task<IReadOnlyList<string>> ListTakenAsync(string operation, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<string>>(
        connection => connection.Query("SELECT DISTINCT checkpoint_id FROM checkpoint_paths WHERE undone_by = $id", static row => row.GetString(0), ("$id", operation)), cancellationToken);

    /// <summary>Stores an item that tells the model, and announces it and what was done.</summary>
    public long Say(SqliteConnection connection, SessionId session, Protocol.Items.Item item, string name, UndonePayload payload)
    {
        var stored = events.AppendItem(connection, session, item);
        events.Append(connection, new PryxEvent { Event = name, SessionId = session, Payload = JsonSerializer.SerializeToElement(payload, ProtocolJson.Default.UndonePayload) });
        return stored.Seq;
    }

    /// <summary>Stores an item without more.</summary>
    public void Say(SqliteConnection connection, SessionId session, Protocol.Items.Item item) => events.AppendItem(connection, session, item);

    /// <summary>Every hash that is still needed, with the time of the youngest that needs it.</summary>
    public Task<HashSet<string>> ReadHashesAsync(CancellationToken cancellationToken) => database.ReadAsync(connection =>
    {
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var state in connection.Query("SELECT before FROM checkpoint_paths", static row => row.GetString(0)))
        {
            if (PathState.Parse(state).Content is { } content)
            {
                hashes.Add(content);
            }
        }
        return hashes;
    }, cancellationToken);

    /// <summary>The oldest go; false when there is none left.</summary>
    public Task<int> RemoveBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("DELETE FROM checkpoints WHERE created_at < $at AND state = 'done'", ("$at", Sql.FormatTime(time))), cancellationToken);

    /// <summary>When the oldest tenth ends; null when there is nothing.</summary>
    public Task<DateTimeOffset?> FindOldTenthAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.First("SELECT created_at FROM checkpoints ORDER BY created_at LIMIT 1 OFFSET (SELECT COUNT(*) / 10 FROM checkpoints)", static row => (DateTimeOffset?)row.Time(0)), cancellationToken);

    /// <summary>The turns of a session in their order, with what each began with and the places of its items.</summary>
    public Task<IReadOnlyList<TurnPlace>> ListTurnsAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TurnPlace>>(
        connection => connection.Query(
            """
            SELECT t.id, t.status, t.started_at, (SELECT MIN(seq) FROM items WHERE turn_id = t.id), (SELECT MAX(seq) FROM items WHERE turn_id = t.id),
                   (SELECT text FROM items WHERE turn_id = t.id AND type = 'user_message' ORDER BY seq LIMIT 1)
            FROM turns t WHERE t.session_id = $session AND t.status <> 'queued' ORDER BY t.rowid
            """,
            static row => new TurnPlace(new(Guid.Parse(row.GetString(0))), row.GetString(1), row.TimeOrNull(2), row.NumberOrNull(3) ?? 0, row.NumberOrNull(4) ?? 0, row.TextOrNull(5) ?? ""),
            ("$session", session.ToString())), cancellationToken);

    private static void Insert(SqliteConnection connection, string checkpoint, CheckpointPath path) => connection.Execute(
        "INSERT OR REPLACE INTO checkpoint_paths (checkpoint_id, number, path, before, after) VALUES ($id, $number, $path, $before, $after)",
        ("$id", checkpoint), ("$number", path.Number), ("$path", path.Path), ("$before", path.Before.ToString()), ("$after", path.After.ToString()));

    private static string NotesText(IReadOnlyList<string> notes) => JsonSerializer.Serialize([.. notes], CheckpointJson.Default.StringArray);

    private static Checkpoint Read(SqliteDataReader row) => new(row.GetString(0), new(Guid.Parse(row.GetString(1))), row.GetString(3), row.GetString(4), row.Time(6))
    {
        Turn = row.TextOrNull(2) is { } turn ? new TurnId(Guid.Parse(turn)) : null,
        IsDone = row.GetString(5) == "done",
        UndoneBy = row.TextOrNull(7),
        Reverses = row.TextOrNull(8),
        HiddenFrom = row.GetInt64(9),
        HiddenTo = row.GetInt64(10),
        ItemSeq = row.GetInt64(11),
        Notes = JsonSerializer.Deserialize(row.GetString(12), CheckpointJson.Default.StringArray)!,
    };
}

/// <summary>What one turn changed, or what one undo, redo or rewind put back.</summary>
/// <param name="Kind">turn, undo, redo or rewind.</param>
internal sealed record Checkpoint(string Id, SessionId Session, string Kind, string Workspace, DateTimeOffset CreatedAt)
{
    public TurnId? Turn { get; init; }

    /// <summary>The turn of the session that was asked about for which it was done: its own, or the one that called the agent. Null for an undo, redo or rewind.</summary>
    public TurnId? Root { get; init; }
    public bool IsDone { get; init; }
    public string? UndoneBy { get; init; }
    public string? Reverses { get; init; }
    public long HiddenFrom { get; init; }
    public long HiddenTo { get; init; }
    public long ItemSeq { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Number">Of two changes by turns the later one has the higher.</param>
/// <param name="Path">Absolute.</param>
internal sealed record CheckpointPath(string Checkpoint, long Number, string Path, PathState Before, PathState After, string? UndoneBy);

/// <param name="First">Place of its first item; 0 when it has none.</param>
internal sealed record TurnPlace(TurnId Id, string Status, DateTimeOffset? StartedAt, long First, long Last, string Text);
