using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Terminal;
using Pryx.Tui.Driver;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Shell;

/// <summary>What every screen stands on: the loop, the way to Core, and the few things that a screen may ask of the whole.</summary>
internal sealed class TuiContext(ICoreLink core, CommandIo io)
{
    private App? _app;
    private LinkWatch? _link;

    public ICoreLink Core => core;
    public CommandIo Io => io;
    public TimeProvider Time => io.Time;

    /// <summary>The folder that new sessions work in.</summary>
    public string Folder => io.WorkingDirectory;

    /// <summary>Who answers questions here.</summary>
    public string Principal => $"tui:{io.Environment.UserName}";
    public App App => _app ?? throw new InvalidOperationException("The loop does not run yet.");
    public LinkWatch Link => _link ?? throw new InvalidOperationException("The loop does not run yet.");

    /// <summary>Ends with the program.</summary>
    public CancellationToken Ending { get; private set; }

    public required Action<string> ShowScreen { get; init; }
    public required Action<SessionId> OpenSession { get; init; }
    public required Action<IView> Push { get; init; }
    public required Action<IView> Remove { get; init; }

    /// <summary>A line that goes away by itself.</summary>
    public required Action<string, Ink> Toast { get; init; }

    public void Begin(App app, CancellationToken ending)
    {
        (_app, Ending) = (app, ending);
        _link = new LinkWatch(core, app, Time);
    }

    /// <summary>Work beside the screen: what goes wrong is said in a line, nothing else stops.</summary>
    public void Run(Func<CancellationToken, Task> workAsync, Action<PryxException>? failed = null) => App.Start(async () =>
    {
        try
        {
            await workAsync(Ending);
        }
        catch (PryxException e)
        {
            if (e.Code == "CORE_GONE")
            {
                Link.Doubt();
            }
            if (failed is not null)
            {
                failed(e);
            }
            else
            {
                Toast($"{e.Message}{(e.Next is { } next ? $" → {next}" : "")}", Ink.Error);
            }
        }
        App.Invalidate();
    });
}
