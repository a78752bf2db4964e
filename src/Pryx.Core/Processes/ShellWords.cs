using System.Globalization;
using System.Text;

namespace Pryx.Core.Processes;

/// <summary>One program and its arguments, as it will run.</summary>
/// <param name="Words">Without quotes; the first is the program. Empty when the command only redirects or assigns.</param>
/// <param name="Text">Words that need no quotes without them, the others as written: what rules are matched against.</param>
public sealed record SimpleCommand(IReadOnlyList<string> Words, string Text, IReadOnlyList<ShellRedirect> Redirects);

/// <param name="Path">As written, without quotes.</param>
public sealed record ShellRedirect(string Path, bool Writes);

/// <param name="Commands">In the order written; when the line is unclear, those that were understood before it became so.</param>
/// <param name="Unclear">Why the line is not understood, as the end of the sentence "it …"; null when it is.</param>
public sealed record ShellLine(IReadOnlyList<SimpleCommand> Commands, string? Unclear);

/// <summary>
/// Splits a command line where it is sure what a POSIX shell and bash would do: plain words, quotes, $NAME in arguments, pipes, lists and
/// redirections to plain paths. Everything else is unclear, never guessed: a rule must not allow what nobody understood.
/// </summary>
public sealed class ShellWords
{
    private const string WordEnds = " \t\n;&|<>()";

    // The longer ones first.
    private static readonly string[] Redirects = ["&>>", "&>", "<<", ">>", ">|", ">&", "<&", "<>", ">", "<"];

    private readonly string _line;
    private readonly List<SimpleCommand> _commands = [];
    private readonly List<ShellWord> _words = [];
    private readonly List<ShellRedirect> _redirects = [];
    private int _at;
    private string? _unclear;
    private bool _changesFolder;

    private ShellWords(string line) => _line = line;

    public static ShellLine Parse(string line)
    {
        var parser = new ShellWords(line);
        parser.ReadLine();
        return new ShellLine(parser._commands, parser._unclear);
    }

    private bool IsEmpty => _words.Count == 0 && _redirects.Count == 0;

    private char Next(int ahead = 0) => _at + ahead < _line.Length ? _line[_at + ahead] : '\0';

    private bool StartsWith(string text) => string.CompareOrdinal(_line, _at, text, 0, text.Length) == 0;

    private bool Fail(string reason)
    {
        _unclear ??= reason;
        return false;
    }

