using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Documents;
using Pryx.Agent.Policy.Pins;
using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Policies;

/// <summary>
/// The policy of one turn: its layers are fixed, its grants are read anew for each call, so that an answer given a moment ago,
/// a revocation from another process and an expiry all count at once.
/// </summary>
public sealed class TurnPolicy(PolicySet layers, IReadOnlyList<Grant> forThisTurn, GrantStore store, string home, bool isFull = false) : IPolicy
{
    private Confinement _confinement = Confinement.None;

    /// <summary>The written policy in the mode's place; null for a mode.</summary>
    public PolicyDocument? Document { get; init; }

    /// <summary>What holds the programs of this turn's calls; finding it out starts programs, once in a process.</summary>
    public Func<Task<Confinement>> ConfinementAsync { get; init; } = static () => Task.FromResult(Confinement.None);

    /// <summary>A command may come: what holds it is found out while the model still thinks, so that a card waits for nothing.</summary>
    public void ExpectCommands() => _ = isFull ? null : ConfinementAsync();

    /// <summary>Where the commands of this turn run.</summary>
    public SandboxPolicy Sandbox => field ??= new BoundarySandbox(() => _confinement, isFull);

    /// <summary>Counts what the document limits; null where nothing is really done.</summary>
    public PolicyRates? Rates { get; init; }

    /// <summary>Whether the session is in plan mode at this moment.</summary>
    public Func<SessionId, CancellationToken, Task<bool>> IsPlanningAsync { get; init; } = static (_, _) => Task.FromResult(false);

    /// <summary>What the user has pinned; null where nothing can be.</summary>
    public PinStore? Pins { get; init; }

    /// <summary>Counts an input that begins a turn.</summary>
    /// <exception cref="PryxException">RATE_LIMITED</exception>
    public void TakeRequest(string who)
    {
        if (Document is { RequestsPerMinute: { } limit } document && Rates?.Take(document.Name, who, limit) is { } wait)
        {
            throw new PryxException("RATE_LIMITED", $"The policy {document.Name} allows {limit} requests a minute.", $"try again in {Math.Ceiling(wait.TotalSeconds):0} s") { RetryAfter = wait };
        }
    }

    public async ValueTask<Judgement> JudgeAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        if (Document is { ToolCallsPerMinute: { } limit } document && !PolicyTools.IsHarmless(PolicyTools.Canonical(request.Tool)) && Rates?.TakeCall(document.Name, request, limit) is { } tooMany)
        {
            return tooMany;
        }
        request = await ConfinedAsync(request);
        var used = new List<Grant>();
        var pinned = await PinsAsync(request, cancellationToken);
        var current = await CurrentAsync(request, pinned, used, null, cancellationToken);
        var judgement = current.Judge(request);
        if (judgement.Decision == Decision.Ask && pinned?.JudgeAll(PolicySet.Canonical(request)) is { Decision: Decision.Ask } asked)
        {
            // Whichever access it was about: a pin is answered by a person, and the card says that it is one.
            return asked;
        }
        return judgement.Decision != Decision.Allow ? judgement with { Next = NarrowestGrant.Find(current, request) }
            : used.Count == 0 ? judgement
            : judgement with { UsedGrants = [.. used.Select(static grant => grant.Id).OfType<string>().Distinct()] };
    }

    /// <summary>How a call that is not made would be judged if this were granted, too. Counts against no limit.</summary>
    /// <param name="extra">Null: as things are.</param>
    public async Task<Judgement> JudgeWithAsync(PolicyRequest request, Grant? extra, CancellationToken cancellationToken)
    {
        request = await ConfinedAsync(request);
        return (await CurrentAsync(request, await PinsAsync(request, cancellationToken), null, extra, cancellationToken)).Judge(request);
    }

    private async Task<PolicyRequest> ConfinedAsync(PolicyRequest request)
    {
        if (PolicyTools.Canonical(request.Tool) != PolicyTools.Shell)
        {
            return request;
        }
        _confinement = await ConfinementAsync();
        return request with { Confinement = _confinement };
    }

    private async Task<PinLayer?> PinsAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        var held = Pins is null ? [] : await Pins.ForAsync(request.SessionId, request.Workspace, cancellationToken);
        return held.Count == 0 ? null : new([.. held.Select(static pin => pin.Pin)], home);
    }

    private async Task<PolicySet> CurrentAsync(PolicyRequest request, PinLayer? pinned, List<Grant>? used, Grant? extra, CancellationToken cancellationToken)
    {
        var stored = await store.ForAsync(request.SessionId, request.Workspace, cancellationToken);
        var grants = new List<Grant>(forThisTurn.Count + stored.Count);
        grants.AddRange(forThisTurn);
        foreach (var grant in stored)
        {
            if (TryRule(grant.Pattern) is { } rule)
            {
                grants.Add(new($"grant:{grant.Id[..8]}", rule, IsStanding: grant.SessionId is null) { Id = grant.Id });
            }
        }
        if (extra is not null)
        {
            grants.Add(extra);
        }
        var planned = layers.Under(new PlanLayer(await IsPlanningAsync(request.SessionId, cancellationToken)));
        return (pinned is null ? planned : planned.Under(pinned)).With(new(grants, home) { Used = used });
    }

    // A grant of an older or newer version that can not be read (any more) grants nothing.
    private static ToolRule? TryRule(string pattern)
    {
        try
        {
            return ToolRule.ParseGrant(pattern);
        }
        catch (PryxException)
        {
            return null;
        }
    }
}
