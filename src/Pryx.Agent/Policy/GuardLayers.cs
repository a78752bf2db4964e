using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Policy;

/// <summary>After untrusted text, whatever sends or leaves the boundary is asked even where it was allowed; edits in the folder go on.</summary>
public sealed class TaintLayer : IPolicyLayer
{
    public string Name => "taint";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        if (request.Taint != Provenance.Untrusted)
        {
            return null;
        }
        var leaves = access switch
        {
            null => !PolicyTools.IsHarmless(request.Tool),
            // Inside a sandbox, without network, work goes on: there is nowhere to send to.
            { Kind: AccessKind.Execute, Boundary: null } when request.Confinement.IsOn => false,
            { Kind: AccessKind.Execute or AccessKind.Network } => true,
            { Kind: AccessKind.Write } => !access.IsInsideWorkspace,
            // A tool that is not ours says it only reads; it may as well send.
            _ => !PolicyTools.IsBuiltIn(request.Tool),
        };
        return leaves
            ? new(Decision.Ask, "taint", $"The context holds text from {request.TaintSource ?? "an untrusted source"}, which may be trying to steer this call.")
            : null;
    }
}

/// <summary>What could not be understood is asked, whatever was granted.</summary>
public sealed class UnclearLayer : IPolicyLayer
{
    public string Name => "unclear";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) =>
        request.Plan.Unclear is { } why && !(request.Confinement.IsOn && request.Plan.IsReadable) ? new(Decision.Ask, "unclear", why) : null;
}
