using System.Globalization;
using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

/// <summary>bash makes several words of <c>a{b,c}</c> before it looks at anything else in them.</summary>
internal static class BraceExpansion
{
    private const int MostWords = 64;
    private const int LongestWord = 256;

    public static IReadOnlyList<ShellWord> Expand(IReadOnlyList<ShellWord> words, ParseState state)
    {
        var at = 0;
        while (at < words.Count && !words[at].Has(WordTraits.Brace))
        {
            at++;
        }
        if (at == words.Count)
        {
            return words;
        }
        var expanded = new List<ShellWord>(words.Take(at));
        foreach (var word in words.Skip(at))
        {
            if (!word.Has(WordTraits.Brace))
            {
                expanded.Add(word);
            }
            else if (IsInert(word.Raw))
            {
                expanded.Add(word with { Traits = word.Traits & ~WordTraits.Brace });
            }
            else if (state.Dialect == ShellDialect.Bash && word.Raw.Length <= LongestWord && word.Raw.AsSpan().IndexOfAny('$', '`', '(') < 0 && TryExpand(word.Raw) is { } all)
            {
                foreach (var raw in all)
                {
                    if (raw.Length > 0 && WordReader.Read(new ScriptReader(raw, state)) is { } one)
                    {
                        expanded.Add(one with { Traits = one.Traits & ~WordTraits.Brace });
                    }
                }
            }
            else
            {
                state.Note("uses brace expansion");
                expanded.Add(word with { Traits = word.Traits | WordTraits.Unknown | WordTraits.Splits });
            }
        }
        return expanded;
    }

    // {} and stash@{0} are what they look like.
    private static bool IsInert(string raw) => !raw.Contains(',', StringComparison.Ordinal) && !raw.Contains("..", StringComparison.Ordinal);

    /// <returns>Null when the braces do not pair up, or there are too many words.</returns>
    private static List<string>? TryExpand(string raw)
    {
        var open = Find(raw, 0, '{');
        if (open < 0)
        {
            return Find(raw, 0, '}') < 0 ? [raw] : null;
        }
        if (Close(raw, open, out var commas) is not { } close || TryExpand(raw[(close + 1)..]) is not { } rests)
        {
            return null;
        }
        if (Items(raw[(open + 1)..close], commas.ConvertAll(comma => comma - open - 1)) is not { } items)
        {
            return null;
        }
        var prefix = raw[..open];
        return prefix.Contains('}', StringComparison.Ordinal) || items.Count * rests.Count > MostWords || (long)raw.Length * items.Count * rests.Count > 16_384
            ? null
            : [.. items.SelectMany(item => rests.Select(rest => prefix + item + rest))];
    }

    private static List<string>? Items(string inside, List<int> commas)
    {
        if (commas.Count == 0)
        {
            return inside.Contains("..", StringComparison.Ordinal) && !inside.Contains('{', StringComparison.Ordinal) ? Sequence(inside)
                : TryExpand(inside)?.ConvertAll(item => $"{{{item}}}");
        }
        var items = new List<string>();
        var start = 0;
        foreach (var end in commas.Append(inside.Length))
        {
            if (TryExpand(inside[start..end]) is not { } one || items.Count + one.Count > MostWords)
            {
                return null;
            }
            items.AddRange(one);
            start = end + 1;
        }
        return items;
    }

    private static List<string>? Sequence(string inside)
    {
        var ends = inside.Split("..");
        if (ends.Length != 2)
        {
            return null;
        }
        if (ends[0].Length == 1 && ends[1].Length == 1 && ((char.IsAsciiLetterLower(ends[0][0]) && char.IsAsciiLetterLower(ends[1][0])) || (char.IsAsciiLetterUpper(ends[0][0]) && char.IsAsciiLetterUpper(ends[1][0]))))
        {
            return [.. Range(ends[0][0], ends[1][0]).Select(c => ((char)c).ToString())];
        }
        return IsNumber(ends[0], out var from) && IsNumber(ends[1], out var to) && Math.Abs(from - to) < MostWords
            ? [.. Range(from, to).Select(number => number.ToString(CultureInfo.InvariantCulture))]
            : null;
    }

    private static bool IsNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number.ToString(CultureInfo.InvariantCulture) == text && Math.Abs((long)number) < 1_000_000;

    private static IEnumerable<int> Range(int from, int to) => from <= to ? Enumerable.Range(from, to - from + 1) : Enumerable.Range(to, from - to + 1).Reverse();

    private static int? Close(string raw, int open, out List<int> commas)
    {
        commas = [];
        var depth = 0;
        for (var i = open; i < raw.Length; i++)
        {
            i = SkipQuoted(raw, i);
            if (i >= raw.Length)
            {
                break;
            }
            depth += raw[i] == '{' ? 1 : raw[i] == '}' ? -1 : 0;
            if (raw[i] == '}' && depth == 0)
            {
                return i;
            }
            if (raw[i] == ',' && depth == 1)
            {
                commas.Add(i);
            }
        }
        return null;
    }

    private static int Find(string raw, int start, char wanted)
    {
        for (var i = start; i < raw.Length; i++)
        {
            i = SkipQuoted(raw, i);
            if (i < raw.Length && raw[i] == wanted)
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>The first place from here on that is neither escaped nor between quotes.</summary>
    private static int SkipQuoted(string raw, int at)
    {
        while (at < raw.Length && raw[at] is '\\' or '\'' or '"')
        {
            if (raw[at] == '\\')
            {
                at += 2;
                continue;
            }
            var quote = raw[at++];
            while (at < raw.Length && raw[at] != quote)
            {
                at += raw[at] == '\\' && quote == '"' ? 2 : 1;
            }
            at++;
        }
        return at;
    }
}
