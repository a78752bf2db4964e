using System.Text;

namespace Pryx.Core.Processes;

/// <summary>A word while it is read, with what the shell would still do to it.</summary>
internal sealed class ShellWord
{
    private readonly StringBuilder _text = new();
    private int _firstQuoted = int.MaxValue;

    public string Text => _text.ToString();

    /// <summary>As written.</summary>
    public string Raw { get; set; } = "";
    public bool HasExpansion { get; set; }
    public bool HasPattern { get; set; }
    public bool HasBrace { get; set; }
    public bool StartsWithTilde { get; init; }

    /// <summary>The shell takes it exactly as <see cref="Text"/> says.</summary>
    public bool IsPlain => !HasExpansion && !HasPattern && !StartsWithTilde;

    /// <summary>NAME of NAME=value or NAME+=value; a quote before the sign makes it an ordinary word.</summary>
    public string? AssignedName
    {
        get
        {
            var text = Text;
            var sign = text.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0 || sign >= _firstQuoted)
            {
                return null;
            }
            var name = text[sign - 1] == '+' ? text[..(sign - 1)] : text[..sign];
            return name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : null;
        }
    }

    /// <summary>Without quotes where they change nothing, so that <c>r''m</c> reads <c>rm</c> in rules and on cards.</summary>
    public string AsShown => Text is { Length: > 0 } text && (IsPlain || Raw == text) && text.All(c => char.IsLetterOrDigit(c) || "-_./:=+,@%^~*?[]{}$".Contains(c, StringComparison.Ordinal)) && !NeedsQuotes(text) ? text : Raw;

    public void Append(char c, bool isQuoted)
    {
        MarkQuoted(isQuoted);
        _text.Append(c);
    }

    /// <summary>Appends quoted or expanded text.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        MarkQuoted(true);
        _text.Append(text);
    }

    private void MarkQuoted(bool isQuoted)
    {
        if (isQuoted && _firstQuoted == int.MaxValue)
        {
            _firstQuoted = _text.Length;
        }
    }

    // A quoted star is not the same argument as a bare one.
    private bool NeedsQuotes(string text) => Raw != text && text.Any(c => "*?[]{}$~".Contains(c, StringComparison.Ordinal));
}
