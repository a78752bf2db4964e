using System.CommandLine;
using Pryx.Commands.Access;
using Pryx.Commands.Agents;
using Pryx.Commands.Approvals;
using Pryx.Commands.Audit;
using Pryx.Commands.Backup;
using Pryx.Commands.Chat;
using Pryx.Commands.Cloud;
using Pryx.Commands.Completion;
using Pryx.Commands.Costs;
using Pryx.Commands.Diagnostics;
using Pryx.Commands.Doctor;
using Pryx.Commands.Gateway;
using Pryx.Commands.Hooks;
using Pryx.Commands.Manual;
using Pryx.Commands.Mcp;
using Pryx.Commands.Memory;
using Pryx.Commands.Models;
using Pryx.Commands.Policies;
using Pryx.Commands.Preferences;
using Pryx.Commands.Processes;
using Pryx.Commands.Providers;
using Pryx.Commands.Run;
using Pryx.Commands.Service;
using Pryx.Commands.Sessions;
using Pryx.Commands.Setup;
using Pryx.Commands.Skills;
using Pryx.Commands.Undo;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>Every command, and the one road through which each is run: parse, act, report.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(CommandIo io, string name, string[] args)
    {
        args = ServeCommand.Translate(name, args);
        if (args.Length == 0)
        {
            io.Error.WriteLine($"{name}: say what to do. The terminal UI needs a terminal.");
            io.Error.WriteLine($"Next: {name} run \"what to do\", or {name} --help");
            return ExitCodes.Usage;
        }
        var root = Build(io, name, out var verbose);
        args = [NearestCommand.InItsNumber(root, args[0]), .. args[1..]];
        if (!args[0].StartsWith('-') && !NearestCommand.Is(root, args[0]))
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} Unknown command: {SafeText.Line(args[0], 60)}");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} {name} {NearestCommand.Of(root, args[0]) ?? "--help"}");
            io.Error.WriteLine($"Usage: {name} {string.Join('|', root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))} ...");
            return ExitCodes.Usage;
        }
        var parsed = root.Parse(args);
        if ((parsed.Errors is [var first, ..] ? Message(parsed, first) : Misuse.Of(parsed, args)) is { } wrong)
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} {SafeText.Line(wrong)}");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} {Path(name, parsed)} {Meant(parsed) ?? "--help"}");
            return args[0] == "config" ? ExitCodes.Failed : ExitCodes.Usage; // Scripts of older versions count on it.
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = io.Out,
                Error = io.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // Commands take signals themselves.
            });
        }
        catch (Exception e)
        {
            return ErrorReport.Show(io, e, parsed.GetValue(verbose));
        }
    }

    /// <summary>Every command there is: also what completions, the manual and the table of all commands are made from.</summary>
    /// <param name="name">Of the program as it was called.</param>
    public static RootCommand Build(CommandIo io, string name, out Option<bool> verbose)
    {
        verbose = new Option<bool>("--verbose") { Recursive = true, Description = "Show where an error came from" };
        var root = new RootCommand("Pryx: a local-first agent that works in your folder with tools you approve")
        {
            verbose,
            RunCommand.Create(io),
            SetupCommand.Create(io),
            LoginCommand.Create(io),
            LoginCommand.CreateLogout(io),
            StopCommand.Create(io),
            ApprovalCommand.Create(io),
            SessionCommand.Create(io),
            UndoCommand.CreateUndo(io),
            UndoCommand.CreateRedo(io),
            UndoCommand.CreateRewind(io),
            ProviderCommand.Create(io),
            ModelCommand.Create(io),
            SkillsCommand.Create(io),
            AgentCommand.Create(io),
            HooksCommand.Create(io),
            ChatCommandCommand.Create(io),
            MemoryCommand.Create(io),
            GrantCommand.Create(io),
            PinCommand.Create(io),
            ProcessCommand.Create(io),
            PolicyCommand.Create(io),
            TrustCommand.Create(io),
            TokenCommand.Create(io),
            CostCommand.Create(io),
            AuditCommand.Create(io),
            McpCommand.Create(io),
            DoctorCommand.Create(io),
            DiagnosticsCommand.Create(io),
            ConfigCommand.Create(io),
            ServeCommand.Create(io),
            ApiCommand.Create(io),
            UiCommand.Create(io),
            RemoteCommand.Create(io),
            BackupCommand.Create(io),
            ExportCommand.Create(io),
            ImportCommand.Create(io),
            ServiceCommands.Install(io),
            ServiceCommands.Uninstall(io),
            UninstallCommand.Create(io),
            CompletionCommand.Create(io),
            CompleteCommand.Create(io),
            ManCommand.Create(io),
            HelpStory.Create(io, name),
            ServeCommand.CreateCore(io),
        };
        foreach (var version in root.Options.OfType<VersionOption>().ToList())
        {
            root.Options.Remove(version); // Answered before any of this is built.
        }
        root.Options.Add(new Option<bool>("--version", "-V") { Description = "Show the version" });
        return root.WithNames(io);
    }

    // Of a group with a word that it does not know, the parser says only that a command is missing.
    private static string Message(ParseResult parsed, System.CommandLine.Parsing.ParseError first) =>
        parsed is { UnmatchedTokens: [var word, ..], CommandResult.Command: { Action: null, Subcommands.Count: > 0 } command } && !word.StartsWith('-')
            ? $"Unknown command: {command.Name} {SafeText.Line(word, 60)}"
            : parsed is { UnmatchedTokens: [var option, ..], CommandResult.Command: { Action: null, Subcommands.Count: > 0 } } ? $"Unrecognized command or argument '{SafeText.Line(option, 60)}'."
            : InWords(string.Join(' ', first.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    // The parser names types of the program.
    private static string InWords(string message)
    {
        var at = message.IndexOf(" as expected type ", StringComparison.Ordinal);
        return at < 0 ? message : message[..at] + (message.Contains("Int", StringComparison.Ordinal) ? ": a whole number is expected." : message.Contains("Decimal", StringComparison.Ordinal) || message.Contains("Double", StringComparison.Ordinal) ? ": a number is expected." : ": it is no such value.");
    }

    /// <summary>What was probably meant by a word that the command does not know; null when nothing is like it.</summary>
    private static string? Meant(ParseResult parsed) => (parsed.UnmatchedTokens is [var unmatched, ..] ? unmatched : Misuse.WordOf(parsed)) is not { } word ? null
        : word.StartsWith('-') ? NearestCommand.OptionOf(parsed, word)
        : NearestCommand.Of(parsed.CommandResult.Command, word);

    // The command as one types it.
    private static string Path(string name, ParseResult parsed)
    {
        var path = new List<string>();
        for (var at = parsed.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent)
        {
            path.Insert(0, at.Command.Name == "core" ? "serve" : at.Command.Name); // nobody types core
        }
        return string.Join(' ', [name, .. path]);
    }
}
