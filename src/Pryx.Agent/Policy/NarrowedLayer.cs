using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>Denies whatever is not on the list of a turn that was narrowed to some tools. What is on it is judged as ever: the list grants nothing.</summary>
/// <param name="by">Who narrowed it, such as <c>/review</c>.</param>
public sealed class NarrowedLayer(string by, IReadOnlyList<ToolRule> rules, string home) : IPolicyLayer
{
    public string Name => "narrowed";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) =>
        PolicyTools.IsHarmless(request.Tool) || rules.Any(rule => rule.Covers(request, access, home)) || IsWayOf(request, access)
            ? null
            : new(Decision.Deny, "narrowed", $"{by} may use only {(rules.Count == 0 ? "tools that touch nothing" : string.Join(", ", rules))}.");

    // A command that is on the list reads and writes what it reads and writes: that is judged where all is.
    private bool IsWayOf(PolicyRequest request, ToolAccess? access) =>
        access is { Command: { } command } && rules.Any(rule => rule.Covers(request, new ToolAccess(AccessKind.Execute, command), home));
}
