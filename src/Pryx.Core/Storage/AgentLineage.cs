using Microsoft.Data.Sqlite;

namespace Pryx.Core.Storage;

/// <summary>Who helps whom: sessions and turns of agents, and those that have called them. For use inside a transaction.</summary>
internal static class AgentLineage
{
    /// <summary>More than agents can call agents; against a circle that should not be there.</summary>
    private const int MaxDepth = 20;

    /// <summary>The sessions that the session of <c>$session</c> helps, itself first: for <c>IN (…)</c>.</summary>
    public const string SessionsAbove =
        """
        WITH RECURSIVE above(id, depth) AS (
            SELECT $session, 0
            UNION ALL SELECT a.parent_session_id, above.depth + 1 FROM agents a JOIN above ON a.session_id = above.id WHERE a.parent_session_id IS NOT NULL AND above.depth < 20)
        SELECT id FROM above
        """;

    private const string TurnsBelow =
        """
        WITH RECURSIVE below(id, depth) AS (
            SELECT $turn, 0
            UNION ALL SELECT t.id, below.depth + 1 FROM below JOIN agents a ON a.parent_turn_id = below.id JOIN turns t ON t.session_id = a.session_id AND t.surface = 'agent' WHERE below.depth < 20)
        SELECT id FROM below
        """;

    private const string SessionsBelow =
        """
        WITH RECURSIVE below(id, depth) AS (
            SELECT $session, 0
            UNION ALL SELECT a.session_id, below.depth + 1 FROM below JOIN agents a ON a.parent_session_id = below.id WHERE below.depth < 20)
        SELECT id FROM below
        """;

    /// <param name="Turn">The turn that called; null for an agent that was spawned from outside for a session.</param>
    /// <param name="Agent">What the one below it is called.</param>
    public sealed record Caller(string Session, string? Turn, string Agent);

    /// <summary>Who is waiting for what the session's agent does, the nearest first; empty for a session of nobody's.</summary>
    public static IReadOnlyList<Caller> CallersOf(SqliteConnection connection, string session)
    {
        var callers = new List<Caller>();
        for (var at = session; callers.Count < MaxDepth;)
        {
            var next = connection.First(
                "SELECT parent_session_id, parent_turn_id, COALESCE(name, 'agent') FROM agents WHERE session_id = $id AND parent_session_id IS NOT NULL",
                static row => new Caller(row.GetString(0), row.TextOrNull(1), row.GetString(2)), ("$id", at));
            if (next is null)
            {
                break;
            }
            callers.Add(next);
            at = next.Session;
        }
        return callers;
    }

    /// <summary>The turns that called the turn, the nearest first, with their session and their own limit in USD.</summary>
    public static IReadOnlyList<(string Turn, string Session, decimal? MaxCost)> TurnsAbove(SqliteConnection connection, string turn)
    {
        var above = new List<(string, string, decimal?)>();
        for (var at = turn; above.Count < MaxDepth;)
        {
            var next = connection.First(
                """
                SELECT p.id, p.session_id, json_extract(p.request, '$.max_cost_usd') FROM turns t JOIN agents a ON a.session_id = t.session_id
                JOIN turns p ON p.id = a.parent_turn_id WHERE t.id = $id AND t.surface = 'agent'
                """,
                static row => new Above(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.Money(2)), ("$id", at));
            if (next is null)
            {
                break;
            }
            above.Add((next.Turn, next.Session, next.MaxCost));
            at = next.Turn;
        }
        return above;
    }

    /// <summary>The turn and those of the agents that it called.</summary>
    public static IReadOnlyList<string> TurnsOf(SqliteConnection connection, string turn) => connection.Query(TurnsBelow, static row => row.GetString(0), ("$turn", turn));

    /// <summary>The session and those of its agents.</summary>
    public static IReadOnlyList<string> SessionsOf(SqliteConnection connection, string session) => connection.Query(SessionsBelow, static row => row.GetString(0), ("$session", session));

    private sealed record Above(string Turn, string Session, decimal? MaxCost);
}
