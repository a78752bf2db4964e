namespace Pryx.Core.Secrets.Detection;

/// <summary>Whether a value that stands beside a name such as "password" is one, or a word, a type, a reference.</summary>
internal static class SecretLook
{
    private static readonly string[] _standIns =
        ["your_", "your-", "yourp", "yourt", "yours", "changeme", "change_me", "change-me", "placeholder", "redacted", "xxxx", "****", "...", "replace_", "replace-", "<", "insert_", "dummy_"];

    private static readonly string[] _extensions =
        [".pem", ".key", ".txt", ".json", ".yaml", ".yml", ".toml", ".crt", ".md", ".cs", ".js", ".ts", ".py", ".go", ".rs", ".java", ".html", ".com", ".org", ".io", ".net", ".env", ".xml"];

    private static readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase)
    {
        "string", "password", "passwd", "secret", "token", "required", "optional", "hidden", "example", "default", "unknown", "invalid", "missing", "username", "undefined", "number",
        "boolean", "object", "function", "private", "public", "static", "return", "changed", "forgot", "update", "create", "delete", "disabled", "enabled", "prompt", "external", "internal", "cleartext",
    };

    /// <summary>A run of letters and digits that no words make up: long, with a digit in it or very long.</summary>
    public static bool IsRandomRun(ReadOnlySpan<char> text)
    {
        int run = 0, longest = 0;
        var hasDigit = false;
        foreach (var c in text)
        {
            hasDigit |= char.IsAsciiDigit(c);
            run = char.IsAsciiLetterOrDigit(c) ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest >= 20 || (longest >= 10 && hasDigit);
    }

    /// <param name="isPlain">Written as configuration is: NAME=value, a flag, a whole line; there even a word is a password.</param>
    public static bool IsPassword(ReadOnlySpan<char> value, bool isQuoted, bool isPlain)
    {
        if (value.Length is < 6 or > 512 || IsStandIn(value) || IsReference(value, isQuoted))
        {
            return false;
        }
        var letters = Count(value, char.IsAsciiLetter);
        if (letters == value.Length)
        {
            // "Kennwort" labels a field, "letmein" opens a door.
            var isLabel = ContainsAny(value, ["pass", "secret", "token", "credential"]) || _words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value);
            return !isLabel && (isPlain || (isQuoted && !value.ContainsAnyInRange('A', 'Z')));
        }
        if (!isQuoted && !isPlain && Count(value, char.IsAsciiDigit) == 0)
        {
            // "password: !vault", the end of a sentence.
            return false;
        }
        return !IsName(value) || (isPlain && Count(value, char.IsAsciiDigit) > 0) || (letters > 0 && !value.ContainsAny('-', '_', '.') && Count(value, char.IsAsciiDigit) > 0);
    }

    /// <param name="needsMore">True for a name that says little, such as CACHE_KEY: a checksum is none.</param>
    public static bool IsToken(ReadOnlySpan<char> value, bool isQuoted, bool needsMore)
    {
        if (value.Length is < 10 or > 4096 || IsStandIn(value) || IsReference(value, isQuoted) || IsName(value))
        {
            return false;
        }
        var digits = Count(value, char.IsAsciiDigit);
        var uppers = Count(value, char.IsAsciiLetterUpper);
        var lowers = Count(value, char.IsAsciiLetterLower);
        var isHex = value.IndexOfAnyExcept(HexAndDash) < 0;
        if (value.ContainsAny(' ', '\t') || (needsMore && (isHex || value.Length < 16)) || (digits == value.Length && value.Length < 16))
        {
            return false;
        }
        return Entropy(value) >= (value.Length < 16 ? 2.7 : 3.0)
            && ((digits > 0 && (lowers > 0 || uppers > 0)) || digits == value.Length || (value.Length >= 20 && uppers > 2 && lowers > 2 && IsRandomRun(value)));
    }

    private static readonly System.Buffers.SearchValues<char> HexAndDash = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF-");

    /// <summary>Of what follows "Bearer" or "Basic".</summary>
    public static bool IsCredential(ReadOnlySpan<char> value) => value.Length >= 12 && !IsStandIn(value) && Count(value, char.IsAsciiDigit) > 0 && !IsName(value);

    /// <summary>Whether it may be looked for wherever it stands.</summary>
    public static bool IsDistinct(ReadOnlySpan<char> value) => value.Length >= 12 && Entropy(value) >= 2.7 && !IsName(value);

    /// <summary>In bits for each character.</summary>
    public static double Entropy(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[128];
        counts.Clear();
        var others = 0;
        foreach (var c in text)
        {
            if (c < 128)
            {
                counts[c]++;
            }
            else
            {
                others++;
            }
        }
        var bits = others == 0 ? 0 : -(double)others / text.Length * Math.Log2((double)others / text.Length);
        foreach (var count in counts)
        {
            if (count > 0)
            {
                bits -= (double)count / text.Length * Math.Log2((double)count / text.Length);
            }
        }
        return bits;
    }

    public static bool IsStandIn(ReadOnlySpan<char> value)
    {
        if (value.Contains(Placeholder.Opening, StringComparison.Ordinal) || value[0] is '<' or '[' || value.StartsWith("${", StringComparison.Ordinal) || value.StartsWith("$(", StringComparison.Ordinal)
            || value.StartsWith("{{", StringComparison.Ordinal) || value.StartsWith("#{", StringComparison.Ordinal) || value.StartsWith("%(", StringComparison.Ordinal) || (value[0] == '%' && value[^1] == '%')
            || (value[0] == '{' && value[^1] == '}'))
        {
            return true;
        }
        if (value[0] == '$' && value.Length > 1 && value[1..].IndexOfAnyExcept(NameChars) < 0)
        {
            return true;
        }
        return value.IndexOfAnyExcept(value[0]) < 0 || ContainsAny(value, _standIns);
    }

    private static readonly System.Buffers.SearchValues<char> NameChars = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    // A path, an address, a file, a member of an object.
    private static bool IsReference(ReadOnlySpan<char> value, bool isQuoted)
    {
        if (value.Contains("://", StringComparison.Ordinal) || value.StartsWith("./", StringComparison.Ordinal) || value.StartsWith("../", StringComparison.Ordinal) || value.StartsWith("~/", StringComparison.Ordinal))
        {
            return true;
        }
        if (value[0] == '/' && !(value.Length == 40 && !value.ContainsAny('.', '-', '_') && value.ContainsAnyInRange('0', '9') && value.ContainsAnyInRange('A', 'Z')))
        {
            return true;
        }
        if (value.Length > 2 && value[1] == ':' && value[2] is '\\' or '/')
        {
            return true;
        }
        foreach (var extension in _extensions)
        {
            if (value.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        // process.env.TOKEN, config.token2
        return !isQuoted && value.Contains('.') && char.IsAsciiLetter(value[0]) && value.Length < 60 && IsName(value);
    }

    /// <summary>Words joined by separators, as identifiers are: my-secret-1, access_token, oauth2.client.</summary>
    public static bool IsName(ReadOnlySpan<char> value)
    {
        foreach (var range in value.SplitAny("-_./:@"))
        {
            var part = value[range];
            var digits = part.Length - part.TrimEnd("0123456789").Length;
            var letters = part[..(part.Length - digits)];
            if (letters.Length > 18 || digits > 4 || Count(letters, char.IsAsciiLetter) != letters.Length || Humps(letters) > 4)
            {
                return false;
            }
        }
        return true;
    }

    // "userAccessToken" has three, "xKqPzWvLbN" more than any word.
    private static int Humps(ReadOnlySpan<char> letters)
    {
        var humps = 0;
        for (var i = 1; i < letters.Length; i++)
        {
            humps += char.IsAsciiLetterUpper(letters[i]) && !char.IsAsciiLetterUpper(letters[i - 1]) ? 1 : 0;
        }
        return humps;
    }

    private static bool ContainsAny(ReadOnlySpan<char> value, ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (value.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private static int Count(ReadOnlySpan<char> text, Func<char, bool> isCounted)
    {
        var count = 0;
        foreach (var c in text)
        {
            count += isCounted(c) ? 1 : 0;
        }
        return count;
    }
}
