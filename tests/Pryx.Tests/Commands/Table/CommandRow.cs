using System.CommandLine;
using Pryx.Commands.Completion;

namespace Pryx.Tests.Commands.Table;

/// <summary>One line to type, made from the tree of commands: nobody has to remember to add a row for a new command.</summary>
/// <param name="Kind">What is good or bad about it.</param>
internal sealed record CommandRow(CommandNode Node, string Kind, IReadOnlyList<string> Arguments)
{
    /// <summary>No command, session, model, server or number is called so.</summary>
    public const string Nobody = "zzzz-none";

    // They hold the terminal, start programs of this machine, or ask a model: each has tests of its own.
    private static readonly string[] _onlyParsed = ["run", "serve", "ui", "core", "mcp serve", "mcp filesystem", "mcp shell", "mcp browser", "mcp clipboard", "mcp notifications", "mcp screen-capture", "mcp http", "mcp desktop-automation", "install-service", "uninstall-service", "uninstall", "setup", "login", "chat", "config edit", "model pull", "process run", "process start", "diagnostics", "policy new", "policy edit", "model refresh", "completion", "man"];

    // What they say depends on the machine.
    private static readonly string[] _varying = ["doctor"];

    public string Line => string.Join(' ', ["pryx", .. Arguments.Select(static word => word.Length == 0 ? "''" : word)]);

    /// <summary>What it says is another thing on another machine: only that it says something well-formed is held.</summary>
    public bool IsVarying => _varying.Contains(Node.Name);

    /// <summary>The parser alone must refuse it.</summary>
    public bool IsMisuse => Kind is "unknown option" or "missing argument" or "wrong type" or "too many";

    public static IEnumerable<CommandRow> Of(CommandNode node)
    {
        string[] path = [.. node.Path];
        yield return new(node, "help", [.. path, "--help"]);
        if (!TakesACommandLine(node))
        {
            yield return new(node, "unknown option", [.. path, .. Required(node, Nobody), "--frobnicate"]);
        }
        if (!node.IsLeaf)
        {
            yield return new(node, "unknown command", [.. path, Nobody]);
            yield break;
        }
        var required = Required(node, Nobody).ToList();
        if (required.Count > 0)
        {
            yield return new(node, "missing argument", path);
        }
        if (node.Arguments.All(static argument => argument.Arity.MaximumNumberOfValues <= 1))
        {
            yield return new(node, "too many", [.. path, .. node.Arguments.Select(static _ => Nobody), "one", "too", "many"]);
        }
        foreach (var option in node.Options.Where(IsTyped))
        {
            yield return new(node, "wrong type", [.. path, .. required, option.Name, Nobody]);
        }
        foreach (var option in node.Options.Where(static option => ValueSource.Takes(option)))
        {
            yield return new(node, "missing value", [.. path, .. required, option.Name]);
            break;
        }
        if (_onlyParsed.Contains(node.Name))
        {
            yield break;
        }
        if (required.Count > 0)
        {
            yield return new(node, "nobody's name", [.. path, .. required]);
            yield return new(node, "empty value", [.. path, .. Required(node, "")]);
        }
        else
        {
            yield return new(node, "good", path);
        }
        if (required.Count == 0 && node.Options.Any(static option => option.Name == "--json"))
        {
            yield return new(node, "good, as JSON", [.. path, "--json"]);
        }
    }

    // What follows belongs to another program.
    private static bool TakesACommandLine(CommandNode node) => node.Arguments.Any(static argument => argument.Name is "COMMAND" or "NAME TASK" && argument.Arity.MaximumNumberOfValues > 1);

    private static IEnumerable<string> Required(CommandNode node, string value) =>
        node.IsLeaf ? node.Arguments.SelectMany(argument => Enumerable.Repeat(value, argument.Arity.MinimumNumberOfValues)) : [];

    // Whatever is no text, and texts of which only some are good.
    private static bool IsTyped(Option option) => ValueSource.Takes(option)
        && ((Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) != typeof(string) && !option.ValueType.IsArray || option.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Any());
}
