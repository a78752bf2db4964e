using System.CommandLine;

namespace Pryx.Commands.Completion;

/// <summary>What every shell's script says: the words after each command, and where the rest comes from.</summary>
internal sealed class CompletionScript(RootCommand root)
{
    private readonly IReadOnlyList<CommandNode> _nodes = [.. CommandNode.Of(root)];

    /// <exception cref="Protocol.Errors.PryxException">USAGE: there is none for that shell.</exception>
    public string For(string shell) => shell switch
    {
        "bash" => BashScript.Of(_nodes),
        "zsh" => ZshScript.Of(_nodes),
        "fish" => FishScript.Of(_nodes),
        "powershell" => PowerShellScript.Of(_nodes),
        _ => throw UsageError.Of($"There is no completion for {shell}: bash, zsh, fish and powershell have one."),
    };

    /// <summary>How a script knows where it is: the canonical words, a space before each.</summary>
    public static string PlaceOf(CommandNode node) => string.Concat(node.Path.Select(static word => $" {word}"));

    /// <summary>Every way to type the step from a command to one below it.</summary>
    public static IEnumerable<(string Typed, string Place)> Steps(IEnumerable<CommandNode> nodes) =>
        from node in nodes
        where node.Path.Count > 0
        let above = string.Concat(node.Path.Take(node.Path.Count - 1).Select(static word => $" {word}"))
        from word in node.Words
        select ($"{above} {word}", PlaceOf(node));

    /// <summary>All spellings of an option, the short ones too.</summary>
    public static IEnumerable<string> Spellings(Option option) => [option.Name, .. option.Aliases];

    /// <summary>What is said beside it: one line without markup of any shell.</summary>
    public static string Plain(string? description)
    {
        var text = string.Join(' ', (description ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 70 ? text : text[..69].TrimEnd() + "…";
    }

    /// <summary>The source of a command's first argument that has one.</summary>
    public static ValueSource ArgumentsOf(CommandNode node) =>
        node.Arguments.Select(argument => ValueSource.Of(node, argument)).FirstOrDefault(static source => source.Kind is not null || source.Words.Count > 0) ?? new(null, []);
}
