using System.CommandLine;
using Pryx.Commands.Access;
using Pryx.Commands.Agents;
using Pryx.Commands.Approvals;
using Pryx.Commands.Audit;
using Pryx.Commands.Chat;
using Pryx.Commands.Cloud;
using Pryx.Commands.Costs;
using Pryx.Commands.Diagnostics;
using Pryx.Commands.Doctor;
using Pryx.Commands.Gateway;
using Pryx.Commands.Hooks;
using Pryx.Commands.Mcp;
using Pryx.Commands.Memory;
using Pryx.Commands.Models;
using Pryx.Commands.Policies;
using Pryx.Commands.Preferences;
using Pryx.Commands.Processes;
using Pryx.Commands.Providers;
using Pryx.Commands.Run;
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
            io.Error.WriteLine($"{name}: say what to do. The terminal UI does not exist yet.");
            io.Error.WriteLine($"Next: {name} run \"what to do\", or {name} --help");
            return ExitCodes.Usage;
        }
        var root = Build(io, out var verbose);
        args = [InItsNumber(root, args[0]), .. args[1..]];
        if (Unknown(root, args[0]) is { } nearest)
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} Unknown command: {SafeText.Line(args[0], 60)}");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} {name} {nearest}");
            io.Error.WriteLine($"Usage: {name} {string.Join('|', root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))} ...");
            return ExitCodes.Usage;
        }
        var parsed = root.Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} {SafeText.Line(string.Join(' ', first.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))}");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} {HelpFor(name, parsed)}");
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

    /// <summary>Every command there is.</summary>
    public static RootCommand Build(CommandIo io, out Option<bool> verbose)
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
            ServeCommand.CreateCore(io),
        };
        foreach (var version in root.Options.OfType<VersionOption>().ToList())
        {
            root.Options.Remove(version); // Answered before any of this is built.
        }
        root.Options.Add(new Option<bool>("--version", "-V") { Description = "Show the version" });
        return root;
    }

    /// <summary>The command that is meant by its name in the other number, such as <c>processes</c>; the word itself where there is none.</summary>
    private static string InItsNumber(RootCommand root, string word) =>
        ((string[])[word, $"{word}s", word.EndsWith("ies", StringComparison.Ordinal) ? $"{word[..^3]}y" : "", word.EndsWith("es", StringComparison.Ordinal) ? word[..^2] : "", word.EndsWith('s') ? word[..^1] : ""])
        .FirstOrDefault(form => form.Length > 2 && root.Subcommands.Any(command => command.Name == form || command.Aliases.Contains(form))) ?? word;

    /// <summary>What to type instead of a first word that is no command; null when it is one, or an option.</summary>
    private static string? Unknown(RootCommand root, string word)
    {
        if (word.StartsWith('-') || root.Subcommands.Any(command => command.Name == word || command.Aliases.Contains(word)))
        {
            return null;
        }
        var nearest = root.Subcommands.Where(command => !command.Hidden).Select(command => (command.Name, Distance: Distance(command.Name, word))).MinBy(candidate => candidate.Distance);
        return nearest.Distance <= 2 ? nearest.Name : "--help";
    }

    // Levenshtein, over two rows.
    private static int Distance(string one, string two)
    {
        var row = Enumerable.Range(0, two.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= two.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == two[j - 1] ? 0 : 1)));
            }
        }
        return row[^1];
    }

    private static string HelpFor(string name, ParseResult parsed)
    {
        var path = new List<string>();
        for (var at = parsed.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent)
        {
            path.Insert(0, at.Command.Name == "core" ? "serve" : at.Command.Name); // nobody types core
        }
        return string.Join(' ', [name, .. path, "--help"]);
    }
}
