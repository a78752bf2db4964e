using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>Colours code line by line; what runs over lines (a comment, a string) is remembered between them.</summary>
internal sealed class CodeText(Language? language)
{
    /// <summary>A longer line is data, not code: colouring it would cost more than it shows.</summary>
    private const int LongestColoured = 2_000;
    private string? _until;
    private bool _isComment;
    private char _escape;

    public static IEnumerable<StyledLine> Lines(string code, string? language)
    {
        var text = new CodeText(Languages.Find(language));
        return code.TrimEnd('\n', '\r').Split('\n').Select(line => text.Next(line.TrimEnd('\r')));
    }

    public StyledLine Next(string line) => language is null || line.Length > LongestColoured ? new(line, Ink.Code) : language.IsMarkup ? Markup(line, language) : Code(line, language);

    private StyledLine Code(string line, Language language)
    {
        var built = new LineBuilder();
        var at = 0;
        while (at < line.Length)
        {
            if (_until is not null)
            {
                at = Rest(line, at, built);
            }
            else if (language.LineComments.Any(mark => StartsAt(line, at, mark)) && (line[at] != '#' || at == 0 || char.IsWhiteSpace(line[at - 1])))
            {
                built.Add(line[at..], Ink.CodeComment);
                at = line.Length;
            }
            else if (language.BlockComments.FirstOrDefault(block => StartsAt(line, at, block.Open)) is { Open: { } open } comment)
            {
                (_until, _isComment, _escape) = (comment.Close, true, '\0');
                built.Add(open, Ink.CodeComment);
                at += open.Length;
            }
            else if (language.Quotes.FirstOrDefault(quote => StartsAt(line, at, quote.Mark)) is { Mark: { } mark } quoted)
            {
                at = String(line, at, quoted, built, language);
            }
            else if (char.IsAsciiDigit(line[at]))
            {
                var end = Run(line, at, static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');
                built.Add(line[at..end], Ink.CodeNumber);
                at = end;
            }
            else if (IsWordStart(line[at]) || (language.Sigils.Contains(line[at], StringComparison.Ordinal) && at + 1 < line.Length && IsWordStart(line[at + 1])))
            {
                at = Word(line, at, built, language);
            }
            else
            {
                built.Add(line[at].ToString(), char.IsWhiteSpace(line[at]) ? Ink.Code : IsOperator(line[at]) ? Ink.CodeOperator : Ink.Code);
                at++;
            }
        }
        return built.Build();
    }

    /// <summary>What is left of a comment or string that began on an earlier line or just now.</summary>
    private int Rest(string line, int at, LineBuilder built)
    {
        var end = at;
        while (end < line.Length && !StartsAt(line, end, _until!))
        {
            end += line[end] == _escape && _escape != '\0' ? 2 : 1;
        }
        end = Math.Min(end, line.Length);
        if (end < line.Length)
        {
            end += _until!.Length;
            _until = null;
        }
        built.Add(line[at..end], _isComment ? Ink.CodeComment : Ink.CodeString);
        return end;
    }

    private int String(string line, int at, Quote quote, LineBuilder built, Language language)
    {
        var end = at + quote.Mark.Length;
        while (end < line.Length && !StartsAt(line, end, quote.Mark))
        {
            end += quote.Escape != '\0' && line[end] == quote.Escape ? 2 : 1;
        }
        if (end >= line.Length)
        {
            if (quote.SpansLines)
            {
                (_until, _isComment, _escape) = (quote.Mark, false, quote.Escape);
            }
            built.Add(line[at..], Ink.CodeString);
            return line.Length;
        }
        end += quote.Mark.Length;
        built.Add(line[at..end], IsKey(line, end, language) ? Ink.CodeType : Ink.CodeString);
        return end;
    }

    private static int Word(string line, int at, LineBuilder built, Language language)
    {
        var end = Run(line, at + 1, c => char.IsLetterOrDigit(c) || c == '_' || language.WordExtra.Contains(c, StringComparison.Ordinal));
        var word = line[at..end];
        var ink = language.Sigils.Contains(word[0], StringComparison.Ordinal) ? Ink.CodeType
            : language.IsKeyword(word) ? Ink.CodeKeyword
            : language.IsType(word) ? Ink.CodeType
            : IsKey(line, end, language) ? Ink.CodeType
            : end < line.Length && line[end] == '(' ? Ink.CodeFunction
            : char.IsAsciiLetterUpper(word[0]) && word.Length > 1 && word.Any(char.IsAsciiLetterLower) ? Ink.CodeType
            : Ink.Code;
        built.Add(word, ink);
        return end;
    }

    private StyledLine Markup(string line, Language language)
    {
        var built = new LineBuilder();
        var isInTag = false;
        for (var at = 0; at < line.Length;)
        {
            if (_until is not null)
            {
                at = Rest(line, at, built);
            }
            else if (language.BlockComments.FirstOrDefault(block => StartsAt(line, at, block.Open)) is { Open: { } open } comment)
            {
                (_until, _isComment, _escape) = (comment.Close, true, '\0');
                built.Add(open, Ink.CodeComment);
                at += open.Length;
            }
            else if (line[at] == '<')
            {
                var end = Run(line, at + 1, static c => char.IsLetterOrDigit(c) || c is '/' or '!' or '?' or '-' or ':' or '.' or '_');
                built.Add(line[at..end], Ink.CodeKeyword);
                (at, isInTag) = (end, true);
            }
            else if (isInTag && line[at] is '"' or '\'')
            {
                var close = line.IndexOf(line[at], at + 1);
                var end = close < 0 ? line.Length : close + 1;
                built.Add(line[at..end], Ink.CodeString);
                at = end;
            }
            else if (line[at] == '>' || (line[at] == '/' && at + 1 < line.Length && line[at + 1] == '>'))
            {
                var end = line[at] == '>' ? at + 1 : at + 2;
                built.Add(line[at..end], Ink.CodeKeyword);
                (at, isInTag) = (end, false);
            }
            else
            {
                var end = Run(line, at + 1, c => c is not ('<' or '>' or '"' or '\'' or '/'));
                built.Add(line[at..end], isInTag ? Ink.CodeType : Ink.Code);
                at = end;
            }
        }
        return built.Build();
    }

    private static bool IsKey(string line, int end, Language language)
    {
        if (language.KeyMark == '\0')
        {
            return false;
        }
        var at = Run(line, end, static c => c is ' ' or '\t');
        return at < line.Length && line[at] == language.KeyMark;
    }

    private static bool StartsAt(string line, int at, string mark) => string.CompareOrdinal(line, at, mark, 0, mark.Length) == 0;

    private static int Run(string line, int at, Func<char, bool> belongs)
    {
        while (at < line.Length && belongs(line[at]))
        {
            at++;
        }
        return at;
    }

    private static bool IsWordStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsOperator(char c) => c is '+' or '-' or '*' or '/' or '=' or '<' or '>' or '!' or '&' or '|' or '^' or '~' or '%' or '?' or ':';
}
