using System.CommandLine;
using System.Text;

namespace Pryx.Commands.Completion;

/// <summary>For fish from 3.0 on.</summary>
internal static class FishScript
{
    public static string Of(IReadOnlyList<CommandNode> nodes)
    {
        var script = new StringBuilder("""
            # fish completion for pryx. Made by: pryx completion fish
            # To use it: pryx completion fish > ~/.config/fish/completions/pryx.fish
            function __pryx_place
                set -l at
                set -l skip 0
                for word in (commandline -opc)[2..-1]
                    if test $skip = 1
                        set skip 0
                        continue
                    end
                    if string match -q -- '-*' $word
                        if __pryx_valued "$at $word"
                            set skip 1
                        end
                        continue
                    end
                    switch "$at $word"

            """);
        foreach (var (typed, place) in CompletionScript.Steps(nodes))
        {
            script.Append($"            case '{typed}'\n                set at '{place}'\n");
        }
        script.Append("""
                    end
                end
                echo "$at"
            end
            function __pryx_valued
                switch $argv[1]

            """);
        foreach (var node in nodes)
        {
            foreach (var option in node.Options.Where(ValueSource.Takes))
            {
                script.Append($"        case {string.Join(' ', CompletionScript.Spellings(option).Select(spelling => $"'{CompletionScript.PlaceOf(node)} {spelling}'"))}\n            return 0\n");
            }
        }
        script.Append("""
                end
                return 1
            end
            function __pryx_is
                set -l place (__pryx_place)
                test "$place" = "$argv[1]"
            end
            for name in pryx pryx-core pryx-tui
                complete -c $name -f

            """);
        foreach (var node in nodes)
        {
            var at = $"-n \"__pryx_is '{CompletionScript.PlaceOf(node)}'\"";
            foreach (var command in node.Subcommands)
            {
                script.Append($"    complete -c $name {at} -a {command.Name} -d {Quoted(command.Description)}\n");
            }
            var arguments = CompletionScript.ArgumentsOf(node);
            if (Values(arguments) is { } values)
            {
                script.Append($"    complete -c $name {at} {values}\n");
            }
            foreach (var option in node.Options)
            {
                script.Append($"    complete -c $name {at} {Spelled(option)}{(ValueSource.Takes(option) ? $" -r {Values(ValueSource.Of(node, option)) ?? "-f"}" : "")} -d {Quoted(option.Description)}\n");
            }
        }
        script.Append("end\n");
        return script.ToString();
    }

    private static string Spelled(Option option) => string.Join(' ', CompletionScript.Spellings(option).Select(static spelling => spelling.StartsWith("--", StringComparison.Ordinal) ? $"-l {spelling[2..]}" : $"-s {spelling[1..]}"));

    private static string? Values(ValueSource source) => source switch
    {
        { Kind: ValueSource.Files } => "-F",
        { Kind: { } kind } => $"-f -a \"($name complete {kind} 2>/dev/null)\"",
        { Words.Count: > 0 } => $"-f -a '{string.Join(' ', source.Words)}'",
        _ => null,
    };

    private static string Quoted(string? description) => $"'{CompletionScript.Plain(description).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
