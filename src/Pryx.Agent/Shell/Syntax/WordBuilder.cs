using System.Text;

namespace Pryx.Agent.Shell.Syntax;

/// <summary>A word while it is read.</summary>
internal sealed class WordBuilder(ScriptReader reader)
{
    private readonly int _start = reader.At;
    private readonly StringBuilder _text = new();
    private List<ShellNode>? _inner;

    // What differs between the source and how it is shown: continuations vanish, commands become a mark.
    private List<(int Start, int End, bool IsCommand)>? _edits;

    public WordTraits Traits { get; private set; }
    public int Length => _text.Length;

    public void Append(char c) => _text.Append(c);

    public void AppendQuoted(char c)
    {
        Traits |= WordTraits.Quoted;
        _text.Append(c);
    }

    public void AppendQuoted(ReadOnlySpan<char> text)
    {
        Traits |= WordTraits.Quoted;
        _text.Append(text);
    }

    /// <summary>A place whose text the shell makes up when it runs.</summary>
    public void AppendUnknown(ReadOnlySpan<char> text, bool isQuoted, bool isNumber = false)
    {
        Traits |= WordTraits.Unknown | (isQuoted ? WordTraits.Quoted : isNumber ? 0 : WordTraits.Splits);
        if (isNumber && _text.Length == 0)
        {
            Traits |= WordTraits.Number;
        }
        _text.Append(text);
    }

    /// <summary>The text from <paramref name="start"/> to here is a command of its own.</summary>
    public void AddCommand(ShellNode node, int start, bool isQuoted)
    {
        (_inner ??= []).Add(node);
        (_edits ??= []).Add((start, reader.At, true));
        AppendUnknown(ShellWord.UnknownText, isQuoted);
    }

    /// <summary>An expansion from <paramref name="start"/> to here; the commands inside it, which <paramref name="part"/> collected, are shown as one unknown.</summary>
    public void AppendExpansion(WordBuilder part, int start, bool isQuoted, bool isNumber)
    {
        if (part._inner is { } inner)
        {
            (_inner ??= []).AddRange(inner);
            (_edits ??= []).Add((start, reader.At, true));
        }
        AppendUnknown(part._inner is null ? reader.Text.AsSpan(start, reader.At - start) : ShellWord.UnknownText, isQuoted, isNumber);
    }

    public void AddContinuation(int start) => (_edits ??= []).Add((start, reader.At, false));

    public void Mark(WordTraits trait) => Traits |= trait;

    public ShellWord Finish()
    {
        var text = _text.ToString();
        var raw = _edits is null ? reader.Text[_start..reader.At] : Written(commands: true);
        var shown = _edits is null ? raw : Written(commands: false);
        var traits = Traits;
        if ((traits & ~WordTraits.Quoted) == 0 && text.Length is > 0 and < 19 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            traits |= WordTraits.Number;
        }
        else if ((traits & WordTraits.Number) != 0 && !(raw.StartsWith("$((", StringComparison.Ordinal) && raw.EndsWith("))", StringComparison.Ordinal) && raw.IndexOf("))", StringComparison.Ordinal) == raw.Length - 2))
        {
            traits &= ~WordTraits.Number;
        }
        return new ShellWord(raw, text, traits, ShellWord.Show(raw, shown, text, traits)) { Inner = _inner ?? (IReadOnlyList<ShellNode>)[] };
    }

    private string Written(bool commands)
    {
        var written = new StringBuilder();
        var at = _start;
        foreach (var (start, end, isCommand) in _edits!)
        {
            if (start < at || (isCommand && commands))
            {
                continue;
            }
            written.Append(reader.Text, at, start - at).Append(isCommand ? ShellWord.UnknownText : "");
            at = end;
        }
        return written.Append(reader.Text, at, reader.At - at).ToString();
    }
}
