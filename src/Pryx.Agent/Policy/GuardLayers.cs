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
            { Kind: AccessKind.Network, IsOwnService: true } when request.Confinement.IsOn => false,
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

/// <summary>
/// What could not be understood is asked, whatever was granted; except that a sandbox holds it where nobody has written rules about commands:
/// a rule that denies one could be got round with a text that nobody can read.
/// </summary>
/// <param name="isRuled">Somebody's written rules count.</param>
public sealed class UnclearLayer(bool isRuled) : IPolicyLayer
{
    public string Name => "unclear";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) =>
        request.Plan.Unclear is { } why && (isRuled || !request.Confinement.IsOn || !request.Plan.IsReadable) ? new(Decision.Ask, "unclear", why) : null;
}

/// <summary>A secret that the model holds only as a placeholder is asked about where its value would leave: a host, or a program that nothing keeps from one.</summary>
public sealed class SecretUseLayer : IPolicyLayer
{
    public string Name => "secret";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        if (request.Plan.UsesSecrets is not { Count: > 0 } secrets)
        {
            return null;
        }
        var leaves = access switch
        {
            null => !PolicyTools.IsHarmless(request.Tool),
            { Kind: AccessKind.Network } => true,
            { Kind: AccessKind.Execute } => !request.Confinement.IsOn || access.Boundary is not null,
            { Kind: AccessKind.Write } => !access.IsInsideWorkspace,
            _ => !PolicyTools.IsBuiltIn(request.Tool),
        };
        return leaves
            ? new(Decision.Ask, "secret", $"It would use the value behind {string.Join(", ", secrets)}{(access?.Kind == AccessKind.Network ? $" with {access.Target}" : "")}.")
            : null;
    }
}
