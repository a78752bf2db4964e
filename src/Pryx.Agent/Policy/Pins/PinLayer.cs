using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy.Pins;

/// <summary>What the user has pinned. It only tightens, in every mode and against every grant, and what it asks a person answers.</summary>
public sealed class PinLayer(IReadOnlyList<Pin> pins, string home) : IPolicyLayer
{
    public const string Prefix = "pin:";

    public string Name => "pins";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        Judgement? strictest = null;
        if (PolicyTools.IsHarmless(request.Tool))
        {
            return null;
        }
        foreach (var pin in pins)
        {
            if (pin.Reading is { Decision: { } decision, Targets: var targets } && (strictest is null || decision > strictest.Decision) && targets.Any(target => PinMatch.May(target, request, access, home)))
            {
                strictest = new(decision, $"{Prefix}{pin.Id[..Math.Min(8, pin.Id.Length)]}", $"You pinned: \"{pin.Text}\"");
            }
        }
        return strictest;
    }

    /// <summary>The strictest word of the pins on any access of the call; null where they are silent.</summary>
    public Judgement? JudgeAll(PolicyRequest request) => request.Plan.Accesses.Count == 0
        ? Judge(request, null, GrantSet.Empty)
        : request.Plan.Accesses.Select(access => Judge(request, access, GrantSet.Empty)).OfType<Judgement>().MaxBy(static judgement => judgement.Decision);
}
