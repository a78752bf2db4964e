using System.CommandLine;
using System.Reflection;
using Pryx.Commands.Completion;
using Pryx.Terminal;

namespace Pryx.Commands.Manual;

/// <summary><c>pryx man</c>: the manual, from the same source as the help.</summary>
internal static class ManCommand
{
    public static Command Create(CommandIo io)
    {
        var page = new Argument<string?>("COMMAND") { Arity = ArgumentArity.ZeroOrOne, Description = "Whose page; of pryx itself without one" };
        var output = new Option<string?>("--output", "-o") { HelpName = "DIR", Description = "Write every page into this folder, as man looks for them" };
        var command = new Command("man", "Print a page of the manual, or write all of them") { page, output };
        command.SetAction(parsed =>
        {
            var all = CommandNode.Of((RootCommand)parsed.RootCommandResult.Command).ToList();
            if (parsed.GetValue(output) is { } folder)
            {
                var written = Write(all, Path.GetFullPath(folder, io.WorkingDirectory));
                io.Out.WriteLine($"{written} pages written to {SafeText.Line(folder, 400)}. To read one: man {SafeText.Line(Path.Combine(folder, "pryx.1"), 400)}");
                return ExitCodes.Ok;
            }
            var wanted = parsed.GetValue(page);
            var node = all.FirstOrDefault(node => wanted is null ? node.Path.Count == 0 : node.Path.Count == 1 && node.Words.Contains(wanted))
                ?? throw UsageError.Of($"There is no command {SafeText.Line(wanted!, 60)}.");
            io.Out.Write(ManPage.Of(node, all, Version));
            return ExitCodes.Ok;
        });
        return command.WithExamples("pryx man run | man -l -\npryx man --output ~/.local/share/man/man1");
    }

    private static string Version => typeof(ManCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    private static int Write(List<CommandNode> all, string folder)
    {
        Directory.CreateDirectory(folder);
        var pages = all.Where(static node => node.Path.Count <= 1).ToList();
        foreach (var node in pages)
        {
            File.WriteAllText(Path.Combine(folder, ManPage.FileOf(node)), ManPage.Of(node, all, Version));
        }
        return pages.Count;
    }
}
