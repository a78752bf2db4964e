using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Questions over a screen.</summary>
internal static class Asking
{
    /// <summary>Before something that cannot be taken back.</summary>
    public static void Confirm(this ScreenHost host, string title, string text, string yes, Action onYes) => host.Ask(Dialog.Confirm(title, text, yes, onYes));

    /// <summary>What there is no room for is counted, so that nobody says yes to what they believe they have seen whole.</summary>
    /// <param name="whole">The command that shows all of it; null where the window can only be made larger.</param>
    public static void Ask(this ScreenHost host, string title, Facts facts, string? whole, params IReadOnlyList<DialogChoice> choices)
    {
        var (width, height) = host.App.Size;
        var lines = facts.Lines(Math.Clamp(width - 8, 20, 66));
        var room = Math.Max(3, height - 7);
        host.Ask(new Dialog(title, lines.Count <= room ? lines : [.. lines.Take(room - 1), new($"… {lines.Count - room + 1} lines more: {whole ?? "make the window larger"}", Ink.Warning)], choices));
    }

    public static void Ask(this ScreenHost host, Dialog dialog)
    {
        dialog.Closed = () => host.Overlays.Remove(dialog);
        host.Overlays.Push(dialog);
    }

    public static void Ask(this ScreenHost host, Form form)
    {
        form.Closed = () => host.Overlays.Remove(form);
        host.Overlays.Push(form);
    }
}
