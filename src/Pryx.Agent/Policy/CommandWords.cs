namespace Pryx.Agent.Policy;

/// <summary>Splits one simple command into words as they are written, quotes kept; no allocation.</summary>
internal ref struct CommandWords(ReadOnlySpan<char> command)
{
    private ReadOnlySpan<char> _rest = command;

    /// <summary>False at the end. A quote that never closes takes the rest.</summary>
    public bool Next(out ReadOnlySpan<char> word)
    {
        _rest = _rest.TrimStart(" \t");
        if (_rest.IsEmpty)
        {
            word = default;
            return false;
        }
        var quote = '\0';
        var end = 0;
        for (; end < _rest.Length; end++)
        {
            var c = _rest[end];
            if (quote != '\0')
            {
                if (c == '\\' && quote == '"') { end++; }
                else if (c == quote) { quote = '\0'; }
            }
            else if (c == '\\') { end++; }
            else if (c is '\'' or '"') { quote = c; }
            else if (c is ' ' or '\t') { break; }
        }
        end = Math.Min(end, _rest.Length);
        word = _rest[..end];
        _rest = _rest[end..];
        return true;
    }

    /// <summary>
    /// True when the text could be more than one simple command, or write somewhere: it contains an operator, a redirection
    /// (2>&amp;1 and /dev/null excepted), a substitution or a line break outside the quotes that would disarm it.
    /// </summary>
    public static bool HasOperator(ReadOnlySpan<char> command)
    {
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            var next = i + 1 < command.Length ? command[i + 1] : '\0';
            if (quote == '\'')
            {
                quote = c == '\'' ? '\0' : quote;
                continue;
            }
            if (c == '`' || (c == '$' && next is '(' or '`'))
            {
                return true;
            }
            if (c == '\\')
            {
                // A backslash before a line break joins lines; everywhere else it disarms the next character.
                if (next is '\n' or '\r' or '\0')
                {
                    return true;
                }
                i++;
                continue;
            }
            if (quote == '"')
            {
                quote = c == '"' ? '\0' : quote;
                continue;
            }
            switch (c)
            {
                case '\'' or '"':
                    quote = c;
                    break;
                case '>' when HarmlessRedirection(command[i..]) is var length and > 0:
                    i += length - 1;
                    break;
                case ';' or '|' or '&' or '<' or '>' or '\n' or '\r' or '(' or ')' or '\0':
                    return true;
                default:
                    // Control characters can hide what follows them from the person who reads the card.
                    if (char.IsControl(c) && c != '\t')
                    {
                        return true;
                    }
                    break;
            }
        }
        return quote != '\0';
    }

    private static int HarmlessRedirection(ReadOnlySpan<char> text)
    {
        foreach (var harmless in (ReadOnlySpan<string>)[">&1", ">&2", ">/dev/null", "> /dev/null", ">>/dev/null"])
        {
            if (text.StartsWith(harmless) && (text.Length == harmless.Length || text[harmless.Length] is ' ' or '\t'))
            {
                return harmless.Length;
            }
        }
        return 0;
    }

    /// <summary>The program's own name: no folder, no quotes, no .exe, no version: <c>"/usr/bin/python3.12"</c> is python.</summary>
    public static string ProgramName(ReadOnlySpan<char> word)
    {
        var name = word.ToString().Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Replace("\\", "/", StringComparison.Ordinal);
        name = name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant();
        name = name.EndsWith(".exe", StringComparison.Ordinal) ? name[..^4] : name;
        var plain = name.TrimEnd("0123456789.".ToCharArray());
        return plain.Length > 1 ? plain.TrimEnd('-') : name;
    }
}
