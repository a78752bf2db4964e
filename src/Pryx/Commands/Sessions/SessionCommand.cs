using System.CommandLine;
using Pryx.Commands.Costs;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary><c>pryx session …</c>: what is stored, read and kept in order.</summary>
internal static class SessionCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("session", "List, read, search, copy, archive, export and delete sessions")
        {
            List(io), Show(io), Search(io), Fork(io), Compare(io), Compact(io), SessionArchiveCommand.Summary(io), SessionArchiveCommand.Archive(io), SessionArchiveCommand.Unarchive(io), Export(io), Delete(io), SessionModeCommand.Create(io), SessionBudgetCommand.Create(io),
        };
        command.Aliases.Add("sessions");
        return command.WithExamples("""
            pryx session list
            pryx session show 3f2a
            pryx session search "connection string"
            pryx session export 3f2a --format markdown --output talk.md
            """);
    }

    private static Command List(CommandIo io)
    {
        var json = Json();
        var limit = new Option<int>("--limit", "-n") { HelpName = "N", Description = "The newest N (default 50)", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "The sessions, newest first") { json, limit };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionReports(client, io).ListAsync(Checked(parsed.GetValue(limit)), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx session list --json | jq -r '.[0].id'");
    }

    private static Command Show(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var full = new Option<bool>("--full") { Description = "Tool results and reasoning in full (also: --verbose)" };
        var command = new Command("show", "One session and what was said in it") { id, json, full };
        command.Aliases.Add("get");
        command.Aliases.Add("view");
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionReports(client, io).ShowAsync(parsed.GetValue(id)!, parsed.GetValue(json), parsed.GetValue(full) || parsed.GetValue<bool>("--verbose"), token), cancellationToken));
        return command.WithExamples("pryx session show 3f2a --verbose");
    }

    private static Command Search(CommandIo io)
    {
        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.OneOrMore, Description = "All of them must occur" };
        var json = Json();
        var limit = new Option<int>("--limit", "-n") { HelpName = "N", Description = "At most N hits (default 20)", DefaultValueFactory = _ => 20 };
        var command = new Command("search", "Find words in everything that was said and done") { words, json, limit };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionReports(client, io).SearchAsync(string.Join(' ', parsed.GetValue(words)!), Checked(parsed.GetValue(limit)), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx session search retry policy");
    }

    private static Command Fork(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var title = new Option<string?>("--title") { HelpName = "TEXT", Description = "Default: Copy of …" };
        var turn = new Option<int?>("--turn") { HelpName = "N", Description = "End the copy after this turn, 0 for before the first (pryx undo --list shows them)" };
        var command = new Command("fork", "Copy a session, to go on from it another way") { id, title, turn, json };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionEdits(client, io).ForkAsync(parsed.GetValue(id)!, parsed.GetValue(title), parsed.GetValue(turn), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx session fork 3f2a --turn 2 --title \"without the cache\"");
    }

    private static Command Compare(CommandIo io)
    {
        var one = new Argument<string>("ID") { Description = "A session" };
        var two = new Argument<string>("OTHER") { Description = "Another one, such as its copy" };
        var json = Json();
        var command = new Command("compare", "Where two sessions part, what each came to, and what it cost") { one, two, json };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionComparison(client, io).RunAsync(parsed.GetValue(one)!, parsed.GetValue(two)!, parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx session compare 3f2a 91bc");
    }

    private static Command Compact(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var instructions = new Option<string?>("--instructions") { HelpName = "TEXT", Description = "What the summary is to pay attention to" };
        var command = new Command("compact", "Summarise a session's history, to make room in the model's context window") { id, instructions, json };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionCompaction(client, io).RunAsync(parsed.GetValue(id)!, parsed.GetValue(instructions), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx session compact 3f2a --instructions \"keep the test names\"");
    }

    private static Command Export(CommandIo io)
    {
        var id = Id();
        var format = new Option<string>("--format") { HelpName = "json|markdown", Description = "Default: json", DefaultValueFactory = _ => "json" };
        format.AcceptOnlyFromAmong("json", "markdown");
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Default: stdout" };
        var command = new Command("export", "Write a session as JSON or Markdown") { id, format, output };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionReports(client, io).ExportAsync(parsed.GetValue(id)!, parsed.GetValue(format)!, parsed.GetValue(output), token), cancellationToken));
        return command.WithExamples("pryx session export 3f2a --format markdown > talk.md");
    }

    private static Command Delete(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var force = new Option<bool>("--force", "-f") { Description = "Do not ask" };
        var command = new Command("delete", "Delete a session with everything in it") { id, force, json };
        command.Aliases.Add("rm");
        command.Aliases.Add("remove");
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            new SessionEdits(client, io).DeleteAsync(parsed.GetValue(id)!, parsed.GetValue(force), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx session delete 3f2a --force");
    }

    private static Argument<string> Id() => new("ID") { Description = "The id, or at least its first 4 characters" };

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };

    private static int Checked(int limit) => limit is >= 1 and <= 1_000 ? limit : throw UsageError.Of("--limit must be between 1 and 1000.");
}
