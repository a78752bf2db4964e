using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>
/// Ordered layers and grants. Each access of a plan is judged by itself and the strictest judgement counts: within a layer,
/// over the layers, over the accesses. Only where every layer is silent the answer is Ask. A grant lowers Ask to Allow, never Deny.
/// </summary>
public sealed class PolicySet(IReadOnlyList<IPolicyLayer> layers, GrantSet grants, bool takesStandingGrants = true) : IPolicy
{
    private static readonly Judgement Silent = new(Decision.Ask, "default", "No rule speaks of this.");

    /// <summary>The layers of a mode, in order: floor, guards (not in full), the mode, then the user's, the workspace's and a channel's own.</summary>
    public static PolicySet Create(PolicyMode mode, PolicyScope scope, GrantSet grants, params IEnumerable<IPolicyLayer> more)
    {
        List<IPolicyLayer> others = [.. more];
        IPolicyLayer[] guards = mode == PolicyMode.Full ? [] : [new TaintLayer(), new SecretUseLayer(), new UnclearLayer(others.Count > 0)];
        // Mode ask exists to show that every side effect is asked: what was allowed for ever, long ago, does not count there.
        return new([new FloorLayer(scope), new MemoryLayer(), .. guards, new ModeLayer(mode, scope), .. others], grants, mode != PolicyMode.Ask);
    }

    /// <summary>The layers of a written policy that stands in the mode's place.</summary>
    public static PolicySet Create(Documents.DocumentLayer chosen, PolicyScope scope, GrantSet grants, params IEnumerable<IPolicyLayer> more) =>
        new([new FloorLayer(scope), new MemoryLayer(), new TaintLayer(), new SecretUseLayer(), new UnclearLayer(isRuled: true), chosen, .. more], grants);

    public GrantSet Grants { get; } = grants;

    public PolicySet With(GrantSet other) => new(layers, other, takesStandingGrants);

    /// <summary>The same with one more layer before the others.</summary>
    public PolicySet Under(IPolicyLayer more) => new([more, .. layers], Grants, takesStandingGrants);

    public ValueTask<Judgement> JudgeAsync(PolicyRequest request, CancellationToken cancellationToken) => new(Judge(request));

    public Judgement Judge(PolicyRequest request)
    {
        request = Canonical(request);
        var accesses = request.Plan.Accesses;
        var strictest = JudgeAccess(request, accesses.Count == 0 ? null : accesses[0]);
        for (var i = 1; i < accesses.Count; i++)
        {
            var judgement = JudgeAccess(request, accesses[i]);
            // Of two questions the one speaks that a grant would not answer: the folder's is offered only where it answers the whole call.
            var isHarder = judgement.Decision == strictest.Decision && ((judgement.IsHeld && !strictest.IsHeld) || (judgement.FolderGrant is null && strictest.FolderGrant is not null));
            strictest = judgement.Decision > strictest.Decision || isHarder ? judgement : strictest;
        }
        return strictest;
    }

    /// <summary>The judgement on one access of the request.</summary>
    internal Judgement JudgeAccess(PolicyRequest request, ToolAccess? access)
    {
        Judgement? strictest = null;
        var holds = false;
        var isFolderOffered = true;
        for (var i = 0; i < layers.Count; i++)
        {
            var layer = layers[i];
            Judgement? judgement;
            try
            {
                judgement = layer.Judge(request, access, Grants);
            }
            catch (Exception e)
            {
                // A rule that fails must not be a rule that is absent.
                return new(Decision.Deny, $"{layer.Name}:error", $"The policy layer '{layer.Name}' failed ({e.GetType().Name}), so the call is denied.");
            }
            if (judgement is null)
            {
                continue;
            }
            // Between two of the same strictness the one that grants can not lower speaks.
            if (strictest is null || judgement.Decision > strictest.Decision || (judgement.Decision == strictest.Decision && layer.HoldsAgainstGrants && !holds))
            {
                (strictest, holds) = (judgement, layer.HoldsAgainstGrants);
            }
            // The folder grant answers only for what offers it: another layer's question is another one.
            isFolderOffered &= judgement.Decision == Decision.Allow || judgement.FolderGrant is not null;
        }
        strictest ??= Silent;
        if (strictest.Decision != Decision.Ask || holds)
        {
            return holds ? strictest with { FolderGrant = null, IsHeld = true } : strictest;
        }
        if (strictest.FolderGrant is not null && !isFolderOffered)
        {
            strictest = strictest with { FolderGrant = null };
        }
        return Granting(request, access, strictest.FolderGrant is not null) is { } grant ? new(Decision.Allow, grant.Label, $"Allowed by the grant '{grant.Rule}'.") : strictest;
    }

    private Grant? Granting(PolicyRequest request, ToolAccess? access, bool folder)
    {
        try
        {
            return Grants.Covering(request, access, takesStandingGrants, folder);
        }
        catch (Exception)
        {
            // Not covered: the question stays.
            return null;
        }
    }

    /// <summary>With the tool's name as policy spells it.</summary>
    public static PolicyRequest Canonical(PolicyRequest request)
    {
        var tool = PolicyTools.Canonical(request.Tool);
        return ReferenceEquals(tool, request.Tool) || tool == request.Tool ? request : request with { Tool = tool };
    }
}
