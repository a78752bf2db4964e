using Pryx.Agent.Shell.Commands;
using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell;

/// <summary>
/// A command line taken apart: every simple command that may run when a shell runs it, also those inside substitutions, functions, wrappers such as
/// sudo or xargs, and scripts given to another shell. Nothing is guessed: where it is not certain what a shell would do, <see cref="Unclear"/> says
/// why, and a rule must not allow it. Reading takes time in proportion to the text, and no text makes it throw.
/// </summary>
/// <param name="Commands">In the order written, a wrapper before what it runs; when the text is unclear, those that were understood.</param>
/// <param name="Unclear">Why the text is not understood, as the end of the sentence "it …"; null when it is.</param>
/// <param name="Tree">Null when the text could not be read to its end.</param>
public sealed record ShellScript(IReadOnlyList<ShellCommand> Commands, string? Unclear, ShellNode? Tree)
{
    /// <param name="dialect">The shell that will run it; where that is not certain, <see cref="ShellDialect.Posix"/>.</param>
    public static ShellScript Parse(string text, ShellDialect dialect = ShellDialect.Bash)
    {
        if (text.Length > ParseState.MaxLength)
        {
            return new([], "is too long", null);
        }
        var state = new ParseState(dialect);
        var tree = ListReader.ReadAll(new ScriptReader(text, state), isEmptyAllowed: false);
        var collector = new CommandCollector(state);
        if (tree is not null)
        {
            collector.Collect(tree);
        }
        if (state.Variables.Unsafe is { } name)
        {
            state.Note($"evaluates {name} as arithmetic, which may run what is in it");
        }
        return new(collector.Commands, state.Unclear, state.IsStopped ? null : tree);
    }

    /// <summary>True for the few variables that do not change which program runs or what it loads.</summary>
    public static bool IsHarmlessVariable(string name) => VariableRules.IsHarmless(name);
}
