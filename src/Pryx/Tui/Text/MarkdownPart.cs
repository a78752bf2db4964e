using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>A piece of a reply that can be laid out by itself: some blocks of Markdown, or a stretch of a code block.</summary>
internal sealed class MarkdownPart(bool isCode, string? language)
{
    private string _text = "";
    private List<StyledLine>? _lines;
    private int _width;

    public bool IsCode => isCode;
    public string? Language => language;

    /// <summary>The block had begun in an earlier part.</summary>
    public bool IsContinued { get; init; }
    public string Text
    {
        get => _text;
        set
        {
            if (_text != value)
            {
                (_text, _lines) = (value, null);
            }
        }
    }

    /// <summary>Laid out once for each width and text.</summary>
    public IReadOnlyList<StyledLine> Lines(int width)
    {
        if (_lines is null || _width != width)
        {
            _width = width;
            _lines = !isCode ? MarkdownText.Lines(_text, width)
                : [.. MarkdownText.Code(MarkdownBlocks.IsDiff(language, _text) ? DiffText.Lines(_text, withNumbers: false) : CodeText.Lines(_text, language), width)];
        }
        return _lines;
    }

    /// <summary>Layouts of what is far from the screen need no memory.</summary>
    public void Forget() => _lines = null;
}
