using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Questions over a screen.</summary>
internal static class Asking
{
    /// <summary>Before something that cannot be taken back.</summary>
    public static void Confirm(this ScreenHost host, string title, string text, string yes, Action onYes) => host.Ask(Dialog.Confirm(title, text, yes, onYes));

    public static void Ask(this ScreenHost host, string title, IReadOnlyList<StyledLine> body, params IReadOnlyList<DialogChoice> choices) => host.Ask(new Dialog(title, body, choices));

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
