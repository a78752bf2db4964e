namespace Pryx.Agent.Shell.Commands;

/// <summary>command, builtin and exec: the rest of the words is a command, run by this very shell.</summary>
internal static class ShellPrefix
{
    public static Flow Judge(CommandCollector collector, ShellCommand command)
    {
        var words = command.Words;
        var name = words[0].Text;
        var at = 1;
        while (at < words.Count && words[at].IsLiteral && words[at].Text.StartsWith('-') && words[at].Text.Length > 1)
        {
            var option = words[at].Text;
            if (option == "--")
            {
                at++;
                break;
            }
            if (name == "command" && option is "-v" or "-V")
            {
                return Flow.Same(command.Folders);
            }
            if (name == "exec" && option is "-c" or "-l" or "-cl" or "-a")
            {
                at += option == "-a" ? 2 : 1;
                continue;
            }
            if (option != "-p" || name != "command")
            {
                collector.State.Note($"uses '{name}' in a way that is not understood");
            }
            at++;
        }
        if (at >= words.Count)
        {
            return Flow.Same(command.Folders);
        }
        if (AssignsBehindPrefix(words, at))
        {
            collector.State.Note($"uses '{name}' in a way that is not understood");
        }
        return collector.Add(new ShellCommand([.. words.Skip(at)], [], [], command.Context | CommandContext.Wrapped, command.Folders));
    }

    // "command export a=$x" splits the value into words in one shell and not in another.
    private static bool AssignsBehindPrefix(IReadOnlyList<ShellWord> words, int at) =>
        words[at].Text is "export" or "declare" or "typeset" or "local" or "readonly" && words.Skip(at).Any(word => word.Has(WordTraits.Splits));
}
