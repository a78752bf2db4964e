using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>A piece of a reply that can be laid out by itself: some blocks of Markdown, or a stretch of a code block.</summary>
internal sealed class MarkdownPart(bool isCode, string? language)
{
    private string _text = "";

    public bool IsCode => isCode;
    public string? Language => language;

    /// <summary>The block had begun in an earlier part.</summary>
    public bool IsContinued { get; init; }

    /// <summary>Another number whenever the text changed.</summary>
    public int Version { get; private set; }
    public string Text
    {
        get => _text;
        set
        {
            if (_text != value)
            {
                (_text, Version) = (value, Version + 1);
            }
        }
    }

    public IReadOnlyList<StyledLine> Lines(int width) => !isCode ? MarkdownText.Lines(_text, width)
        : [.. MarkdownText.Code(MarkdownBlocks.IsDiff(language, _text) ? DiffText.Lines(_text, withNumbers: false) : CodeText.Lines(_text, language), width)];
}
