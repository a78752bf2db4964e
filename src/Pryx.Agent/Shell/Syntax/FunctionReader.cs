namespace Pryx.Agent.Shell.Syntax;

internal static class FunctionReader
{
    /// <summary><c>name () { … }</c>; the reader stands on the parenthesis.</summary>
    public static ShellNode? Read(ScriptReader reader, ShellWord name)
    {
        reader.At++;
        reader.SkipBlanks();
        if (reader.Next() != ')')
        {
            return CommandReader.Stop(reader, "uses parentheses where they are not understood");
        }
        reader.At++;
        return Body(reader, name);
    }

    /// <summary><c>function name { … }</c></summary>
    public static ShellNode? ReadKeyword(ScriptReader reader)
    {
        if (!reader.NeedsBash("the word 'function'"))
        {
            return null;
        }
        reader.At += "function".Length;
        reader.SkipBlanks();
        if (WordReader.Read(reader) is not { } name)
        {
            return null;
        }
        reader.SkipBlanks();
        return reader.Next() == '(' ? Read(reader, name) : Body(reader, name);
    }

    private static ShellNode? Body(ScriptReader reader, ShellWord name)
    {
        if (!name.IsLiteral || name.Has(WordTraits.Quoted) || !name.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') || name.Text.Length == 0 || char.IsAsciiDigit(name.Text[0]))
        {
            return CommandReader.Stop(reader, "names a function in an unusual way");
        }
        if (!reader.IsBash && !VariableRules.IsName(name.Text))
        {
            return CommandReader.Stop(reader, "names a function in an unusual way");
        }
        reader.SkipLines();
        return CommandReader.Compound(reader) is { } body ? new FunctionNode(name.Text, body) : null;
    }
}
