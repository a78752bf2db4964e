namespace Pryx.Agent.Shell.Syntax;

/// <summary>Assignments, words and redirections of one simple command.</summary>
internal static class SimpleReader
{
    public static ShellNode? Read(ScriptReader reader)
    {
        if (!reader.State.CountCommand())
        {
            return null;
        }
        var assignments = new List<ShellAssignment>();
        var words = new List<ShellWord>();
        var redirects = new List<ShellRedirect>();
        while (!reader.IsStopped)
        {
            reader.SkipBlanks();
            var c = reader.Next();
            if (reader.IsAtEnd || c is '\n' or ';' or '|' or ')' || c == '#' || (c == '&' && reader.Next(1) != '>'))
            {
                break;
            }
            if (c == '(')
            {
                return words.Count == 1 && assignments.Count == 0 && redirects.Count == 0
                    ? FunctionReader.Read(reader, words[0])
                    : CommandReader.Stop(reader, "uses parentheses where they are not understood");
            }
            if (RedirectReader.TryRead(reader, descriptor: null) is { } redirect)
            {
                redirects.Add(redirect);
                continue;
            }
            if (reader.IsStopped)
            {
                break;
            }
            if (ReadDescriptor(reader) is { } descriptor)
            {
                if (RedirectReader.TryRead(reader, descriptor) is { } numbered)
                {
                    redirects.Add(numbered);
                }
                continue;
            }
            ReadWord(reader, assignments, words, redirects);
        }
        return reader.IsStopped ? null : new SimpleNode(assignments, words) { Redirects = redirects };
    }

    /// <summary>The number directly before a redirection, read; null, and nothing read, when there is none.</summary>
    public static int? ReadDescriptor(ScriptReader reader)
    {
        var length = 0;
        while (char.IsAsciiDigit(reader.Next(length)))
        {
            length++;
        }
        if (length == 0 || reader.Next(length) is not ('<' or '>'))
        {
            return null;
        }
        if (length > 1 && !(length == 2 && reader.IsBash))
        {
            reader.Stop("redirects an unusual descriptor");
            return null;
        }
        var number = int.Parse(reader.Text.AsSpan(reader.At, length), System.Globalization.CultureInfo.InvariantCulture);
        reader.At += length;
        return number;
    }

    private static void ReadWord(ScriptReader reader, List<ShellAssignment> assignments, List<ShellWord> words, List<ShellRedirect> redirects)
    {
        if (WordReader.Read(reader) is not { } word)
        {
            return;
        }
        if (reader.Next() is '<' or '>' && word.Raw.Length > 0 && (word.Has(WordTraits.Brace) || word.Has(WordTraits.Number)))
        {
            ReadNamedDescriptor(reader, word, redirects);
            return;
        }
        if (words.Count == 0)
        {
            if (AssignmentReader.TryRead(reader, word) is { } assignment)
            {
                assignments.Add(assignment);
                return;
            }
            if (!word.Has(WordTraits.Quoted) && ReservedWord.Is(word))
            {
                reader.Stop($"writes '{word.Raw}' in an unusual way");
                return;
            }
        }
        else if (reader.Next() == '(' && AssignmentReader.Declares(words[0]) && AssignmentReader.TryRead(reader, word) is { Value: null } list)
        {
            assignments.Add(list);
            words.Add(word);
            return;
        }
        words.Add(word);
    }

    // {name}>x: the shell chooses a number and puts it into the variable.
    private static void ReadNamedDescriptor(ScriptReader reader, ShellWord word, List<ShellRedirect> redirects)
    {
        var name = word.Raw.Trim('{', '}');
        if (word.Raw != $"{{{name}}}" || !VariableRules.IsName(name))
        {
            reader.Stop("redirects an unusual descriptor");
        }
        else if (reader.NeedsBash("a descriptor with a name"))
        {
            VariableRules.NoteSet(reader.State, name, isNumber: true);
            if (RedirectReader.TryRead(reader, descriptor: 10) is { } redirect)
            {
                redirects.Add(redirect);
            }
        }
    }
}
