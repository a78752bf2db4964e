using System.CommandLine;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary><c>pryx help</c>: what to do first, every day, and when something is wrong. The list of everything is <c>--help</c>.</summary>
internal static class HelpStory
{
    /// <param name="name">Of the program as it was called.</param>
    public static string Text(string name) => $"""
        Pryx works in your folder with tools that you approve. It runs on this machine, under the names pryx and pryx-core.

        First:
          {name} provider add openai     a key for a model (or openrouter, anthropic, ollama …)
          {name} doctor                  is everything there that it needs?
          {name} run "explain this folder"

        Every day:
          {name} run "fix the failing test"
          {name} run --continue "now the docs"
          {name} approval list           what waits for your yes
          {name} undo                    take back what the last turn changed
          {name} session list            what was said; {name} session search WORDS finds it
          {name} cost summary            what it has cost
          {name} serve                   in the background, and then
          {name} ui                      in the browser

        To teach it more:
          {name} skills list             what it knows how to do
          {name} mcp list                tools of other programs
          {name} policy list             what it may do unasked
          {name} config list             every setting

        When something is wrong:
          {name} doctor                  what is broken, and the command that mends it
          {name} stop                    end what is running, at once
          {name} backup create           a copy of everything, before you try something

        To have it always there: {name} install-service. To be rid of it: {name} uninstall-service, {name} uninstall.

        More: {name} --help lists every command, {name} help COMMAND explains one, {name} man prints the manual.
        """;

    public static Command Create(CommandIo io, string name)
    {
        var words = new Argument<string[]>("COMMAND") { Arity = ArgumentArity.ZeroOrMore, Description = "What to explain" };
        var command = new Command("help", "What to do first, every day, and when something is wrong; or what one command does") { words };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(words) is { Length: > 0 } asked)
            {
                return CommandLine.RunAsync(io, name, [.. asked, "--help"]);
            }
            foreach (var line in Text(name).Split('\n'))
            {
                io.Out.WriteLine(Shown(io, line.TrimEnd('\r')));
            }
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    // Headings stand out, and a narrow terminal gets the commands without what they do.
    private static string Shown(CommandIo io, string line)
    {
        if (line.Length > 0 && line[0] != ' ' && line.EndsWith(':'))
        {
            return io.OutStyle.Bold(line);
        }
        var width = io.IsOutTerminal ? io.Size().Width : int.MaxValue;
        if (line.Length <= width)
        {
            return line;
        }
        var gap = line.StartsWith(' ') ? line.IndexOf("   ", 4, StringComparison.Ordinal) : -1;
        return gap > 0 ? line[..gap] : string.Join('\n', TextLayout.Wrap(line, Math.Max(20, width)));
    }
}
