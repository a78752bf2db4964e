using System.CommandLine;
using System.CommandLine.Parsing;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>What the parser lets through and no command can mean: a mistyped option taken for a name, and a name without a letter.</summary>
internal static class Misuse
{
    // Words of another program's command line, and values that may be empty on purpose.
    private static readonly string[] _foreign = ["COMMAND", "NAME TASK"];
    private static readonly string[] _mayBeEmpty = ["VALUE", "ARGS", "ARGUMENTS", .. _foreign];

    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Of(ParseResult parsed, string[] args)
    {
        // After -- everything is text.
        var options = args.TakeWhile(static word => word != "--").ToHashSet(StringComparer.Ordinal);
        foreach (var argument in parsed.CommandResult.Children.OfType<ArgumentResult>().Where(static result => result.Argument is { Hidden: false }))
        {
            var name = argument.Argument.Name;
            foreach (var token in argument.Tokens.Where(static token => token.Type == TokenType.Argument))
            {
                if (token.Value.Length == 0 && !_mayBeEmpty.Contains(name))
                {
                    return $"{name} is empty.";
                }
                if (token.Value.Length > 2 && token.Value.StartsWith("--", StringComparison.Ordinal) && !_foreign.Contains(name) && options.Contains(token.Value))
                {
                    return $"Unrecognized command or argument '{SafeText.Line(token.Value, 60)}'; what is no option goes behind --";
                }
            }
        }
        return null;
    }

    /// <summary>The word that is no option, if one is the reason.</summary>
    public static string? WordOf(ParseResult parsed) => parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static result => result.Tokens)
        .Select(static token => token.Value).FirstOrDefault(static value => value.StartsWith("--", StringComparison.Ordinal) && value.Length > 2);
}
