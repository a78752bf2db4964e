using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens;

/// <summary>One of the views that the number keys switch between.</summary>
internal interface IScreen : IView
{
    /// <summary>As in the bar and the palette, such as "Skills".</summary>
    string Name { get; }

    /// <summary>What can be pressed now, the most important first: <c>("Enter", "open")</c>.</summary>
    IReadOnlyList<(string Keys, string What)> Hints { get; }

    /// <summary>True while a field of it takes letters and digits: the number keys are text then.</summary>
    bool TakesText => false;

    /// <summary>It is seen from now on: reads what it shows.</summary>
    void Show();

    /// <summary>It is not seen any more: gives back timers and reads nothing.</summary>
    void Hide()
    {
    }
}
