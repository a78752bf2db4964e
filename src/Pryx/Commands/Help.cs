using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>Adds examples to a command's help.</summary>
internal static class Help
{
    /// <summary>As they were given; null when there are none.</summary>
    public static string? ExamplesOf(Command command) => command.Options.Select(static option => option.Action).OfType<ExamplesAction>().FirstOrDefault()?.Examples;

    public static Command WithExamples(this Command command, string examples)
    {
        command.Options.Add(new HelpOption { Action = new ExamplesAction(examples) });
        return command;
    }

    /// <summary>The program's own help says under which names it is called, and where to begin.</summary>
    public static RootCommand WithNames(this RootCommand root, CommandIo io)
    {
        root.Options.OfType<HelpOption>().Single().Action = new NamesAction(root);
        if (io.IsOutTerminal)
        {
            FitTo(root, io.Size().Width);
        }
        return root;
    }

    private static void FitTo(Command command, int width)
    {
        foreach (var option in command.Options)
        {
            switch (option.Action)
            {
                case NamesAction names:
                    names.Help.MaxWidth = width;
                    break;
                case ExamplesAction examples:
                    examples.Help.MaxWidth = width;
                    break;
            }
        }
        foreach (var below in command.Subcommands)
        {
            FitTo(below, width);
        }
    }

    private sealed class NamesAction(RootCommand root) : SynchronousCommandLineAction
    {
        public HelpAction Help { get; } = new();

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = Help.Invoke(parseResult);
            if (parseResult.CommandResult.Command == root)
            {
                parseResult.InvocationConfiguration.Output.WriteLine("pryx help says what to do first. Every command works under the names pryx and pryx-core.");
            }
            return code;
        }
    }

    private sealed class ExamplesAction(string examples) : SynchronousCommandLineAction
    {
        public HelpAction Help { get; } = new();

        public string Examples => examples;

        // Who asks for help has left out what is required, and is not told so.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = Help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in examples.Split('\n'))
            {
                output.WriteLine($"  {line.TrimEnd('\r')}");
            }
            return code;
        }
    }
}
