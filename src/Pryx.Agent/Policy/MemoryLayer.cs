using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Policy;

/// <summary>
/// What strangers have written is never remembered unasked, in any mode and whatever was granted: it would speak again in every session
/// that comes, where nothing tells any more whose words it was.
/// </summary>
public sealed class MemoryLayer : IPolicyLayer
{
    public string Name => "memory";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) => request is { Tool: PolicyTools.MemoryWrite, Taint: Provenance.Untrusted }
        ? new(Decision.Ask, "memory", $"It would be remembered in every later session, and the context holds text from {request.TaintSource ?? "an untrusted source"}.")
        : null;
}
