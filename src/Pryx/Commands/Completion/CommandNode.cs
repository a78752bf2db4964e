using System.CommandLine;
using System.CommandLine.Help;

namespace Pryx.Commands.Completion;

/// <summary>One command as a person sees it: what completions, the manual and the table of all commands are made from.</summary>
/// <param name="Path">The words that lead to it, after the program's name; empty for the program itself.</param>
/// <param name="Inherited">Options of the commands above it that hold here, too.</param>
internal sealed record CommandNode(IReadOnlyList<string> Path, Command Command, IReadOnlyList<Option> Inherited)
{
    /// <summary>As the manual and the scripts call it: <c>session list</c>.</summary>
    public string Name => string.Join(' ', Path);

    /// <summary>Its words, as typed.</summary>
    public IEnumerable<string> Words => [Command.Name, .. Command.Aliases];

    public IEnumerable<Command> Subcommands => Command.Subcommands.Where(static command => !command.Hidden);

    /// <summary>Its own and those that hold everywhere; without help, which all have.</summary>
    public IEnumerable<Option> Options => [.. Own(Command).Where(static option => option is not HelpOption), .. Inherited];

    public IEnumerable<Argument> Arguments => Command.Arguments.Where(static argument => !argument.Hidden);

    /// <summary>True where something is done, and not only found.</summary>
    public bool IsLeaf => !Subcommands.Any();

    /// <summary>The program and every command below it, parents first, in the order of the help.</summary>
    public static IEnumerable<CommandNode> Of(RootCommand root) => Of(new CommandNode([], root, []));

    private static IEnumerable<CommandNode> Of(CommandNode node)
    {
        yield return node;
        IReadOnlyList<Option> inherited = [.. node.Inherited, .. Own(node.Command).Where(static option => option.Recursive && option is not HelpOption)];
        foreach (var below in node.Subcommands.SelectMany(command => Of(new CommandNode([.. node.Path, command.Name], command, inherited))))
        {
            yield return below;
        }
    }

    private static IEnumerable<Option> Own(Command command) => command.Options.Where(static option => !option.Hidden);
}
