using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Sessions;

/// <summary>Archived sessions are found by title and summary: what was said in them lies in files.</summary>
internal static class ArchivedSearch
{
    public static IReadOnlyList<SessionHit> Find(SqliteConnection connection, string query, int limit)
    {
        var words = query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(static word => word.Any(char.IsLetterOrDigit)).ToList();
        if (limit <= 0 || words.Count == 0)
        {
            return [];
        }
        return connection.Query("SELECT id, title, updated_at, COALESCE(summary, '') FROM sessions WHERE archived_at IS NOT NULL ORDER BY updated_at DESC", static row =>
                new SessionHit(new SessionId(Guid.ParseExact(row.GetString(0), "D")), row.GetString(1), row.Time(2), "archive", row.GetString(3)))
            .Where(hit => words.TrueForAll(word => hit.Title.Contains(word, StringComparison.OrdinalIgnoreCase) || hit.Snippet.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Select(hit => hit with { Snippet = Around(hit, words[0]) }).Take(limit).ToList();
    }

    private static string Around(SessionHit hit, string word)
    {
        var text = hit.Snippet.Contains(word, StringComparison.OrdinalIgnoreCase) ? hit.Snippet : hit.Title;
        var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        var from = Math.Max(0, at - 80);
        var to = Math.Min(text.Length, at + word.Length + 80);
        return $"{(from > 0 ? "…" : "")}{text[from..at]}«{text[at..(at + word.Length)]}»{text[(at + word.Length)..to]}{(to < text.Length ? "…" : "")}".ReplaceLineEndings(" ");
    }
}
