using System.CommandLine;
using System.CommandLine.Completions;

namespace Pryx.Commands.Completion;

/// <summary>Where the values of an option or an argument come from.</summary>
/// <param name="Kind">A word of <see cref="CompleteCommand"/>, <c>files</c>, or null: nobody knows.</param>
/// <param name="Words">The only ones there are; empty when there are others.</param>
internal sealed record ValueSource(string? Kind, IReadOnlyList<string> Words)
{
    public const string Files = "files";
    private static readonly ValueSource _none = new(null, []);

    /// <summary>True for an option that is followed by a value.</summary>
    public static bool Takes(Option option) => option.ValueType != typeof(bool);

    public static ValueSource Of(CommandNode node, Option option)
    {
        if (!Takes(option))
        {
            return _none;
        }
        var words = option.GetCompletions(CompletionContext.Empty).Select(static item => item.Label).ToList();
        return words.Count > 0 ? new(null, words) : KindOf(node, option.Name, option.HelpName ?? "") is { } kind ? new(kind, []) : _none;
    }

    public static ValueSource Of(CommandNode node, Argument argument)
    {
        var words = argument.GetCompletions(CompletionContext.Empty).Select(static item => item.Label).ToList();
        return words.Count > 0 ? new(null, words) : KindOf(node, argument.Name, argument.Name) is { } kind ? new(kind, []) : _none;
    }

    // By the names that the commands themselves use: a new command that calls its argument ID or its option --model is completed like the others.
    private static string? KindOf(CommandNode node, string name, string shown) => (node.Path is [var first, ..] ? first : null, name) switch
    {
        (_, "--model") => "models",
        ("model", "NAME") => "models",
        (_, "--session") => "sessions",
        ("session", "ID" or "OTHER") => "sessions",
        ("stop", "SESSION") => "sessions",
        (_, "--provider") => "providers",
        ("provider", "NAME") => "providers",
        ("skills", "NAME") when node.Path[^1] is not ("new" or "install") => "skills",
        ("mcp", "NAME" or "SERVER") when node.Path[^1] != "add" => "servers",
        ("config", "KEY") => "keys",
        _ when shown is "FILE" or "DIR" or "FOLDER" or "DIRECTORY" || name is "--workspace" => Files,
        _ => null,
    };
}
