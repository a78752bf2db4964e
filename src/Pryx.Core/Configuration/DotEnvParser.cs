using System.Text;

namespace Pryx.Core.Configuration;

/// <summary>
/// Reads the text of a .env file: <c>NAME=value</c>, <c>export NAME=value</c>, comments, single quotes (as they are), double quotes
/// (\n, \r, \t, \", \\ and \$), both over several lines. Nothing is expanded: $NAME and $(command) stay as they are written.
/// </summary>
internal ref struct DotEnvParser(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text.TrimStart('\uFEFF');
    private int _at;
    private int _line = 1;

    /// <summary>Numbers of the lines that could not be read; their text is not repeated, it may be a secret.</summary>
    public static Dictionary<string, string> Parse(string text, out List<int> unreadable)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        unreadable = [];
        var parser = new DotEnvParser(text);
        while (parser._at < parser._text.Length)
        {
            var line = parser._line;
            if (parser.ReadLine(variables))
            {
                continue;
            }
            unreadable.Add(line);
            parser.SkipLine();
        }
        return variables;
    }

    private bool ReadLine(Dictionary<string, string> variables)
    {
        SkipSpaces();
        if (IsAtEnd || Current is '#' or '\n' or '\r')
        {
            SkipLine();
            return true;
        }
        var name = ReadName();
        if (name is "export" && !IsAtEnd && (Current is ' ' or '\t'))
        {
            SkipSpaces();
            name = ReadName();
        }
        SkipSpaces();
        if (name.Length == 0 || IsAtEnd || Current != '=')
        {
            return false;
        }
        _at++;
        SkipSpaces();
        var value = IsAtEnd ? "" : Current switch
        {
            '\'' => ReadQuoted('\''),
            '"' => ReadQuoted('"'),
            _ => ReadPlain(),
        };
        if (value is null || !IsRestEmpty())
        {
            return false;
        }
        variables[name] = value;
        SkipLine();
        return true;
    }

    private string ReadName()
    {
        var start = _at;
        while (!IsAtEnd && (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '.' or '-'))
        {
            _at++;
        }
        return _at > start && !char.IsAsciiDigit(_text[start]) ? _text[start.._at].ToString() : "";
    }

    // A # begins a comment only behind a space: passwords hold them.
    private string ReadPlain()
    {
        var start = _at;
        while (!IsAtEnd && Current is not ('\n' or '\r') && !(Current == '#' && (_at == start || _text[_at - 1] is ' ' or '\t')))
        {
            _at++;
        }
        return _text[start.._at].TrimEnd(" \t").ToString();
    }

    /// <summary>Null when the quote never closes.</summary>
    private string? ReadQuoted(char quote)
    {
        var value = new StringBuilder();
        var (start, line) = (_at, _line);
        for (_at++; !IsAtEnd; _at++)
        {
            if (Current == quote)
            {
                _at++;
                return value.ToString();
            }
            if (Current == '\\' && quote == '"' && _at + 1 < _text.Length && Escape(_text[_at + 1]) is { } escaped)
            {
                value.Append(escaped);
                _at++;
                continue;
            }
            _line += Current == '\n' ? 1 : 0;
            value.Append(Current);
        }
        (_at, _line) = (start, line);
        return null;
    }

    private static char? Escape(char c) => c switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '"' or '\\' or '$' => c,
        _ => null,
    };

    private bool IsRestEmpty()
    {
        SkipSpaces();
        return IsAtEnd || Current is '\n' or '\r' or '#';
    }

    private readonly bool IsAtEnd => _at >= _text.Length;
    private readonly char Current => _text[_at];

    private void SkipSpaces()
    {
        while (!IsAtEnd && (Current is ' ' or '\t'))
        {
            _at++;
        }
    }

    private void SkipLine()
    {
        while (!IsAtEnd && Current != '\n')
        {
            _at++;
        }
        _at++;
        _line++;
    }
}
