namespace Pryx.Core.Tests.Files;

/// <summary>One edit with its only right result.</summary>
internal sealed record CorpusEdit(string File, string Old, string New, string Expected)
{
    public static CorpusEdit Make(Random random, string snippet, QuotingNoise noise, bool usesCrLf)
    {
        var original = snippet.Split('\n');
        var invoices = snippet.Replace("rder", "nvoice", StringComparison.Ordinal).Split('\n');
        var refunds = snippet.Replace("rder", "efund", StringComparison.Ordinal).Split('\n');
        string[] lines = random.Next(3) switch
        {
            0 => [.. original, "", .. invoices, "", .. refunds],
            1 => [.. invoices, "", .. original, "", .. refunds],
            _ => [.. refunds, "", .. invoices, "", .. original],
        };
        while (true)
        {
            var start = random.Next(lines.Length - 6);
            var length = random.Next(2, 7);
            var region = lines[start..(start + length)];
            if (region[0].Length == 0 || region[^1].Length == 0 || Occurrences(lines, region) != 1)
            {
                continue;
            }
            var changed = Change(random, region);
            var (old, replacement) = noise.Apply(random, region, changed);
            var end = usesCrLf ? "\r\n" : "\n";
            string[] expected = [.. lines[..start], .. changed, .. lines[(start + length)..]];
            return new(
                string.Join(end, lines) + end,
                string.Join(noise.LineEnd, old),
                string.Join(noise.LineEnd, replacement),
                string.Join(end, expected) + end);
        }
    }

    private static string[] Change(Random random, string[] region)
    {
        var said = Enumerable.Range(0, region.Length).Where(i => region[i].Length > 0).ToArray();
        var at = said[random.Next(said.Length)];
        var indentation = region[at][..(region[at].Length - region[at].TrimStart().Length)];
        return random.Next(3) switch
        {
            0 => [.. region[..at], $"{indentation}replaced({random.Next(1000)})", .. region[(at + 1)..]],
            1 => [.. region[..(at + 1)], $"{indentation}inserted({random.Next(1000)})", .. region[(at + 1)..]],
            _ when at > 0 && at < region.Length - 1 => [.. region[..at], .. region[(at + 1)..]],
            _ => [.. region[..at], $"{region[at]} // {random.Next(1000)}", .. region[(at + 1)..]],
        };
    }

    /// <summary>Counted without regard to white space and blank lines, so that exactly one place can be meant.</summary>
    private static int Occurrences(string[] lines, string[] region)
    {
        var all = Squash(lines);
        var wanted = Squash(region);
        return Enumerable.Range(0, all.Count - wanted.Count + 1).Count(at => all.Skip(at).Take(wanted.Count).SequenceEqual(wanted));
    }

    private static List<string> Squash(IEnumerable<string> lines) =>
        [.. lines.Select(line => string.Concat(line.Where(c => !char.IsWhiteSpace(c)))).Where(line => line.Length > 0)];
}
