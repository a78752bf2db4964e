using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>What the words before the cursor may become: commands behind a slash at the beginning, files behind @.</summary>
internal sealed class ChatCompletions(Func<IReadOnlyList<SlashCommand>> commands, Func<IReadOnlyList<string>> files)
{
    private const int Most = 50;

    /// <summary>Null where there is nothing to complete.</summary>
    public Found? Find(string text, int cursor)
    {
        cursor = Math.Clamp(cursor, 0, text.Length);
        if (text.StartsWith('/') && !text.AsSpan(0, cursor).ContainsAny(' ', '\n'))
        {
            var typed = text[1..cursor];
            var end = text.IndexOfAny([' ', '\n']) is >= 0 and var at ? at : text.Length;
            var matches = commands().Select(command => (command, Match: Fuzzy.Match(typed, command.Name))).Where(static pair => pair.Match is not null)
                .OrderByDescending(pair => pair.command.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).ThenByDescending(static pair => pair.Match!.Score)
                .Take(Most).Select(static pair => new Completion($"/{pair.command.Name}", $"{pair.command.Hint}{(pair.command.Hint.Length > 0 ? "  " : "")}{pair.command.Description}")).ToList();
            return matches.Count == 0 ? null : new(0, end, matches);
        }
        var start = cursor;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1]))
        {
            start--;
        }
        if (start >= cursor || text[start] != '@' || text.AsSpan(start, cursor - start).Contains("://", StringComparison.Ordinal))
        {
            return null;
        }
        var path = text[(start + 1)..cursor];
        var found = files().Select(file => (file, Match: Fuzzy.Match(path, file))).Where(static pair => pair.Match is not null)
            .OrderByDescending(static pair => pair.Match!.Score).ThenBy(static pair => pair.file.Length)
            .Take(Most).Select(static pair => new Completion(pair.file.Contains(' ', StringComparison.Ordinal) ? $"@\"{pair.file}\"" : $"@{pair.file}", "")).ToList();
        return found.Count == 0 ? null : new(start, cursor - start, found);
    }

    /// <param name="Start">What is replaced begins here.</param>
    internal sealed record Found(int Start, int Length, IReadOnlyList<Completion> Items);
}
