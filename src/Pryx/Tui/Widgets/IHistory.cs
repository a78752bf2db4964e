namespace Pryx.Tui.Widgets;

/// <summary>What was written before, for ↑ and ↓ of an editor.</summary>
internal interface IHistory
{
    /// <summary>The text before the one shown; null at the oldest.</summary>
    /// <param name="draft">What stands in the editor, to come back to.</param>
    string? Older(string draft);

    /// <summary>The text after the one shown, at last the draft; null when the draft is shown.</summary>
    string? Newer();
}
