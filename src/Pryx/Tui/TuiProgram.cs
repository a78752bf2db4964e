using Pryx.Commands;
using Pryx.Protocol;
using Pryx.Terminal;
using Pryx.Tui.Driver;
using Pryx.Tui.Link;
using Pryx.Tui.Shell;

namespace Pryx.Tui;

/// <summary><c>pryx</c> without a command: draws at once, and finds or starts Core beside that.</summary>
internal static class TuiProgram
{
    /// <summary>True for what is no command: nothing, or a chat to go on with.</summary>
    public static bool IsAsked(string name, string[] args) =>
        name != "pryx-core" && args is [] or ["--continue"] or ["-c"] or ["--session", _];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CommandIo io, ICoreLink core, string name, string[] args)
    {
        var traits = io.Environment.Terminal;
        if (SystemTerminal.Problem(traits) is { } problem)
        {
            io.Error.WriteLine($"{name}: say what to do. The terminal UI can not run here: {problem}");
            io.Error.WriteLine($"Next: {name} run \"what to do\", or {name} --help");
            return ExitCodes.Usage;
        }
        SessionId? session = null;
        if (args is [_, var text])
        {
            if (!SessionId.TryParse(text, out var id))
            {
                io.Error.WriteLine($"{name}: '{SafeText.Line(text, 80)}' is not the whole id of a session.");
                io.Error.WriteLine($"Next: {name} session list, or choose it in {name} with Alt+2");
                return ExitCodes.Usage;
            }
            session = id;
        }
        await using var link = core;
        using var ending = new CancellationTokenSource();
        using var root = new Root(core, io) { ContinuesLast = args is ["--continue"] or ["-c"] };
        using var terminal = SystemTerminal.Open(traits, io.Time);
        using var app = new App(terminal, root, new AppOptions { Traits = traits, FollowsTerminal = true }, io.Time);
        root.Begin(app, session, ending.Token);
        try
        {
            return await app.RunAsync(CancellationToken.None);
        }
        finally
        {
            await ending.CancelAsync();
        }
    }
}
