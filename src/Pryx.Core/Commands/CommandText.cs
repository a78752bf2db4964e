using System.Text;
using System.Text.RegularExpressions;

namespace Pryx.Core.Commands;

/// <summary>A command's body with a call's arguments in it.</summary>
/// <param name="Text">What the model reads.</param>
/// <param name="Shell">The command lines that the body includes, in their order.</param>
internal sealed partial record CommandText(string Text, IReadOnlyList<string> Shell)
{
    private const int MaxText = 200_000;

    /// <param name="arguments">As they are typed behind the name.</param>
    public static CommandText Of(string body, string arguments)
    {
        var words = Words(arguments);
        var shell = new List<string>();
        var text = new StringBuilder();
        var at = 0;
        // Found in what the file says, never in what is put into it.
        foreach (Match match in Inclusion().Matches(body))
        {
            text.Append(Filled(body[at..match.Index], arguments, words));
            var line = Filled(match.Groups["line"].Value, arguments, words).Trim();
            shell.Add(line);
            text.Append($"[output of: {line}]");
            at = match.Index + match.Length;
        }
        text.Append(Filled(body[at..], arguments, words));
        if (arguments.Length > 0 && !Place().IsMatch(body))
        {
            text.Append("\n\nArguments: ").Append(arguments);
        }
        return new(text.Length <= MaxText ? text.ToString() : text.ToString(0, MaxText) + "\n[cut: the command is longer than that]", shell);
    }

    // In one pass: a $1 within an argument is a text.
    private static string Filled(string part, string arguments, List<string> words) => Place().Replace(part, match =>
        match.Value == "$ARGUMENTS" ? arguments : words.ElementAtOrDefault(match.Value[1] - '1') ?? "");

    private static List<string> Words(string arguments) => [.. Word().Matches(arguments).Select(static match => match.Value is ['"', .. var quoted, '"'] ? quoted : match.Value)];

    [GeneratedRegex(@"\$ARGUMENTS|\$[1-9](?!\d)")]
    private static partial Regex Place();

    [GeneratedRegex(@"(?<![\w`])!`(?<line>[^`\n]{1,4000})`")]
    private static partial Regex Inclusion();

    [GeneratedRegex("""
        "[^"]*"|\S+
        """)]
    private static partial Regex Word();
}
