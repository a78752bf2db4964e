namespace Pryx.Agent.Shell.Syntax;

internal static class RedirectReader
{
    // The longer ones first.
    private static readonly string[] Operators = ["&>>", "&>", "<<<", "<<-", "<<", ">>", ">|", ">&", "<&", "<>", ">", "<"];

    /// <summary>The redirection that stands here; null when there is none, or reading had to stop.</summary>
    public static ShellRedirect? TryRead(ScriptReader reader, int? descriptor)
    {
        if (reader.Next() is not ('<' or '>' or '&') || (reader.Next() == '&' && reader.Next(1) != '>') || (reader.Next() != '&' && reader.Next(1) == '('))
        {
            return null;
        }
        var at = 0;
        while (!reader.StartsWith(Operators[at]))
        {
            at++;
        }
        var operation = Operators[at];
        reader.At += operation.Length;
        if (operation is "&>>" or "&>" or "<<<" && !reader.NeedsBash(operation))
        {
            return null;
        }
        if (reader.Next() == '\\' && reader.Next(1) == '\n')
        {
            reader.Stop("continues an operator on the next line");
            return null;
        }
        reader.SkipBlanks();
        if (reader.IsAtEnd || reader.Next() == '#' || (ScriptReader.EndsWord(reader.Next()) && !(reader.Next() is '<' or '>' && reader.Next(1) == '(')))
        {
            reader.Stop("redirects to something that is not a plain path");
            return null;
        }
        if (WordReader.Read(reader) is not { } target)
        {
            return null;
        }
        if (reader.Next() == '(' || (reader.Next() is '<' or '>' && (target.Has(WordTraits.Number) || target.Has(WordTraits.Brace))))
        {
            // "<2>x" is a redirection without its path, then one of descriptor 2.
            reader.Stop("redirects to something that is not a plain path");
            return null;
        }
        return operation switch
        {
            "<<" or "<<-" => Document(reader, operation, descriptor, target),
            "<<<" => new ShellRedirect(RedirectKind.Text, operation, descriptor, target),
            ">&" or "<&" => Duplicate(reader, operation, descriptor, target),
            "<" => new ShellRedirect(RedirectKind.Reads, operation, descriptor, target),
            _ => new ShellRedirect(RedirectKind.Writes, operation, descriptor, target),
        };
    }

    private static ShellRedirect? Document(ScriptReader reader, string operation, int? descriptor, ShellWord delimiter)
    {
        if (!delimiter.IsLiteral || delimiter.Raw.AsSpan().IndexOfAny('$', '`', '\n') >= 0 || delimiter.Text.Contains('\n', StringComparison.Ordinal))
        {
            reader.Stop("has a here-document with an unusual delimiter");
            return null;
        }
        var document = new HereDocument(delimiter.Text, delimiter.Has(WordTraits.Quoted), operation == "<<-");
        reader.Documents.Add(document);
        return new ShellRedirect(RedirectKind.Text, operation, descriptor, delimiter) { Document = document };
    }

    private static ShellRedirect? Duplicate(ScriptReader reader, string operation, int? descriptor, ShellWord target)
    {
        var number = target.Text.AsSpan().TrimEnd('-');
        if (target.IsLiteral && target.Text.Length - number.Length <= 1 && number.Length <= 2 && number.IndexOfAnyExceptInRange('0', '9') < 0 && target.Text.Length > 0)
        {
            return new ShellRedirect(RedirectKind.Duplicates, operation, descriptor, target);
        }
        // ">&file" is bash's older way to write "&>file".
        if (operation == ">&" && descriptor is null or 1 && target.IsLiteral && !char.IsAsciiDigit(target.Text.FirstOrDefault('0')) && target.Text[0] != '-' && reader.NeedsBash(">& with a file"))
        {
            return new ShellRedirect(RedirectKind.Writes, operation, descriptor, target);
        }
        reader.Stop("duplicates something that is not a descriptor");
        return null;
    }
}
