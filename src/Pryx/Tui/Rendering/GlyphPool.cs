namespace Pryx.Tui.Rendering;

/// <summary>The same grapheme is the same string, so that frames allocate nothing for text they have shown before.</summary>
internal static class GlyphPool
{
    // A hostile text could hold any number of different graphemes.
    private const int Most = 8192;
    [ThreadStatic]
    private static Dictionary<string, string>? _known;

    public static string Of(ReadOnlySpan<char> grapheme)
    {
        _known ??= new(StringComparer.Ordinal);
        var lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(grapheme, out var known))
        {
            return known;
        }
        if (_known.Count >= Most)
        {
            _known.Clear();
        }
        var text = grapheme.ToString();
        _known[text] = text;
        return text;
    }
}
