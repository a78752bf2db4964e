namespace Pryx.Agent.Shell.Syntax;

/// <summary><c>[[ … ]]</c>. Comparing numbers evaluates both sides as arithmetic, and <c>-v</c> evaluates an array's index.</summary>
internal static class ConditionReader
{
    public static ShellNode? Read(ScriptReader reader)
    {
        if (!reader.NeedsBash("[[ ]]"))
        {
            return null;
        }
        reader.At += 2;
        var words = new List<ShellWord>();
        var open = 0;
        while (!reader.IsStopped)
        {
            SkipSpace(reader);
            if (reader.StartsWith("]]") && ScriptReader.EndsWord(reader.Next(2)))
            {
                reader.At += 2;
                return open == 0 && words.Count > 0 ? new TestNode(words) : CommandReader.Stop(reader, "has a condition that is not understood");
            }
            if (reader.StartsWith("&&") || reader.StartsWith("||"))
            {
                reader.At += 2;
            }
            else if (reader.Next() is '(' or ')')
            {
                open += reader.Next() == '(' ? 1 : -1;
                reader.At++;
            }
            else if (reader.Next() is '<' or '>' && reader.Next(1) is ' ' or '\t')
            {
                reader.At++;
            }
            else
            {
                ReadWord(reader, words);
            }
        }
        return null;
    }

    private static void ReadWord(ScriptReader reader, List<ShellWord> words)
    {
        if (reader.IsAtEnd || ScriptReader.EndsWord(reader.Next()) || WordReader.Read(reader) is not { } word)
        {
            reader.Stop("has a condition that is not understood");
            return;
        }
        var isOperator = !word.Has(WordTraits.Quoted);
        if (isOperator && word.Raw is "==" or "=" or "!=" or "=~")
        {
            SkipSpace(reader);
            if (!ScriptReader.EndsWord(reader.Next()) || reader.Next() == '(')
            {
                word = WordReader.ReadPattern(reader) ?? word;
            }
        }
        else if (isOperator && word.Raw is "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge")
        {
            SkipSpace(reader);
            if (words.Count == 0 || WordReader.Read(reader) is not { } right)
            {
                reader.Stop("has a condition that is not understood");
                return;
            }
            NumberRules.Note(reader.State, words[^1]);
            NumberRules.Note(reader.State, right);
            word = right;
        }
        else if (isOperator && word.Raw is "-v" or "-R")
        {
            SkipSpace(reader);
            if (WordReader.Read(reader) is not { IsLiteral: true } name || !VariableRules.IsName(name.Text))
            {
                reader.Stop("evaluates an array's index");
                return;
            }
        }
        else if (word.Has(WordTraits.Unknown) && word.Text.StartsWith('-'))
        {
            reader.Stop("has a condition that is not understood");
        }
        words.Add(word);
    }

    private static void SkipSpace(ScriptReader reader)
    {
        reader.SkipBlanks();
        while (reader.Next() == '\n' && !reader.IsAtEnd)
        {
            reader.ReadLineEnd();
            reader.SkipBlanks();
        }
    }
}
