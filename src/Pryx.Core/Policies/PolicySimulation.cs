using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;

namespace Pryx.Core.Policies;

/// <summary>
/// The time machine: judges the tool calls of the past by a policy that was not in force. Paths are resolved as they are today; grants and
/// untrusted text of that time are left out, so it shows what the rules themselves would have said.
/// </summary>
public sealed class PolicySimulation(Database database, PolicyExplanation explanation)
{
    /// <summary>So many calls at most, the latest.</summary>
    public const int MaxCalls = 20_000;
    private const int ShownChanges = 50;

    /// <param name="since">UTC.</param>
    /// <exception cref="PryxException">POLICY_INVALID, POLICY_UNKNOWN</exception>
    public async Task<SimulatedPolicy> RunAsync(string? policy, string? text, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var calls = await database.ReadAsync(connection => connection.Query(
            $"""
            SELECT t.session_id, w.path, t.tool_name, t.called_name, t.arguments, t.decision, t.status, i.created_at
            FROM items i JOIN tool_calls t ON t.turn_id = i.turn_id AND t.call_id = i.call_id JOIN sessions s ON s.id = t.session_id LEFT JOIN workspaces w ON w.id = s.workspace_id
            WHERE i.type = 'tool_call' AND i.created_at >= $since AND t.decision IS NOT NULL ORDER BY i.seq DESC LIMIT {MaxCalls}
            """, Read, ("$since", Sql.FormatTime(since))), cancellationToken);
        var tally = new Tally();
        foreach (var call in calls)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tally.Add(call, await JudgeAsync(call, policy, text, cancellationToken));
        }
        return tally.Result(since);
    }

    private async Task<ExplainedCall?> JudgeAsync(PastCall call, string? policy, string? text, CancellationToken cancellationToken)
    {
        JsonElement arguments;
        try
        {
            using var document = JsonDocument.Parse(call.Arguments);
            arguments = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
        try
        {
            return await explanation.OfAsync(new ExplainCall(call.Called, arguments) { Workspace = call.Workspace, SessionId = call.Session, Policy = policy, PolicyText = text }, cancellationToken);
        }
        catch (PryxException e) when (e.Code is "VALIDATION_ERROR" or "WORKSPACE_MISSING")
        {
            // Arguments that no tool takes, or a folder that is gone: there is nothing to judge any more.
            return null;
        }
    }

    private static PastCall Read(SqliteDataReader row) => new(
        SessionId.TryParse(row.GetString(0), out var session) ? session : default, row.TextOrNull(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.Time(7));

    private sealed record PastCall(SessionId Session, string? Workspace, string Tool, string Called, string Arguments, string Decision, string Status, DateTimeOffset At)
    {
        public bool Ran => Status is "completed" or "failed" or "interrupted" or "cancelled";
    }

    private sealed class Tally
    {
        private readonly Dictionary<(string Tool, string Summary, string Was, string Becomes, string Rule), (int Count, DateTimeOffset Last)> _changes = [];
        private int _calls, _notJudged, _blocked, _saved, _added, _allow, _ask, _deny;

        public void Add(PastCall call, ExplainedCall? judged)
        {
            _calls++;
            if (judged is null)
            {
                _notJudged++;
                return;
            }
            switch (judged.Decision)
            {
                case "allow": _allow++; break;
                case "ask": _ask++; break;
                default: _deny++; break;
            }
            _blocked += judged.Decision == "deny" && call.Ran ? 1 : 0;
            _saved += call.Decision == "ask" && judged.Decision != "ask" ? 1 : 0;
            _added += call.Decision != "ask" && judged.Decision == "ask" ? 1 : 0;
            if (call.Decision == judged.Decision)
            {
                return;
            }
            var key = (call.Tool, Audit.Redaction.OfText(judged.Summary), call.Decision, judged.Decision, judged.Rule);
            var (count, last) = _changes.GetValueOrDefault(key);
            _changes[key] = (count + 1, call.At > last ? call.At : last);
        }

        public SimulatedPolicy Result(DateTimeOffset since) => new(since, _calls, _notJudged, _allow, _ask, _deny, _blocked, _saved, _added,
        [
            .. _changes.OrderByDescending(static change => change.Key.Becomes == "deny").ThenByDescending(static change => change.Value.Count).Take(ShownChanges)
                .Select(static change => new SimulatedChange(change.Key.Tool, change.Key.Summary, change.Key.Was, change.Key.Becomes, change.Key.Rule, change.Value.Count, change.Value.Last)),
        ]);
    }
}
