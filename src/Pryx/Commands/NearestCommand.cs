using System.CommandLine;

namespace Pryx.Commands;

/// <summary>What was probably meant by a word that is none.</summary>
internal static class NearestCommand
{
    /// <summary>Two slips of the finger.</summary>
    private const int Farthest = 2;

    /// <summary>The command that is meant by its name in the other number, such as <c>processes</c>; the word itself where there is none.</summary>
    public static string InItsNumber(Command above, string word) =>
        ((string[])[word, $"{word}s", word.EndsWith("ies", StringComparison.Ordinal) ? $"{word[..^3]}y" : "", word.EndsWith("es", StringComparison.Ordinal) ? word[..^2] : "", word.EndsWith('s') ? word[..^1] : ""])
        .FirstOrDefault(form => form.Length > 2 && Is(above, form)) ?? word;

    /// <summary>True when it is a command's name or another of its names.</summary>
    public static bool Is(Command above, string word) => above.Subcommands.Any(command => command.Name == word || command.Aliases.Contains(word));

    /// <summary>A command below this one; null when none is like it.</summary>
    public static string? Of(Command above, string word) => Of(above.Subcommands.Where(static command => !command.Hidden).Select(static command => command.Name), word);

    /// <summary>An option of the command or of one above it; null when none is like it.</summary>
    public static string? OptionOf(ParseResult parsed, string word)
    {
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
        {
            names.AddRange(command.Command.Options.Where(option => !option.Hidden && (option.Recursive || at == parsed.CommandResult)).Select(static option => option.Name));
        }
        return Of(names, word.Split('=')[0]);
    }

    private static string? Of(IEnumerable<string> names, string word)
    {
        var nearest = names.Select(name => (Name: name, Distance: name.StartsWith(word, StringComparison.Ordinal) && word.Length > 2 ? 1 : Distance(name, word))).DefaultIfEmpty((Name: "", Distance: int.MaxValue)).MinBy(static candidate => candidate.Distance);
        // Of a short word nearly everything is two slips away.
        return nearest.Distance <= Math.Min(Farthest, word.TrimStart('-').Length / 2) ? nearest.Name : null;
    }

    // Levenshtein, over two rows.
    private static int Distance(string one, string two)
    {
        var row = Enumerable.Range(0, two.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= two.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == two[j - 1] ? 0 : 1)));
            }
        }
        return row[^1];
    }
}
