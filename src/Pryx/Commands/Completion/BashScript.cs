using System.Text;

namespace Pryx.Commands.Completion;

/// <summary>For bash from 3.2 on (macOS): no associative arrays, nothing of bash-completion.</summary>
internal static class BashScript
{
    public static string Of(IReadOnlyList<CommandNode> nodes)
    {
        var script = new StringBuilder("""
            # bash completion for pryx. Made by: pryx completion bash
            # To use it: pryx completion bash > ~/.local/share/bash-completion/completions/pryx
            _pryx_at() {
                case "$1" in

            """);
        foreach (var (typed, place) in CompletionScript.Steps(nodes))
        {
            script.Append($"        \"{typed}\") at='{place}' ;;\n");
        }
        script.Append("""
                    *) return 1 ;;
                esac
            }
            _pryx_value() {
                words= values=
                case "$1" in

            """);
        foreach (var node in nodes)
        {
            foreach (var option in node.Options.Where(ValueSource.Takes))
            {
                var source = ValueSource.Of(node, option);
                var spellings = string.Join('|', CompletionScript.Spellings(option).Select(spelling => $"\"{CompletionScript.PlaceOf(node)} {spelling}\""));
                script.Append($"        {spellings}) words='{string.Join(' ', source.Words)}' values='{source.Kind}' ;;\n");
            }
        }
        script.Append("""
                    *) return 1 ;;
                esac
            }
            _pryx_words() {
                words= values=
                case "$1" in

            """);
        foreach (var node in nodes)
        {
            var arguments = CompletionScript.ArgumentsOf(node);
            var words = node.Subcommands.Select(static command => command.Name).Concat(arguments.Words).Concat(node.Options.Select(static option => option.Name)).Append("--help");
            script.Append($"        \"{CompletionScript.PlaceOf(node)}\") words='{string.Join(' ', words)}' values='{arguments.Kind}' ;;\n");
        }
        script.Append("""
                esac
            }
            _pryx() {
                local cur=${COMP_WORDS[COMP_CWORD]} at= option= words values i word
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [[ -n $option ]]; then
                        option=
                    elif [[ $word == -* ]]; then
                        if _pryx_value "$at $word"; then option=$word; fi
                    else
                        _pryx_at "$at $word"
                    fi
                done
                if [[ -n $option ]]; then
                    _pryx_value "$at $option"
                else
                    _pryx_words "$at"
                    # Options are in the way until somebody types the dash.
                    if [[ $cur != -* && ( -n $values || $words != -* ) ]]; then
                        local kept=
                        for word in $words; do [[ $word == -* ]] || kept="$kept $word"; done
                        words=$kept
                    fi
                fi
                if [[ $values == files ]]; then
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return
                fi
                if [[ -n $values && $cur != -* ]]; then
                    words="$words $("${COMP_WORDS[0]}" complete "$values" 2>/dev/null | cut -f1)"
                fi
                COMPREPLY=($(compgen -W "$words" -- "$cur"))
            }
            complete -o default -F _pryx pryx pryx-core pryx-tui

            """);
        return script.ToString();
    }
}
