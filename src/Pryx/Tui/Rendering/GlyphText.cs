using System.Globalization;
using System.Text;

namespace Pryx.Tui.Rendering;

/// <summary>One cell's worth of text, or two.</summary>
/// <param name="Text">A grapheme that is safe to show.</param>
/// <param name="Width">Columns it takes: 1 or 2.</param>
/// <param name="Start">Where it begins in the text that was read.</param>
/// <param name="End">Where it ends there; an unsafe character becomes several glyphs with the same place.</param>
internal readonly record struct Glyph(string Text, int Width, int Start, int End);

/// <summary>
/// Reads text as what a terminal shows: graphemes with their widths, unsafe characters replaced by what can be seen. It reads only
/// as far as it is asked, so that a line of megabytes costs what is visible of it.
/// </summary>
internal ref struct GlyphText(string text, int start = 0)
{
    // More than any real grapheme has; hundreds of marks on one letter would be written again with every frame.
    private const int LongestGrapheme = 32;
    private static readonly string[] _ascii = [.. Enumerable.Range(0, 128).Select(static code => ((char)code).ToString())];
    private readonly string _text = text;
    private int _at = start;
    private string _expansion = "";
    private int _expanded;

    public Glyph Current { get; private set; }

    public readonly GlyphText GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_expanded < _expansion.Length)
        {
            Current = Current with { Text = Single(_expansion[_expanded++]), Width = 1 };
            return true;
        }
        if (_at >= _text.Length)
        {
            return false;
        }
        var letter = _text[_at];
        if (letter is >= ' ' and <= '~' && (_at + 1 == _text.Length || _text[_at + 1] < 0x300))
        {
            Current = new(_ascii[letter], 1, _at, ++_at);
            return true;
        }
        return Slow();
    }

    private bool Slow()
    {
        var start = _at;
        if (!Rune.TryGetRuneAt(_text, _at, out var rune))
        {
            _at++;
            Current = new("\uFFFD", 1, start, _at);
            return true;
        }
        if (rune.Value == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
        {
            _at++;
            rune = new('\n');
        }
        if (Neutral.Expansion(rune) is { } expansion)
        {
            _at += rune.Utf16SequenceLength;
            _expansion = expansion;
            _expanded = 0;
            Current = new("", 1, start, _at);
            return MoveNext();
        }
        var length = Neutral.SafeLength(_text.AsSpan(_at, StringInfo.GetNextTextElementLength(_text.AsSpan(_at, Math.Min(_text.Length - _at, 4096)))));
        _at += length;
        var shown = length > LongestGrapheme ? LongestGrapheme - (char.IsHighSurrogate(_text[start + LongestGrapheme - 1]) ? 1 : 0) : length;
        var grapheme = shown == 1 ? Single(_text[start]) : GlyphPool.Of(_text.AsSpan(start, shown));
        if (TextWidth.IsMark(rune))
        {
            // A mark with nothing to stand on would change the cell before it.
            grapheme = "\u25CC" + grapheme;
        }
        Current = new(grapheme, TextWidth.OfGrapheme(grapheme), start, _at);
        return true;
    }

    private static string Single(char letter) => letter < 128 ? _ascii[letter] : GlyphPool.Of([letter]);
}
