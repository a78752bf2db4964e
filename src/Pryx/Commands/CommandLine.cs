using System.CommandLine;
using Pryx.Commands.Access;
using Pryx.Commands.Run;
using Pryx.Commands.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>Every command, and the one road through which each is run: parse, act, report.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(CommandIo io, string name, string[] args)
    {
        if (args.Length == 0)
        {
            io.Error.WriteLine($"{name}: say what to do. The terminal UI does not exist yet.");
            io.Error.WriteLine($"Next: {name} run \"what to do\", or {name} --help");
            return ExitCodes.Usage;
        }
        var verbose = new Option<bool>("--verbose") { Recursive = true, Description = "Show where an error came from" };
        var root = new RootCommand("Pryx: a local-first agent that works in your folder with tools you approve")
        {
            verbose,
            RunCommand.Create(io),
            SessionCommand.Create(io),
            ProviderCommand.Create(io),
            GrantCommand.Create(io),
            TrustCommand.Create(io),
        };
        foreach (var version in root.Options.OfType<VersionOption>().ToList())
        {
            root.Options.Remove(version); // Answered before any of this is built.
        }
        root.Options.Add(new Option<bool>("--version", "-V") { Description = "Show the version" });

        var parsed = root.Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} {SafeText.Line(first.Message)}");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} {HelpFor(name, parsed)}");
            return ExitCodes.Usage;
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

    private static string HelpFor(string name, ParseResult parsed)
    {
        var path = new List<string>();
        for (var at = parsed.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent)
        {
            path.Insert(0, at.Command.Name);
        }
        return string.Join(' ', [name, .. path, "--help"]);
    }
}
