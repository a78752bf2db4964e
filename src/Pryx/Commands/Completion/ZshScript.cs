using System.Text;

namespace Pryx.Commands.Completion;

/// <summary>For zsh, with what each word is for.</summary>
internal static class ZshScript
{
    public static string Of(IReadOnlyList<CommandNode> nodes)
    {
        var script = new StringBuilder("""
            #compdef pryx pryx-core pryx-tui
            # zsh completion for pryx. Made by: pryx completion zsh
            # To use it: pryx completion zsh > "${fpath[1]}/_pryx"
            _pryx_at() {
              case "$1" in

            """);
        foreach (var (typed, place) in CompletionScript.Steps(nodes))
        {
            script.Append($"    \"{typed}\") at='{place}' ;;\n");
        }
        script.Append("""
                *) return 1 ;;
              esac
            }
            _pryx_value() {
              known=() values=
              case "$1" in

            """);
        foreach (var node in nodes)
        {
            foreach (var option in node.Options.Where(ValueSource.Takes))
            {
                var source = ValueSource.Of(node, option);
                var spellings = string.Join('|', CompletionScript.Spellings(option).Select(spelling => $"\"{CompletionScript.PlaceOf(node)} {spelling}\""));
                script.Append($"    {spellings}) known=({string.Join(' ', source.Words.Select(static word => Quoted(word, null)))}) values='{source.Kind}' ;;\n");
            }
        }
        script.Append("""
                *) return 1 ;;
              esac
            }
            _pryx_words() {
              known=() flags=() values=
              case "$1" in

            """);
        foreach (var node in nodes)
        {
            var arguments = CompletionScript.ArgumentsOf(node);
            var known = node.Subcommands.Select(static command => Quoted(command.Name, command.Description)).Concat(arguments.Words.Select(static word => Quoted(word, null)));
            var options = node.Options.Select(static option => Quoted(option.Name, option.Description)).Append(Quoted("--help", "Show what it does"));
            script.Append($"    \"{CompletionScript.PlaceOf(node)}\")\n      known=({string.Join(' ', known)})\n      flags=({string.Join(' ', options)})\n      values='{arguments.Kind}' ;;\n");
        }
        script.Append("""
              esac
            }
            _pryx() {
              local at= option= values= word line i
              local -a known flags found
              for ((i = 2; i < CURRENT; i++)); do
                word=${words[i]}
                if [[ -n $option ]]; then
                  option=
                elif [[ $word == -* ]]; then
                  if _pryx_value "$at $word"; then option=$word; fi
                else
                  _pryx_at "$at $word"
                fi
              done
              flags=()
              if [[ -n $option ]]; then
                _pryx_value "$at $option"
              else
                _pryx_words "$at"
              fi
              if [[ $values == files ]]; then
                _files
              elif [[ -n $values ]]; then
                for line in ${(f)"$(${words[1]} complete $values 2>/dev/null)"}; do
                  found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
                done
                (( ${#found} )) && _describe -t values "$values" found
              fi
              (( ${#known} )) && _describe -t commands 'pryx' known
              (( ${#flags} )) && [[ ${words[CURRENT]} == -* ]] && _describe -o -t options 'option' flags
              return 0
            }
            if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
              _pryx "$@"
            else
              compdef _pryx pryx pryx-core pryx-tui
            fi

            """);
        return script.ToString();
    }

    // In single quotes, with the colon that separates the word from what it is for.
    private static string Quoted(string word, string? description)
    {
        var text = description is null ? Escaped(word) : $"{Escaped(word)}:{CompletionScript.Plain(description)}";
        return $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static string Escaped(string word) => word.Replace(":", "\\:", StringComparison.Ordinal);
}
