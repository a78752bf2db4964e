using Microsoft.Data.Sqlite;
using Pryx.Core.Audit;
using Pryx.Core.Storage;

namespace Pryx.Core.Setup;

/// <param name="State">open, done or skipped.</param>
/// <param name="Value">Of the step workspace: the folder.</param>
internal sealed record SaidStep(string State, string? Value, DateTimeOffset ChangedAt);

/// <summary>What a person has said of the steps, kept over restarts and for every surface; each change is audited in the same commit.</summary>
internal sealed class SetupStore(Database database)
{
    /// <summary>The one line that tells of open steps; skipped: dismissed.</summary>
    public const string Hint = "hint";

    public Task<IReadOnlyDictionary<string, SaidStep>> ReadAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyDictionary<string, SaidStep>>(
        static connection => connection.Query("SELECT step, state, value, changed_at FROM setup_steps", static row => (Step: row.GetString(0), Said: new SaidStep(row.GetString(1), row.TextOrNull(2), row.Time(3))))
            .ToDictionary(static row => row.Step, static row => row.Said, StringComparer.Ordinal), cancellationToken);

    /// <summary>A model has answered, here, at least once.</summary>
    public Task<bool> HasAnsweredAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.Text("SELECT id FROM turns WHERE status = 'completed' AND model <> 'demo/tour' LIMIT 1") is not null, cancellationToken);

    /// <summary>The folder that was worked in last; null when there was none.</summary>
    public Task<string?> FindFolderAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.Text("SELECT w.path FROM sessions s JOIN workspaces w ON w.id = s.workspace_id ORDER BY s.created_at DESC LIMIT 1"), cancellationToken);

    /// <param name="by">Such as <c>cli:alice</c>.</param>
    public Task SayAsync(string step, string state, string? value, string by, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        connection.Execute(
            """
            INSERT INTO setup_steps (step, state, value, changed_by, changed_at) VALUES ($step, $state, $value, $by, $at)
            ON CONFLICT (step) DO UPDATE SET state = excluded.state, value = COALESCE(excluded.value, value), changed_by = excluded.changed_by, changed_at = excluded.changed_at
            """, ("$step", step), ("$state", state), ("$value", value), ("$by", by), ("$at", Sql.FormatTime(database.Time.GetUtcNow())));
        Audit(connection, state switch { "done" => "setup.done", "skipped" => "setup.skipped", _ => "setup.reopened" }, step, by);
    }, cancellationToken);

    /// <summary>As if nobody had said anything.</summary>
    public Task ForgetAsync(string by, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        connection.Execute("DELETE FROM setup_steps");
        Audit(connection, "setup.restarted", "all", by);
    }, cancellationToken);

    private void Audit(SqliteConnection connection, string action, string step, string by) => AuditLog.Append(connection, new(action, "setup", step, by, "{}", "ok"), database.Time);
}
