using Pryx.Tui.Widgets;

namespace Pryx.Tui.Shell;

/// <summary>One of the places that number keys lead to.</summary>
internal interface IScreen : IView
{
    /// <summary>As the tab and the palette call it.</summary>
    string Title { get; }

    /// <summary>The digit that leads here; '\0' for none.</summary>
    char Digit { get; }

    /// <summary>Something is being typed: letters and digits are text.</summary>
    bool IsTyping { get; }

    /// <summary>Keys that work here, for the last line and the help.</summary>
    IReadOnlyList<KeyHint> Hints { get; }

    /// <summary>It comes into view; also when it is to be read anew.</summary>
    void Show();
}

internal readonly record struct KeyHint(string Key, string What);
