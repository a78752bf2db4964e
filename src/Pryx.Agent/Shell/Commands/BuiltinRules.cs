using System.Collections.Frozen;
using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

/// <summary>The shell's own commands. Many of them can run text or set variables by name; only what is listed here as harmless is.</summary>
internal static class BuiltinRules
{
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
        [":", "true", "false", "echo", "pwd", "exit", "return", "break", "continue", "shift", "times", "umask", "ulimit", "jobs", "type", "kill", "dirs", "disown", "logout", "suspend", "fg", "bg"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Unclear = FrozenSet.ToFrozenSet(
        ["source", ".", "enable", "hash", "alias", "unalias", "bind", "complete", "compgen", "compopt", "fc", "history", "caller", "let"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Judged = FrozenSet.ToFrozenSet(
    [
        "cd", "pushd", "popd", "eval", "exec", "command", "builtin", "trap", "set", "shopt", "unset", "export", "declare", "typeset", "local", "readonly", "read", "mapfile", "readarray", "getopts", "printf", "test", "[", "wait",
    ], StringComparer.Ordinal);

    public static bool IsBuiltin(string name) => Harmless.Contains(name) || Judged.Contains(name) || Unclear.Contains(name);

    public static Flow Judge(CommandCollector collector, ShellCommand command)
    {
        var state = collector.State;
        var words = command.Words;
        var name = words[0].Text;
        if (Unclear.Contains(name))
        {
            state.Note($"uses '{name}', which changes what the shell does with the rest");
            return Flow.Same(null);
        }
        switch (name)
        {
            case "cd":
                return Cd(state, command);
            case "pushd" or "popd":
                return Flow.Same(null);
            case "eval":
                return Eval(collector, command);
            case "exec" or "command" or "builtin":
                return ShellPrefix.Judge(collector, command);
            case "trap":
                Trap(collector, command);
                break;
            case "export" or "declare" or "typeset" or "local" or "readonly":
                DeclarationRules.Note(state, command);
                break;
            case "set" or "shopt" or "unset" or "read" or "mapfile" or "readarray" or "getopts" or "wait":
                ShellStateRules.Note(state, words);
                break;
            case "printf" when words.Skip(1).Any(word => word.Text.StartsWith("-v", StringComparison.Ordinal)):
                state.Note("sets a variable of the shell");
                break;
            case "printf" when words.Count > 2 && words[1].MayBeOption:
                state.Note("gives 'printf' something that may be an option");
                break;
            case "test" or "[":
                TestRules.Note(state, words);
                break;
        }
        return Flow.Same(command.Folders);
    }

    private static Flow Cd(ParseState state, ShellCommand command)
    {
        var words = command.Words.Skip(1).SkipWhile(word => word.Raw is "-L" or "--").ToList();
        var target = words.Count switch { 0 => new WordPath("~", false), 1 => WordPath.Of(words[0]), _ => null };
        // "cd -" and physical folders are not followed; nor is a name that CDPATH may find elsewhere, which only an environment that sets it does.
        return target is { IsPattern: false, Text: var text } && !text.StartsWith('-')
            ? new(Folders.Change(command.Folders, text), command.Folders)
            : Flow.Same(null);
    }

    private static Flow Eval(CommandCollector collector, ShellCommand command)
    {
        if (command.Words.Skip(1).Any(word => !word.IsLiteral))
        {
            collector.State.Note("uses 'eval' on text that is not known");
            return Flow.Same(null);
        }
        collector.CollectText(string.Join(' ', command.Words.Skip(1).Select(word => word.Text)), collector.State.Dialect, command.Folders, command.Context);
        return Flow.Same(null);
    }

    private static void Trap(CommandCollector collector, ShellCommand command)
    {
        if (command.Words is [_, { IsLiteral: true, Text: var text }, _, ..] && !text.StartsWith('-') && (text.Length == 0 || !text.All(char.IsAsciiDigit)))
        {
            // It runs when the shell ends, wherever that is then.
            collector.CollectText(text, collector.State.Dialect, null, command.Context);
        }
        else if (command.Words is not [_, { Raw: "-" }, ..])
        {
            collector.State.Note("uses 'trap', which changes what the shell does with the rest");
        }
    }
}
