using Pryx.Tui.Input;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>Something on the screen. All of it runs on the loop's one thread of events.</summary>
internal interface IView
{
    /// <summary>Draws all of it: the loop writes only what has changed.</summary>
    void Draw(Canvas canvas);

    /// <summary>True: the key was for this view, and nobody else gets it.</summary>
    bool OnKey(Key key) => false;

    bool OnPaste(string text) => false;

    /// <summary>The place counts on the whole screen: compare it with the area that was drawn last.</summary>
    bool OnMouse(MouseEvent mouse) => false;
}

/// <summary>A view that shows whether it gets the keys.</summary>
internal interface IFocusable : IView
{
    bool HasFocus { get; set; }
}
