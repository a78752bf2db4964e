using System.Text;

namespace Pryx.Core.Sessions;

/// <summary>Turns what a person types into a full-text query in which every word must occur and nothing has a special meaning.</summary>
internal static class SearchQuery
{
    /// <summary>Null when the text has no word in it.</summary>
    public static string? From(string text)
    {
        var query = new StringBuilder();
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            // A quoted string is a phrase: operators, columns and wildcards in it are plain text. One without letters would match nothing.
            if (word.Any(char.IsLetterOrDigit))
            {
                query.Append(query.Length > 0 ? " " : "").Append('"').Append(word.Replace("\"", "\"\"", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal)).Append('"');
            }
        }
        return query.Length == 0 ? null : query.ToString();
    }
}
