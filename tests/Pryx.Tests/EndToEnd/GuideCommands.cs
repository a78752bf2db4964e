using System.Text;
using System.Text.RegularExpressions;

namespace Pryx.Tests.EndToEnd;

/// <param name="IsRun">False: it is only parsed, as the guide's marker says.</param>
/// <param name="NeedsDaemon">A daemon of the person must run.</param>
internal sealed record GuideLine(string Guide, int Number, string Text, bool IsRun, bool NeedsDaemon)
{
    public override string ToString() => $"{Guide}:{Number}: {Text}";
}

/// <summary>
/// The command lines of docs/guides. In the guides of whole paths each line of an <c>sh</c> block is run, in its order, unless
/// <c>&lt;!-- not run: why --&gt;</c> stands before the block; <c>&lt;!-- with: daemon --&gt;</c> wants one. In the others lines are parsed: they hold ids and names of the reader's.
/// </summary>
internal static partial class GuideCommands
{
    /// <summary>Whose commands are run.</summary>
    public static IReadOnlyList<string> Run { get; } = ["setup", "login", "solo-builder", "headless-server", "power-user", "team"];

    public static string Folder { get; } = Find();

    public static IEnumerable<GuideLine> Of(string guide)
    {
        var (fence, marker, number) = ((string?)null, "", 0);
        foreach (var line in File.ReadLines(Path.Combine(Folder, guide + ".md")))
        {
            number++;
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                (fence, marker) = fence is null ? (line[3..].Trim(), marker) : (null, "");
                continue;
            }
            if (fence is null && line.StartsWith("<!--", StringComparison.Ordinal))
            {
                marker = line;
            }
            var isCommand = fence is "sh" or "" or "console" || (fence is null && line.StartsWith("    ", StringComparison.Ordinal));
            if (isCommand && line.TrimStart().StartsWith("pryx ", StringComparison.Ordinal))
            {
                yield return new(guide, number, line.Trim(), Run.Contains(guide) && fence == "sh" && !marker.Contains("not run", StringComparison.Ordinal), marker.Contains("with: daemon", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>The arguments after <c>pryx</c>, as far as a shell would hand them over; explanations at the end of the line are none.</summary>
    public static IReadOnlyList<string> Words(string line)
    {
        // Options in brackets are options; what follows two spaces explains.
        var text = Explained().Replace(line["pryx ".Length..].Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), "");
        var words = new List<string>();
        var word = new StringBuilder();
        var (isWord, quote) = (false, '\0');
        foreach (var letter in text)
        {
            if (quote != '\0' ? letter == quote : letter is '"' or '\'')
            {
                (isWord, quote) = (true, quote == '\0' ? letter : '\0');
            }
            else if (quote == '\0' && letter is '#' or '<' or '>' or '|' or '&' && word.Length == 0)
            {
                break;
            }
            else if (quote == '\0' && letter == ' ')
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                }
                (isWord, _) = (false, word.Clear());
            }
            else
            {
                word.Append(letter);
                isWord = true;
            }
        }
        if (isWord)
        {
            words.Add(word.ToString());
        }
        return words;
    }

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Pryx.slnx")))
            {
                return Path.Combine(folder, "docs", "guides");
            }
        }
        throw new DirectoryNotFoundException("The tests do not lie in the repository.");
    }

    [GeneratedRegex("""\s{2,}\S.*$""")]
    private static partial Regex Explained();
}
