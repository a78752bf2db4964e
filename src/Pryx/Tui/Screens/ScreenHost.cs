using Pryx.Protocol.Errors;
using Pryx.Tui.Driver;
using Pryx.Tui.Link;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens;

/// <summary>What every screen stands on.</summary>
/// <param name="Folder">Where pryx was started; canonical.</param>
/// <param name="Overlays">Dialogs over all screens.</param>
/// <param name="Say">One line for the person: a thing done.</param>
/// <param name="Fail">An error for the person: what happened, why, what next, its trace id; a lost core among them.</param>
/// <param name="Stopping">Cancelled when the program ends.</param>
internal sealed record ScreenHost(App App, ICoreLink Core, string Folder, LayerStack Overlays, Action<string> Say, Action<PryxException> Fail, TimeProvider Time, CancellationToken Stopping);
