using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>
/// One voice among several (the floor, the user's mode and rules, the workspace's, a channel's). A layer that throws denies.
/// Pure: it sees the request and the grants, and nothing else.
/// </summary>
public interface IPolicyLayer
{
    string Name { get; }

    /// <summary>True when no grant lowers this layer's Ask. No grant ever lowers a Deny.</summary>
    bool HoldsAgainstGrants { get; }

    /// <summary>The strictest of the rules that match, or null: the layer has nothing to say.</summary>
    /// <param name="access">Null for a call that says it touches nothing.</param>
    Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants);
}
