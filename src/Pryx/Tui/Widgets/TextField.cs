namespace Pryx.Tui.Widgets;

/// <summary>A text of one line.</summary>
internal sealed class TextField : TextEditor
{
    public TextField() => IsMultiline = false;
}
