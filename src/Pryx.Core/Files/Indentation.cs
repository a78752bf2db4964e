namespace Pryx.Core.Files;

/// <summary>Carries the indentation of what a model wrote over to that of the file, from lines known in both.</summary>
internal sealed class Indentation
{
    private const int TabWidth = 4;

    private readonly List<(string Theirs, string Ours)> _pairs;
    private readonly string _theirUnit;
    private readonly string _ourUnit;

    /// <param name="pairs">The indentation of the same line as the model wrote it and as the file has it, in order.</param>
    /// <param name="theirLines">All lines of the model's.</param>
    /// <param name="ourLines">All lines of the file.</param>
    public Indentation(List<(string Theirs, string Ours)> pairs, IEnumerable<string> theirLines, IEnumerable<string> ourLines)
    {
        _pairs = pairs;
        var ours = Unit(ourLines);
        _theirUnit = Unit(theirLines) ?? ours ?? "    ";
        _ourUnit = ours ?? _theirUnit;
    }

    public static string Of(string line) => line[..(line.Length - line.TrimStart().Length)];

    /// <param name="near">The known line that the new one stands at.</param>
    public string Map(string theirs, int near)
    {
        if (_pairs.Count == 0 || _pairs.TrueForAll(pair => pair.Theirs == pair.Ours))
        {
            return theirs;
        }
        var nearest = Enumerable.Range(0, _pairs.Count).OrderBy(i => Math.Abs(i - near)).ToList();
        foreach (var i in nearest)
        {
            if (_pairs[i].Theirs == theirs)
            {
                return _pairs[i].Ours;
            }
        }
        var (anchor, known) = _pairs[nearest[0]];
        var columns = Width(theirs) - Width(anchor);
        var levels = Math.DivRem(columns, Width(_theirUnit), out var rest);
        if (rest < 0)
        {
            (levels, rest) = (levels - 1, rest + Width(_theirUnit));
        }
        for (; levels > 0; levels--)
        {
            known += _ourUnit;
        }
        for (; levels < 0 && known.Length > 0; levels++)
        {
            known = known.EndsWith(_ourUnit, StringComparison.Ordinal) ? known[..^_ourUnit.Length] : known[..^1];
        }
        return known + new string(' ', rest);
    }

    private static int Width(string indentation) => indentation.Sum(c => c == '\t' ? TabWidth : 1);

    /// <summary>One level: a tab, or as many spaces as lines most often go in by; null when nothing is indented.</summary>
    private static string? Unit(IEnumerable<string> lines)
    {
        var steps = new int[17];
        var (tabs, spaces, last) = (0, 0, 0);
        foreach (var line in lines)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }
            var indentation = Of(line);
            tabs += indentation.StartsWith('\t') ? 1 : 0;
            spaces += indentation.StartsWith(' ') ? 1 : 0;
            var width = Width(indentation);
            if (width - last is > 1 and < 17)
            {
                steps[width - last]++;
            }
            last = width;
        }
        var most = steps.Max();
        return tabs + spaces == 0 ? null
            : tabs > spaces ? "\t"
            : most == 0 ? null
            : new string(' ', Array.IndexOf(steps, most));
    }
}
