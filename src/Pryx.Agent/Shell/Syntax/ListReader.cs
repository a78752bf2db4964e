using System.Globalization;

namespace Pryx.Agent.Shell.Syntax;

/// <summary>Reads lists of commands: what stands between line ends, semicolons and ampersands.</summary>
internal static class ListReader
{
    /// <summary>A whole script; null when reading had to stop.</summary>
    public static ShellNode? ReadAll(ScriptReader reader, bool isEmptyAllowed)
    {
        if (HasHidden(reader.Text))
        {
            reader.Stop("contains control or invisible characters");
            return null;
        }
        var list = Read(reader, isEmptyAllowed);
        if (!reader.IsStopped && !reader.IsAtEnd)
        {
            reader.Stop($"has a '{reader.Next()}' that closes nothing");
        }
        if (!reader.IsStopped && reader.Documents.Count > 0)
        {
            reader.Stop("has a here-document without its text");
        }
        // What was read before the trouble is shown, and judged too.
        return list;
    }

    /// <summary>Up to a closing parenthesis, a reserved word that ends a list, a double semicolon, or the end.</summary>
    public static ShellNode? Read(ScriptReader reader, bool isEmptyAllowed = false)
    {
        var items = new List<ShellNode>();
        while (!reader.IsStopped)
        {
            reader.SkipLines();
            if (reader.IsStopped || IsEnd(reader))
            {
                break;
            }
            if (ReadAndOr(reader) is not { } item)
            {
                break;
            }
            reader.SkipBlanks();
            if (reader.Next() == '&' && reader.Next(1) != '&')
            {
                reader.At++;
                item = new BackgroundNode(item);
                IsWhole(reader);
            }
            else if (reader.Next() == ';' && reader.Next(1) is not (';' or '&'))
            {
                reader.At++;
                IsWhole(reader);
            }
            else if (!(reader.IsAtEnd || reader.Next() is '\n' or ')' or '#' or ';'))
            {
                reader.Stop($"has a '{reader.Next()}' that is not understood");
            }
            items.Add(item);
        }
        if (items.Count == 0 && !isEmptyAllowed && !reader.IsStopped)
        {
            reader.Stop("contains no command");
        }
        return items.Count == 1 ? items[0] : new SequenceNode(items);
    }

    /// <summary>An operator must not be continued on the next line: shells differ about what that makes of it.</summary>
    private static bool IsWhole(ScriptReader reader) => reader.Next() != '\\' || reader.Next(1) != '\n' || reader.Stop("continues an operator on the next line");

    private static bool IsEnd(ScriptReader reader) => reader.IsAtEnd || reader.Next() == ')' || (reader.Next() == ';' && reader.Next(1) is ';' or '&')
        || ReservedWord.Peek(reader) is "then" or "else" or "elif" or "fi" or "do" or "done" or "esac" or "}";

    private static ShellNode? ReadAndOr(ScriptReader reader)
    {
        var left = ReadPipeline(reader);
        var rest = new List<(bool, ShellNode)>();
        while (left is not null && !reader.IsStopped)
        {
            reader.SkipBlanks();
            var isAnd = reader.StartsWith("&&");
            if (!isAnd && !reader.StartsWith("||"))
            {
                break;
            }
            reader.At += 2;
            IsWhole(reader);
            reader.SkipLines();
            if (ReadPipeline(reader) is not { } right)
            {
                break;
            }
            rest.Add((isAnd, right));
        }
        return left is null || rest.Count == 0 ? left : new AndOrNode(left, rest);
    }

    private static ShellNode? ReadPipeline(ScriptReader reader)
    {
        var isNegated = false;
        while (ReservedWord.Peek(reader) is { Length: > 0 } word && (word is "!" or "time"))
        {
            if (word == "time" && !reader.NeedsBash("'time' as a word of the shell"))
            {
                return null;
            }
            reader.At += word.Length;
            reader.SkipBlanks();
            isNegated ^= word == "!";
            if (word == "time" && reader.StartsWith("-p ") is var isPosix)
            {
                reader.At += isPosix ? 3 : 0;
                reader.SkipBlanks();
            }
        }
        var parts = new List<ShellNode>(1);
        while (CommandReader.Read(reader) is { } part)
        {
            parts.Add(part);
            reader.SkipBlanks();
            if (reader.Next() != '|' || reader.Next(1) == '|')
            {
                break;
            }
            reader.At++;
            if (reader.Next() == '&')
            {
                reader.NeedsBash("|&");
                reader.At++;
            }
            IsWhole(reader);
            reader.SkipLines();
        }
        ShellNode? node = parts.Count switch { 0 => null, 1 => parts[0], _ => new PipelineNode(parts) };
        return node is not null && isNegated ? new NegatedNode(node) : node;
    }

    private static bool HasHidden(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' ? c is not ('\t' or '\n') : c > '~' && (char.IsControl(c) || char.IsWhiteSpace(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                return true;
            }
        }
        return false;
    }
}
