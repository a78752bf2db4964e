using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Undo;

/// <summary><c>pryx undo</c>, <c>pryx redo</c> and <c>pryx rewind</c>: what turns have changed is taken back, and brought back.</summary>
internal static class UndoCommand
{
    public static Command CreateUndo(CommandIo io)
    {
        var turn = new Option<int?>("--turn") { HelpName = "N", Description = "That turn alone (default: the last one that changed something); --list shows their numbers" };
        var list = new Option<bool>("--list") { Description = "The session's turns and what each has changed" };
        var options = new UndoOptions();
        var command = options.On(new Command("undo", "Take back what a turn has changed in the folder, effects of commands included") { turn, list });
        command.SetAction((parsed, cancellationToken) => RunAsync(io, parsed, options, parsed.GetValue(list) ? null : (session, force, paths) =>
            ($"/api/v1/sessions/{session}/undo", JsonSerializer.Serialize(new() { Turn = parsed.GetValue(turn), Force = force, Paths = paths }, UndoJson.Default.UndoRequest)), cancellationToken));
        return command.WithExamples("""
            pryx undo
            pryx undo --preview
            pryx undo --list
            pryx undo --turn 3 --force --file notes.txt
            """);
    }

    public static Command CreateRedo(CommandIo io)
    {
        var options = new UndoOptions();
        var command = options.On(new Command("redo", "Bring back what the last undo or rewind has taken back"));
        command.SetAction((parsed, cancellationToken) => RunAsync(io, parsed, options, (session, force, paths) =>
            ($"/api/v1/sessions/{session}/redo", JsonSerializer.Serialize(new() { Force = force, Paths = paths }, UndoJson.Default.UndoRequest)), cancellationToken));
        return command.WithExamples("pryx redo");
    }

    public static Command CreateRewind(CommandIo io)
    {
        var to = new Argument<int>("TURN") { Description = "The last turn that stays; 0 goes back to before the first" };
        var files = new Option<bool>("--files") { Description = "Only the files; the conversation stays" };
        var conversation = new Option<bool>("--conversation") { Description = "Only the conversation; the files stay" };
        var options = new UndoOptions();
        var command = options.On(new Command("rewind", "Go back to how it was after a turn: conversation and files") { to, files, conversation });
        command.SetAction((parsed, cancellationToken) =>
        {
            var (onlyFiles, onlyConversation) = (parsed.GetValue(files), parsed.GetValue(conversation));
            var what = onlyFiles == onlyConversation ? "both" : onlyFiles ? "files" : "conversation";
            return RunAsync(io, parsed, options, (session, force, paths) =>
                ($"/api/v1/sessions/{session}/rewind", JsonSerializer.Serialize(new() { To = parsed.GetValue(to), What = what, Force = force, Paths = paths }, UndoJson.Default.UndoRequest)), cancellationToken);
        });
        return command.WithExamples("""
            pryx rewind 2
            pryx rewind 2 --files --preview
            pryx redo
            """);
    }

    /// <param name="ask">The route and its body; null lists the turns.</param>
    private static async Task<int> RunAsync(CommandIo io, ParseResult parsed, UndoOptions options, Func<SessionId, bool, IReadOnlyList<string>?, (string Path, string Body)>? ask, CancellationToken cancellationToken)
    {
        var session = await FindSessionAsync(io, parsed.GetValue(options.Session), cancellationToken);
        return await ApiCall.RunAsync(io, async (api, token) =>
        {
            var isJson = parsed.GetValue(options.Json);
            if (ask is null)
            {
                var turns = await api.CallAsync("GET", $"/api/v1/sessions/{session}/checkpoints", null, UndoJson.Default.TurnChanges, token);
                if (isJson)
                {
                    io.Out.WriteLine(JsonSerializer.Serialize(turns, UndoJson.Default.TurnChanges));
                }
                else
                {
                    UndoText.Show(io, turns);
                }
                return ExitCodes.Ok;
            }
            var (force, paths) = (parsed.GetValue(options.Force), parsed.GetValue(options.Files) is { Length: > 0 } named ? (IReadOnlyList<string>)named : null);
            if (!force && !isJson && io.CanAsk && !parsed.GetValue(options.Preview))
            {
                var wouldLeave = (await CallAsync(ask(session, false, null), isPreview: true)).Left.Where(static path => path.IsConflict).ToList();
                paths = await ChooseAsync(io, wouldLeave, token);
                force = paths.Count > 0;
            }
            var done = await CallAsync(ask(session, force, paths), parsed.GetValue(options.Preview));
            if (isJson)
            {
                io.Out.WriteLine(JsonSerializer.Serialize(done, UndoJson.Default.UndoneChanges));
            }
            else
            {
                UndoText.Show(io, done, session);
            }
            return done.Left.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;

            Task<UndoneChanges> CallAsync((string Path, string Body) call, bool isPreview) =>
                api.CallAsync("POST", $"{call.Path}{(isPreview ? "?preview=true" : "")}", call.Body, UndoJson.Default.UndoneChanges, token);
        }, cancellationToken);
    }

    // One by one: somebody's own work is at stake.
    private static async Task<IReadOnlyList<string>> ChooseAsync(CommandIo io, IReadOnlyList<LeftChange> conflicts, CancellationToken cancellationToken)
    {
        var chosen = new List<string>();
        foreach (var conflict in conflicts)
        {
            io.Keyboard.Discard();
            io.Error.Write($"{SafeText.Line(conflict.Path)}: {SafeText.Line(conflict.Why)}. Overwrite it? {io.ErrorStyle.Bold("[y/N]")} ");
            var answer = (await io.Keyboard.ReadAsync(cancellationToken)).KeyChar;
            io.Error.WriteLine(answer is 'y' or 'Y' ? "y" : "n");
            if (answer is 'y' or 'Y')
            {
                chosen.Add(conflict.Path);
            }
        }
        return chosen;
    }

    private static async Task<SessionId> FindSessionAsync(CommandIo io, string? id, CancellationToken cancellationToken)
    {
        SessionId? found = null;
        await ClientCommand.RunAsync(io, async (client, token) =>
        {
            found = id is not null ? (await SessionLookup.FindAsync(client, id, token)).Id : (await client.FindLatestSessionAsync(io.WorkingDirectory, token))?.Id;
            return ExitCodes.Ok;
        }, cancellationToken);
        return found ?? throw new PryxException("SESSION_NOT_FOUND", "No session has worked in this folder.", "name one with --session; pryx session list shows them");
    }

    /// <summary>What the three have in common.</summary>
    private sealed class UndoOptions
    {
        public Option<string?> Session { get; } = new("--session", "-s") { HelpName = "ID", Description = "The session (default: the one used last in this folder)" };
        public Option<bool> Preview { get; } = new("--preview") { Description = "Say what would be done, and do nothing" };
        public Option<bool> Force { get; } = new("--force") { Description = "Overwrite also what was changed since; redo brings that back" };
        public Option<string[]> Files { get; } = new("--file") { HelpName = "PATH", Description = "With --force: only this one; can be given more than once" };
        public Option<bool> Json { get; } = new("--json", "-j") { Description = "JSON on stdout" };

        public Command On(Command command)
        {
            command.Options.Add(Session);
            command.Options.Add(Preview);
            command.Options.Add(Force);
            command.Options.Add(Files);
            command.Options.Add(Json);
            return command;
        }
    }
}
