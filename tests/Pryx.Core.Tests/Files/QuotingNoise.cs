namespace Pryx.Core.Tests.Files;

/// <summary>A way in which a model's quotation differs from the file. It is applied alike to what is quoted and to what shall stand there.</summary>
internal sealed record QuotingNoise(string Name, Func<Random, IReadOnlyList<string>, IReadOnlyList<string>, (IReadOnlyList<string> Old, IReadOnlyList<string> New)> Apply)
{
    public string LineEnd { get; init; } = "\n";

    public static IReadOnlyList<QuotingNoise> All { get; } =
    [
        new("exact", (_, old, changed) => (old, changed)),
        Each("tabs and spaces swapped", Swap),
        Each("indentation halved", line => new string(' ', Width(line) / 2) + line.TrimStart()),
        new("dedented", Dedent),
        Each("indented deeper", line => line.Length == 0 ? line : "    " + line),
        new("trailing spaces", (random, old, changed) => (old.Select(line => random.Next(2) == 0 ? line + "  " : line).ToList(), changed)),
        new("CRLF", (_, old, changed) => (old, changed)) { LineEnd = "\r\n" },
        new("blank lines dropped", (_, old, changed) => (old.Where(line => line.Length > 0).ToList(), changed.Where(line => line.Length > 0).ToList())),
        new("blank line made up", (_, old, changed) => (["", .. old.Take(1), "", .. old.Skip(1)], ["", .. changed.Take(1), "", .. changed.Skip(1)])),
        new("inner spaces doubled", (_, old, changed) => (old.Select(Inner).ToList(), changed.Select(line => old.Contains(line) ? Inner(line) : line).ToList())),
    ];

    private static QuotingNoise Each(string name, Func<string, string> change) => new(name, (_, old, changed) => (old.Select(change).ToList(), changed.Select(change).ToList()));

    private static string Swap(string line)
    {
        var body = line.TrimStart();
        var indentation = line[..(line.Length - body.Length)];
        return (indentation.Contains('\t') ? indentation.Replace("\t", "    ", StringComparison.Ordinal) : indentation.Replace("  ", "\t", StringComparison.Ordinal)) + body;
    }

    private static (IReadOnlyList<string>, IReadOnlyList<string>) Dedent(Random random, IReadOnlyList<string> old, IReadOnlyList<string> changed)
    {
        var common = old.Concat(changed).Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return (old.Select(Cut).ToList(), changed.Select(Cut).ToList());
        string Cut(string line) => line.Length == 0 ? line : line[common..];
    }

    private static string Inner(string line)
    {
        var body = line.TrimStart();
        return line[..(line.Length - body.Length)] + body.Replace(" ", "  ", StringComparison.Ordinal);
    }

    private static int Width(string line) => line[..(line.Length - line.TrimStart().Length)].Sum(c => c == '\t' ? 4 : 1);
}
