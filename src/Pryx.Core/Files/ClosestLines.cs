using System.Globalization;
using System.Text;

namespace Pryx.Core.Files;

/// <summary>The part of a file most like a text that is not in it, for a model to correct itself by.</summary>
internal static class ClosestLines
{
    private const int MaxQuoted = 40, MaxFileLines = 50_000, Around = 2;
    private const double LeastLikeness = 0.4;

    /// <summary>With line numbers; null when nothing is like it.</summary>
    public static string? Find(string content, string quoted)
    {
        var lines = content.Split('\n', MaxFileLines + 1);
        var wanted = quoted.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).Take(MaxQuoted).Select(Pairs).ToList();
        if (wanted.Count == 0)
        {
            return null;
        }
        var numbers = Enumerable.Range(0, Math.Min(lines.Length, MaxFileLines)).Where(i => !string.IsNullOrWhiteSpace(lines[i])).ToList();
        var present = numbers.ConvertAll(i => Pairs(lines[i].Trim()));
        var (best, bestAt) = (0.0, 0);
        for (var at = 0; at < present.Count; at++)
        {
            var sum = 0.0;
            for (var k = 0; k < wanted.Count && at + k < present.Count; k++)
            {
                sum += Likeness(wanted[k], present[at + k]);
            }
            if (sum / wanted.Count > best)
            {
                (best, bestAt) = (sum / wanted.Count, at);
            }
        }
        if (best < LeastLikeness)
        {
            return null;
        }
        var from = Math.Max(0, numbers[bestAt] - Around);
        var to = Math.Min(lines.Length - 1, numbers[Math.Min(bestAt + wanted.Count, numbers.Count) - 1] + Around);
        return Numbered(lines, from, to);
    }

    /// <param name="from">From 0.</param>
    /// <param name="to">Included.</param>
    public static string Numbered(IReadOnlyList<string> lines, int from, int to)
    {
        var output = new StringBuilder();
        for (var i = from; i <= to && i < lines.Count; i++)
        {
            output.Append(CultureInfo.InvariantCulture, $"{i + 1,6}\t{TextLines.Cut(lines[i].TrimEnd('\r', '\n'), 500)}\n");
        }
        return output.ToString().TrimEnd('\n');
    }

    // Dice's coefficient over pairs of neighbouring characters: cheap, and blind to where in the line the difference is.
    private static double Likeness(HashSet<int> left, HashSet<int> right)
    {
        var total = left.Count + right.Count;
        var common = left.Count(right.Contains);
        return total == 0 ? 0 : 2.0 * common / total;
    }

    private static HashSet<int> Pairs(string line)
    {
        var pairs = new HashSet<int>();
        for (var i = 0; i < Math.Min(line.Length, 400); i++)
        {
            pairs.Add((line[i] << 16) | (i + 1 < line.Length ? line[i + 1] : 0));
        }
        return pairs;
    }
}
