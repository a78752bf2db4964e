using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pryx.Commands;

/// <summary>Adds examples to a command's help.</summary>
internal static class Help
{
    public static Command WithExamples(this Command command, string examples)
    {
        command.Options.Add(new HelpOption { Action = new ExamplesAction(examples) });
        return command;
    }

    private sealed class ExamplesAction(string examples) : SynchronousCommandLineAction
    {
        private readonly HelpAction _help = new();

        // Who asks for help has left out what is required, and is not told so.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = _help.Invoke(parseResult);
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
