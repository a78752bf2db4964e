using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Policy;

/// <summary>Ordered mildest to strictest, so the strictest match is the maximum.</summary>
public enum Decision { Allow, Ask, Deny }

/// <param name="Rule">The rule that decided, as a person would find it: <c>floor:secrets</c>, <c>mode:workspace-only</c>, <c>grant:4f…</c>.</param>
/// <param name="Reason">One sentence for the card, the log and the model.</param>
public sealed record Judgement(Decision Decision, string Rule, string Reason)
{
    /// <summary>True for what no grant lowers: the floor, untrusted text, a secret, what is not understood.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The folder grant the card may offer; null when it would not help.</summary>
    public string? FolderGrant { get; init; }

    /// <summary>The narrowest flags under which the call would have been allowed, for the person who is not there; null when none would do.</summary>
    public string? Next { get; init; }

    /// <summary>Ids of the stored grants without which it would have been asked.</summary>
    public IReadOnlyList<string> UsedGrants { get; init; } = [];
}

/// <summary>A call as policy sees it.</summary>
/// <param name="Tool">Policy name.</param>
/// <param name="Taint">The least trusted text in the model's context.</param>
public sealed record PolicyRequest(string Tool, ToolPlan Plan, SessionId SessionId, string Workspace, Provenance Taint)
{
    /// <summary>Where the least trusted text came from, for the card.</summary>
    public string? TaintSource { get; init; }

    /// <summary>What the model sent, for rules about single arguments; null when it is not known.</summary>
    public System.Text.Json.JsonElement? Arguments { get; init; }

    /// <summary>What would hold a program of this call.</summary>
    public Confinement Confinement { get; init; } = Confinement.None;
}

/// <summary>Judges every tool call before it runs (FR1.6). Trouble in here means Deny, never run.</summary>
public interface IPolicy
{
    ValueTask<Judgement> JudgeAsync(PolicyRequest request, CancellationToken cancellationToken);
}
