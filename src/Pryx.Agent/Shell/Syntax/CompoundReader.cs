namespace Pryx.Agent.Shell.Syntax;

/// <summary>Groups, subshells, if, and arithmetic as a command.</summary>
internal static class CompoundReader
{
    public static ShellNode? ReadGroup(ScriptReader reader)
    {
        reader.At++;
        return ListReader.Read(reader) is { } body && ReservedWord.Expect(reader, "}") ? new GroupNode(body) : null;
    }

    public static ShellNode? ReadSubshell(ScriptReader reader)
    {
        reader.At++;
        if (ListReader.Read(reader) is not { } body || reader.IsStopped)
        {
            return null;
        }
        if (reader.Next() != ')')
        {
            return CommandReader.Stop(reader, "has an unfinished subshell");
        }
        reader.At++;
        return new SubshellNode(body, IsSubstitution: false);
    }

    public static ShellNode? ReadArithmetic(ScriptReader reader)
    {
        if (!reader.NeedsBash("(( ))"))
        {
            return null;
        }
        reader.At += 2;
        return ArithmeticReader.ReadCommand(reader) is { } word ? new TestNode([word]) : null;
    }

    public static ShellNode? ReadIf(ScriptReader reader)
    {
        var branches = new List<(ShellNode, ShellNode)>();
        ShellNode? otherwise = null;
        reader.At += 2;
        do
        {
            if (ListReader.Read(reader) is not { } condition || !ReservedWord.Expect(reader, "then") || ListReader.Read(reader) is not { } body)
            {
                return null;
            }
            branches.Add((condition, body));
        }
        while (!reader.IsStopped && ReservedWord.Take(reader, "elif"));
        if (!reader.IsStopped && ReservedWord.Take(reader, "else"))
        {
            otherwise = ListReader.Read(reader);
        }
        return ReservedWord.Expect(reader, "fi") ? new IfNode(branches, otherwise) : null;
    }
}
