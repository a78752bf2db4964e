namespace Pryx.Agent.Shell.Syntax;

/// <summary>A part of a script's tree.</summary>
public abstract record ShellNode
{
    /// <summary>Of a compound command as a whole.</summary>
    public IReadOnlyList<ShellRedirect> Redirects { get; init; } = [];
}

public sealed record SimpleNode(IReadOnlyList<ShellAssignment> Assignments, IReadOnlyList<ShellWord> Words) : ShellNode;

/// <summary>One after the other.</summary>
public sealed record SequenceNode(IReadOnlyList<ShellNode> Items) : ShellNode;

/// <summary>Commands between <c>&amp;&amp;</c> and <c>||</c>, from left to right.</summary>
/// <param name="Rest">Each with the operator before it.</param>
public sealed record AndOrNode(ShellNode First, IReadOnlyList<(bool IsAnd, ShellNode Node)> Rest) : ShellNode;

/// <summary>At least two commands, each in a process of its own.</summary>
public sealed record PipelineNode(IReadOnlyList<ShellNode> Parts) : ShellNode;

/// <summary>Not waited for.</summary>
public sealed record BackgroundNode(ShellNode Body) : ShellNode;

/// <summary><c>!</c>: success and failure change places.</summary>
public sealed record NegatedNode(ShellNode Body) : ShellNode;

/// <summary>Parentheses, or the inside of a command or process substitution.</summary>
public sealed record SubshellNode(ShellNode Body, bool IsSubstitution) : ShellNode;

/// <summary><c>{ … }</c>.</summary>
public sealed record GroupNode(ShellNode Body) : ShellNode;

public sealed record IfNode(IReadOnlyList<(ShellNode Condition, ShellNode Body)> Branches, ShellNode? Otherwise) : ShellNode;

/// <summary>while, until, for and select.</summary>
/// <param name="Condition">Of while and until.</param>
/// <param name="Variable">Of for and select.</param>
/// <param name="Words">What the variable runs over, or the expressions of an arithmetic for.</param>
public sealed record LoopNode(ShellNode? Condition, string? Variable, IReadOnlyList<ShellWord> Words, ShellNode Body) : ShellNode;

public sealed record CaseNode(ShellWord Subject, IReadOnlyList<(IReadOnlyList<ShellWord> Patterns, ShellNode Body)> Arms) : ShellNode;

public sealed record FunctionNode(string Name, ShellNode Body) : ShellNode;

/// <summary><c>[[ … ]]</c> and <c>(( … ))</c>: they run nothing but what is substituted in them.</summary>
public sealed record TestNode(IReadOnlyList<ShellWord> Words) : ShellNode;
