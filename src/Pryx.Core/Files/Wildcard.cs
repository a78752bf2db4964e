namespace Pryx.Core.Files;

/// <summary>Path patterns as git matches them: <c>*</c>, <c>?</c> and <c>[…]</c> within a name, <c>**</c> as a whole name over any number of folders.</summary>
public sealed class Wildcard
{
    private readonly string[] _names;

    public Wildcard(string pattern) => _names = pattern.Split('/');

    /// <param name="path">Relative, with forward slashes.</param>
    public bool IsMatch(string path)
    {
        // matched[j]: the names of the pattern so far cover the first j names of the path.
        var parts = path.Split('/');
        var matched = new bool[parts.Length + 1];
        matched[0] = true;
        for (var i = 0; i < _names.Length; i++)
        {
            var next = new bool[parts.Length + 1];
            if (_names[i] == "**")
            {
                // At the end it stands for what is inside, so for one name at least; elsewhere also for none.
                var least = i == _names.Length - 1 ? 1 : 0;
                var reached = false;
                for (var j = least; j <= parts.Length; j++)
                {
                    reached |= matched[j - least];
                    next[j] = reached;
                }
            }
            else
            {
                for (var j = 0; j < parts.Length; j++)
                {
                    next[j + 1] = matched[j] && IsNameMatch(_names[i], parts[j]);
                }
            }
            matched = next;
        }
        return matched[^1];
    }

    public static bool IsNameMatch(string pattern, string name)
    {
        var p = 0;
        var n = 0;
        var (starPattern, starName) = (-1, -1);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starPattern, starName) = (p++, n);
            }
            else if (TryMatchOne(pattern, ref p, name[n]))
            {
                n++;
            }
            else if (starPattern >= 0)
            {
                // Let the last star take one character more.
                (p, n) = (starPattern + 1, ++starName);
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }
        return p == pattern.Length;
    }

    private static bool TryMatchOne(string pattern, ref int p, char c)
    {
        if (p >= pattern.Length)
        {
            return false;
        }
        var at = p;
        switch (pattern[at])
        {
            case '?':
                p++;
                return true;
            case '[':
                var isMatch = TryMatchSet(pattern, ref at, c);
                p = isMatch ? at : p;
                return isMatch;
            case '\\':
                // A backslash at the end makes the pattern invalid.
                if (at + 1 >= pattern.Length || pattern[at + 1] != c)
                {
                    return false;
                }
                p += 2;
                return true;
            default:
                if (pattern[at] != c)
                {
                    return false;
                }
                p++;
                return true;
        }
    }

    private static bool TryMatchSet(string pattern, ref int at, char c)
    {
        var i = at + 1;
        var isNegated = i < pattern.Length && pattern[i] is '!' or '^';
        if (isNegated)
        {
            i++;
        }
        var isIn = false;
        for (var isFirst = true; ; isFirst = false)
        {
            if (i >= pattern.Length)
            {
                return false;
            }
            if (pattern[i] == ']' && !isFirst)
            {
                at = i + 1;
                return isIn != isNegated;
            }
            if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':' && pattern.IndexOf(":]", i + 2, StringComparison.Ordinal) is var end and > 0)
            {
                isIn |= IsInClass(pattern[(i + 2)..end], c);
                i = end + 2;
                continue;
            }
            if (!TryTakeCharacter(pattern, ref i, out var from))
            {
                return false;
            }
            var to = from;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                if (!TryTakeCharacter(pattern, ref i, out to))
                {
                    return false;
                }
            }
            isIn |= c >= from && c <= to;
        }
    }

    private static bool TryTakeCharacter(string pattern, ref int i, out char character)
    {
        if (pattern[i] == '\\')
        {
            i++;
        }
        character = i < pattern.Length ? pattern[i] : '\0';
        return i++ < pattern.Length;
    }

    private static bool IsInClass(string name, char c) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "alpha" => char.IsAsciiLetter(c),
        "blank" => c is ' ' or '\t',
        "cntrl" => char.IsControl(c),
        "digit" => char.IsAsciiDigit(c),
        "graph" => c is > ' ' and < '\x7f',
        "lower" => char.IsAsciiLetterLower(c),
        "print" => c is >= ' ' and < '\x7f',
        "punct" => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
        "space" => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        _ => false,
    };
}
