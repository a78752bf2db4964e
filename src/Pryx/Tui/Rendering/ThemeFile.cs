namespace Pryx.Tui.Rendering;

/// <summary>
/// A person's own theme: lines of "name: colour" (YAML without nesting, or JSON with one pair a line), over one of the themes that come along. Inks are named as
/// they are (accent, codeKeyword …), papers with "on" before it (onPanel, onSelected …); colours are #rrggbb, ansi:0–15 or none.
/// </summary>
internal static class ThemeFile
{
    private const int LargestFile = 64 * 1024;

    /// <param name="name">What the theme is called: the file's name without its ending.</param>
    /// <exception cref="FormatException">A line is not understood; the message says which, and why.</exception>
    public static Theme Read(string name, string text)
    {
        if (text.Length > LargestFile)
        {
            throw new FormatException($"A theme has at most {LargestFile / 1024} KB.");
        }
        var start = Themes.Dark;
        var inks = new Dictionary<Ink, Colour>();
        var papers = new Dictionary<Paper, Colour>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var (key, value) = Parts(line, number);
            if (key is "")
            {
                continue;
            }
            if (key == "base")
            {
                start = Themes.All.FirstOrDefault(theme => theme.Name == value) ?? throw new FormatException($"Line {number}: there is no theme \"{value}\" to start from; there are {string.Join(", ", Themes.All.Select(static theme => theme.Name))}.");
                continue;
            }
            if (!Colour.TryParse(value, out var colour))
            {
                throw new FormatException($"Line {number}: \"{value}\" is no colour; write #rrggbb, ansi:0 to ansi:15, or none.");
            }
            if (Named<Ink>(key) is { } ink)
            {
                inks[ink] = colour;
            }
            else if (key.StartsWith("on", StringComparison.Ordinal) && Named<Paper>(key[2..]) is { } paper)
            {
                papers[paper] = colour;
            }
            else
            {
                throw new FormatException($"Line {number}: nothing is called \"{key}\"; there are base, {string.Join(", ", Enum.GetNames<Ink>().Select(Small))}, and on + {string.Join(", ", Enum.GetNames<Paper>())}.");
            }
        }
        return start with
        {
            Name = name,
            Inks = Enum.GetValues<Ink>().ToDictionary(static ink => ink, ink => inks.TryGetValue(ink, out var own) ? own : start.Of(ink)),
            Papers = Enum.GetValues<Paper>().ToDictionary(static paper => paper, paper => papers.TryGetValue(paper, out var own) ? own : start.Of(paper)),
        };
    }

    // A comment begins with "#" behind a space or at the start: a colour has one too.
    private static (string Key, string Value) Parts(string line, int number)
    {
        var comment = line.TrimStart().StartsWith('#') ? 0 : line.IndexOf(" # ", StringComparison.Ordinal);
        var rest = (comment < 0 ? line : line[..comment]).Trim();
        if (rest is "" or "{" or "}")
        {
            return ("", "");
        }
        var colon = rest.IndexOf(':');
        return colon > 0 ? (rest[..colon].Trim().Trim('"'), rest[(colon + 1)..].TrimEnd(',').Trim().Trim('"', '\'')) : throw new FormatException($"Line {number}: write \"name: colour\".");
    }

    private static T? Named<T>(string name)
        where T : struct, Enum =>
        name.Length > 0 && char.IsLetter(name[0]) && Enum.TryParse<T>(name, ignoreCase: true, out var value) ? value : null;

    private static string Small(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