    private void ReadLine()
    {
        if (_line.Any(c => (c != '\t' && c != '\n' && char.IsControl(c)) || (c > 0x7f && (char.IsWhiteSpace(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))))
        {
            Fail("contains control or invisible characters");
            return;
        }
        var needsCommand = false;
        while (_unclear is null)
        {
            SkipBlanks();
            if (_at >= _line.Length)
            {
                break;
            }
            switch (Next())
            {
                case '#':
                    while (_at < _line.Length && Next() != '\n')
                    {
                        _at++;
                    }
                    break;
                case '\n':
                    _at++;
                    if (!IsEmpty)
                    {
                        Finish();
                        needsCommand = false;
                    }
                    break;
                case '&' when Next(1) == '>':
                case '<' or '>':
                    ReadRedirect();
                    break;
                case ';' or '&' or '|':
                    needsCommand = ReadOperator();
                    break;
                case '(' or ')':
                    Fail("uses parentheses (a subshell or a function)");
                    break;
                default:
                    ReadArgument();
                    break;
            }
        }
        if (_unclear is null && !IsEmpty)
        {
            Finish();
        }
        else if (needsCommand)
        {
            Fail("ends with an operator");
        }
        if (_commands.Count == 0)
        {
            Fail("contains no command");
        }
    }

    /// <returns>True when another command has to follow.</returns>
    private bool ReadOperator()
    {
        var text = StartsWith("&&") ? "&&" : StartsWith("||") ? "||" : StartsWith("|&") ? "|&" : _line.Substring(_at, 1);
        if (IsEmpty || StartsWith(";;") || StartsWith(";&"))
        {
            return Fail($"has no command before '{text}'");
        }
        _at += text.Length;
        Finish();
        return text is not (";" or "&");
    }

    private void ReadArgument()
    {
        var start = _at;
        if (ReadWord() is not { } word)
        {
            return;
        }
        // "2>" redirects descriptor 2, "a2>" does not.
        if (Next() is '<' or '>' && _line[start.._at].All(char.IsAsciiDigit))
        {
            if (_at - start > 2)
            {
                Fail("redirects an unusual descriptor");
                return;
            }
            ReadRedirect();
            return;
        }
        _words.Add(word);
    }

    private void ReadRedirect()
    {
        var operation = Redirects.First(StartsWith);
        _at += operation.Length;
        SkipBlanks();
        if (operation == "<<")
        {
            Fail("uses a here-document or here-string");
            return;
        }
        if (_at >= _line.Length || Next() == '#' || WordEnds.Contains(Next(), StringComparison.Ordinal))
        {
            Fail("redirects to something that is not a plain path");
            return;
        }
        if (ReadWord() is not { } target)
        {
            return;
        }
        if (Next() is '<' or '>' && target.Raw.All(char.IsAsciiDigit))
        {
            Fail("redirects to something that is not a plain path"); // "<2>x" is a redirect without its path, then one of descriptor 2
            return;
        }
        if (operation is ">&" or "<&")
        {
            if (!(target.Text == "-" || (target.Text.Length is 1 or 2 && target.Text.All(char.IsAsciiDigit))))
            {
                Fail("duplicates something that is not a descriptor");
            }
            return;
        }
        if (!target.IsPlain || target.Text.Length == 0 || target.Text.StartsWith("/dev/tcp/", StringComparison.Ordinal) || target.Text.StartsWith("/dev/udp/", StringComparison.Ordinal))
        {
            Fail("redirects to something that is not a plain path");
            return;
        }
        if (_changesFolder && !target.Text.StartsWith('/'))
        {
            Fail("redirects to a relative path after changing the folder");
            return;
        }
        if (target.Text is not ("/dev/null" or "/dev/stdout" or "/dev/stderr" or "/dev/stdin"))
        {
            _redirects.Add(new ShellRedirect(target.Text, operation != "<"));
        }
        else if (_words.Count == 0)
        {
            // Keeps "> /dev/null" alone from looking like an empty command.
            _redirects.Add(new ShellRedirect(target.Text, Writes: false));
        }
    }

    private void SkipBlanks()
    {
        while (Next() is ' ' or '\t' || StartsWith("\\\n"))
        {
            _at += Next() == '\\' ? 2 : 1;
        }
    }

    private ShellWord? ReadWord()
    {
        var word = new ShellWord { StartsWithTilde = Next() == '~' };
        var start = _at;
        while (_at < _line.Length && !WordEnds.Contains(Next(), StringComparison.Ordinal))
        {
            var c = Next();
            var isRead = c switch
            {
                '\'' => ReadSingleQuotes(word),
                '"' => ReadDoubleQuotes(word),
                '\\' => ReadEscape(word),
                '$' => ReadExpansion(word, isQuoted: false),
                '`' => Fail("uses a command substitution"),
                _ => ReadPlain(word, c),
            };
            if (!isRead)
            {
                return null;
            }
        }
        if (Next() is '(')
        {
            Fail("uses parentheses (a subshell, a function or a pattern)");
            return null;
        }
        word.Raw = _line[start.._at].Replace("\\\n", "", StringComparison.Ordinal);
        return word;
    }

    private bool ReadPlain(ShellWord word, char c)
    {
        word.HasPattern |= c is '*' or '?' or '[';
        word.HasBrace |= c is '{' or '}';
        word.Append(c, isQuoted: false);
        _at++;
        return true;
    }

    private bool ReadSingleQuotes(ShellWord word)
    {
        var end = _line.IndexOf('\'', _at + 1);
        if (end < 0)
        {
            return Fail("has an unfinished quote");
        }
        word.Append(_line.AsSpan(_at + 1, end - _at - 1));
        _at = end + 1;
        return true;
    }

    private bool ReadDoubleQuotes(ShellWord word)
    {
        word.Append([]);
        _at++;
        while (_at < _line.Length)
        {
            switch (Next())
            {
                case '"':
                    _at++;
                    return true;
                case '`':
                    return Fail("uses a command substitution");
                case '$':
                    if (!ReadExpansion(word, isQuoted: true))
                    {
                        return false;
                    }
                    break;
                case '\\' when Next(1) == '\n':
                    _at += 2;
                    break;
                case '\\' when Next(1) is '$' or '`' or '"' or '\\':
                    word.Append(Next(1), isQuoted: true);
                    _at += 2;
                    break;
                default:
                    word.Append(Next(), isQuoted: true);
                    _at++;
                    break;
            }
        }
        return Fail("has an unfinished quote");
    }

    private bool ReadEscape(ShellWord word)
    {
        if (_at + 1 >= _line.Length)
        {
            return Fail("ends with a backslash");
        }
        if (Next(1) != '\n')
        {
            word.Append(Next(1), isQuoted: true);
        }
        _at += 2;
        return true;
    }

    /// <summary>$NAME and ${NAME} are taken, a dollar that ends its word is itself; the rest of the shell's many expansions is not.</summary>
    private bool ReadExpansion(ShellWord word, bool isQuoted)
    {
        var start = _at++;
        var hasBrace = Next() == '{';
        _at += hasBrace ? 1 : 0;
        var nameStart = _at;
        while (char.IsAsciiLetterOrDigit(Next()) || Next() == '_')
        {
            _at++;
        }
        var name = _line.AsSpan(nameStart, _at - nameStart);
        if (name.IsEmpty && !hasBrace)
        {
            if (Next() == '?')
            {
                _at++;
            }
            else if (!(_at >= _line.Length || Next() is ' ' or '\t' or '\n' || (isQuoted && Next() == '"')))
            {
                return Fail("uses an expansion that is more than $NAME");
            }
        }
        else if (name.IsEmpty || char.IsAsciiDigit(name[0]) || (hasBrace && Next() != '}'))
        {
            return Fail("uses an expansion that is more than $NAME");
        }
        _at += hasBrace ? 1 : 0;
        word.HasExpansion |= _at - start > 1;
        word.Append(_line.AsSpan(start, _at - start));
        return true;
    }

    private void Finish()
    {
        var words = _words.SkipWhile(word => word.AssignedName is not null).ToList();
        foreach (var assignment in _words.Take(_words.Count - words.Count))
        {
            if (!ShellPrograms.IsHarmlessVariable(assignment.AssignedName!))
            {
                Fail($"sets {assignment.AssignedName}, which may change what the command does");
            }
        }
        if (words is [var program, ..])
        {
            var plain = words.ConvertAll(word => word.Text);
            if (!program.IsPlain || program.HasBrace || program.Text.Length == 0)
            {
                Fail("does not name its program plainly");
            }
            else if (ShellPrograms.WhyUnclear(plain) is { } reason)
            {
                Fail(reason);
            }
            if (words.Any(word => word.HasBrace && (word.Text.Contains(',', StringComparison.Ordinal) || word.Text.Contains("..", StringComparison.Ordinal))))
            {
                Fail("uses brace expansion");
            }
            _changesFolder |= program.Text is "cd" or "pushd" or "popd";
        }
        _commands.Add(Command(words, [.. _redirects]));
        for (var inner = words; ShellPrograms.IsTransparentWrapper(inner) && inner.Count > 1;)
        {
            inner = inner[1..];
            _commands.Add(Command(inner, []));
            _unclear ??= inner[0].IsPlain ? ShellPrograms.WhyUnclear(inner.ConvertAll(word => word.Text)) : "does not name its program plainly";
        }
        _words.Clear();
        _redirects.Clear();
    }

    private static SimpleCommand Command(List<ShellWord> words, IReadOnlyList<ShellRedirect> redirects)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(word.AsShown);
        }
        return new SimpleCommand(words.ConvertAll(word => word.Text), text.ToString(), redirects);
    }
}
