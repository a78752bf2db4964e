namespace Pryx.Agent.Shell.Syntax;

/// <summary>A place in a text, and the here-documents whose bodies are still to come.</summary>
internal sealed class ScriptReader(string text, ParseState state)
{
    private int _outerDocuments;

    public string Text => text;
    public int At { get; set; }
    public ParseState State => state;
    public bool IsBash => state.Dialect == ShellDialect.Bash;
    public bool IsStopped => state.IsStopped;
    public bool IsAtEnd => At >= text.Length;

    /// <summary>In the order written.</summary>
    public List<HereDocument> Documents { get; private set; } = [];

    /// <summary>'\0' behind the end: the text itself never contains it.</summary>
    public char Next(int ahead = 0) => At + ahead < text.Length ? text[At + ahead] : '\0';

    public bool StartsWith(string expected) => At <= text.Length && string.CompareOrdinal(text, At, expected, 0, expected.Length) == 0;

    public bool Stop(string reason) => state.Stop(reason);

    /// <summary>Stops unless bash is certain to read it.</summary>
    public bool NeedsBash(string what) => IsBash || Stop($"uses {what}, which only some shells have");

    public void SkipBlanks()
    {
        while (true)
        {
            var c = Next();
            if (c is ' ' or '\t')
            {
                At++;
            }
            else if (c == '\\' && Next(1) == '\n')
            {
                At += 2;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Blanks, comments and line ends, with the bodies of here-documents behind them.</summary>
    public void SkipLines()
    {
        while (!IsStopped)
        {
            SkipBlanks();
            if (Next() == '#')
            {
                SkipComment();
            }
            if (Next() != '\n' || IsAtEnd)
            {
                return;
            }
            ReadLineEnd();
        }
    }

    public void SkipComment()
    {
        var end = text.IndexOf('\n', At);
        At = end < 0 ? text.Length : end;
    }

    public void ReadLineEnd()
    {
        At++;
        if (_outerDocuments > 0)
        {
            Stop("has a line break between a here-document and its text");
            return;
        }
        foreach (var document in Documents)
        {
            document.ReadBody(this);
        }
        Documents.Clear();
    }

    /// <summary>Into a substitution: here-documents that wait outside must not find their text inside, and the other way round.</summary>
    public (List<HereDocument> Documents, int Outer) Suspend()
    {
        var outer = (Documents, _outerDocuments);
        _outerDocuments += Documents.Count;
        Documents = [];
        return outer;
    }

    public void Resume((List<HereDocument> Documents, int Outer) outer)
    {
        if (Documents.Count > 0)
        {
            Stop("has a here-document without its text");
        }
        (Documents, _outerDocuments) = outer;
    }

    /// <summary>True for what ends a word outside quotes.</summary>
    public static bool EndsWord(char c) => c is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')' or '\0';
}
