using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Core.Logs;
using Pryx.Core.Storage;
using Pryx.Protocol.Models;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Health;

/// <summary>Everything a bug report needs and nothing it must not hold: versions, places, sizes, counts, the trace ids of the last errors.</summary>
/// <param name="circuits">By provider: closed, open or half-open.</param>
/// <param name="isolationAsync">How tools are kept together, in words.</param>
/// <param name="sandboxAsync">Which sandbox commands run in, why not a better one, and how to get it; in words.</param>
/// <param name="keysAsync">Where keys are kept, and why not in a better place; in words.</param>
/// <param name="catalog">Where what is known of models comes from.</param>
public sealed class DiagnosticsEndpoints(
    Database database, EventLog events, CoreLog log, PryxPaths paths, Func<Task<string>> isolationAsync, Func<Task<string>> sandboxAsync, Func<CancellationToken, Task<string>> keysAsync, Func<CatalogState> catalog, Func<IReadOnlyDictionary<string, string>> circuits, string version, DateTimeOffset startedAt, TimeProvider time)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(
            new("GET", "/api/v1/diagnostics", "Versions, places, sizes, counts and the last errors' trace ids; no secrets, nothing anybody wrote")
            { Scope = Scopes.Admin, Response = DiagnosticsJson.Default.Diagnostics }, ReadAsync);
        routes.Add(new("GET", "/api/admin/stats", "How much there is and how it went: sessions, turns by status, tool calls by status") { Scope = Scopes.Admin, Response = DiagnosticsJson.Default.CoreStats }, StatsAsync);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var (schema, counts) = await database.ReadAsync(
            static connection => (connection.Number("PRAGMA user_version"), CountsOf(connection)), http.RequestAborted);
        await http.WriteAsync(
            new Diagnostics
            {
                Version = version,
                StartedAt = startedAt,
                UptimeSeconds = (long)(time.GetUtcNow() - startedAt).TotalSeconds,
                Process = new(
                    Environment.ProcessId, Environment.WorkingSet, GC.GetTotalMemory(false), ThreadPool.ThreadCount, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
                    RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), !RuntimeFeature.IsDynamicCodeSupported),
                Sqlite = new(SqliteLibrary.Version, SqliteLibrary.IsSystemLibrary ? "system" : "bundled", schema),
                Paths = new(paths.Data, database.Path, paths.Config, log.Path),
                Disk = new(SizeOf(database.Path), SizeOf(database.Path + "-wal"), SizeOf(log.Path), FreeOf(paths.Data)),
                Counts = counts,
                Subscribers = events.Subscribers,
                Isolation = await isolationAsync(),
                Sandbox = await sandboxAsync(),
                Keys = await keysAsync(http.RequestAborted),
                Providers = circuits(),
                Catalog = catalog(),
                LogDropped = log.Dropped,
                RecentErrors = [.. log.RecentErrors.Select(entry => new RecentError(entry.Time, entry.Event, entry.TraceId, entry.TurnId, entry.Code ?? entry.Error?.Type))],
            },
            DiagnosticsJson.Default.Diagnostics);
    }

    private async Task StatsAsync(HttpContext http) => await http.WriteAsync(
        await database.ReadAsync(
            static connection => new CoreStats(
                connection.Number("SELECT COUNT(*) FROM sessions"), connection.Number("SELECT COALESCE(SUM(message_count), 0) FROM sessions"), ByStatus(connection, "turns"), ByStatus(connection, "tool_calls")),
            http.RequestAborted),
        DiagnosticsJson.Default.CoreStats);

    // Tables that grow without end are not counted row by row: their counters say how many there have been.
    private static DiagnosticCounts CountsOf(Microsoft.Data.Sqlite.SqliteConnection connection) => new(
        connection.Number("SELECT COUNT(*) FROM sessions"),
        connection.Number("SELECT COUNT(*) FROM turns"),
        connection.Number("SELECT COUNT(*) FROM turns WHERE status IN ('running', 'parked')"),
        connection.Number("SELECT COUNT(*) FROM approvals WHERE state = 'pending'"),
        connection.Number("SELECT COUNT(*) FROM inputs WHERE state IN ('queued', 'steered')"),
        connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'items'"),
        connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'events'"),
        connection.Number("SELECT COUNT(*) FROM spans"));

    private static Dictionary<string, long> ByStatus(Microsoft.Data.Sqlite.SqliteConnection connection, string table) =>
        connection.Query($"SELECT status, COUNT(*) FROM {table} GROUP BY status", static row => (row.GetString(0), row.GetInt64(1))).ToDictionary(entry => entry.Item1, entry => entry.Item2);

    private static long SizeOf(string path) => new FileInfo(path) is { Exists: true, Length: var length } ? length : 0;

    private static long? FreeOf(string path)
    {
        try
        {
            return new DriveInfo(path).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

public sealed record Diagnostics
{
    public required string Version { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required long UptimeSeconds { get; init; }
    public required DiagnosticProcess Process { get; init; }
    public required DiagnosticSqlite Sqlite { get; init; }
    public required DiagnosticPaths Paths { get; init; }
    public required DiagnosticDisk Disk { get; init; }
    public required DiagnosticCounts Counts { get; init; }

    /// <summary>Who listens to events now, Core's own observer included.</summary>
    public required int Subscribers { get; init; }
    public required string Isolation { get; init; }
    public required string Sandbox { get; init; }
    public required string Keys { get; init; }

    /// <summary>Of every provider that was called since the start: closed, open or half-open.</summary>
    public required IReadOnlyDictionary<string, string> Providers { get; init; }

    public required CatalogState Catalog { get; init; }

    /// <summary>Log lines that were not written.</summary>
    public required long LogDropped { get; init; }
    public required IReadOnlyList<RecentError> RecentErrors { get; init; }
}

public sealed record DiagnosticProcess(int Pid, long MemoryBytes, long HeapBytes, int Threads, string Runtime, string Os, string Architecture, bool Aot);

/// <param name="Library">system or bundled.</param>
public sealed record DiagnosticSqlite(string Version, string Library, long SchemaVersion);

public sealed record DiagnosticPaths(string Data, string Database, string Config, string Log);

/// <param name="FreeBytes">Null where the system does not say.</param>
public sealed record DiagnosticDisk(long DatabaseBytes, long WalBytes, long LogBytes, long? FreeBytes);

/// <param name="Items">So many there have been, deleted ones included; so for events.</param>
public sealed record DiagnosticCounts(long Sessions, long Turns, long OpenTurns, long PendingApprovals, long QueuedInputs, long Items, long Events, long Spans);

public sealed record RecentError(DateTimeOffset Time, string Event, string? TraceId, string? TurnId, string? Code);

public sealed record CoreStats(long Sessions, long Messages, IReadOnlyDictionary<string, long> Turns, IReadOnlyDictionary<string, long> ToolCalls);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Diagnostics))]
[JsonSerializable(typeof(CoreStats))]
internal sealed partial class DiagnosticsJson : JsonSerializerContext;
