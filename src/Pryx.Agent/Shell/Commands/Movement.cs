using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

/// <summary>Whether a part of a script may change the shell's folder for what comes after it.</summary>
internal static class Movement
{
    /// <param name="functions">Names that may do so too.</param>
    public static bool In(ShellNode node, HashSet<string>? functions) => node switch
    {
        SimpleNode { Words: var words } => words.Count > 0 && (!words[0].IsLiteral || words[0].Text is "cd" or "pushd" or "popd" or "command" or "builtin" or "eval" or "." or "source" || functions?.Contains(words[0].Text) == true),
        SequenceNode { Items: var items } => items.Any(item => In(item, functions)),
        AndOrNode { First: var first, Rest: var rest } => In(first, functions) || rest.Any(part => In(part.Node, functions)),
        NegatedNode { Body: var body } => In(body, functions),
        GroupNode { Body: var body } => In(body, functions),
        IfNode { Branches: var branches, Otherwise: var otherwise } => branches.Any(branch => In(branch.Condition, functions) || In(branch.Body, functions)) || (otherwise is not null && In(otherwise, functions)),
        LoopNode { Condition: var condition, Body: var body } => (condition is not null && In(condition, functions)) || In(body, functions),
        CaseNode { Arms: var arms } => arms.Any(arm => In(arm.Body, functions)),
        FunctionNode { Body: var body } => In(body, functions),
        // Processes of their own.
        _ => false,
    };
}
