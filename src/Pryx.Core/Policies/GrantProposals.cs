using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Approvals;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Core.Policies;

/// <summary>
/// After three approvals of the same shape in a folder, one narrow grant for the next card. Everything it says of the rule was judged by
/// the policy of the turn with the rule in place; a rule that would let a neighbour through is not proposed at all.
/// </summary>
/// <param name="context">Where the calls of the turn are planned.</param>
public sealed class GrantProposals(ApprovalStore approvals, TurnPolicy policy, ToolSet tools, ToolContext context)
{
    private const int Enough = 3;
    private const int MaxNeighbours = 4;

    /// <summary>So often a proposal is passed over before it is not shown any more.</summary>
    private const int MaxPassedOver = 3;

    /// <summary>How far back approvals count, and how long a shape is left alone after a no.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>In days: how long what is proposed would hold.</summary>
    public const int Lifetime = 90;

    /// <summary>Null where there is nothing narrow to propose, or it was declined lately.</summary>
    public async Task<GrantProposal?> ForAsync(Approval asked, CancellationToken cancellationToken)
    {
        if (asked.Kind != ApprovalKind.Tool || asked.Pattern is not { } shape || IsGuarded(asked) || await ApprovedAsync(shape, cancellationToken) is not { } approved)
        {
            return null;
        }
        var calls = new List<PolicyRequest>();
        foreach (var question in (IEnumerable<Approval>)[asked, .. approved])
        {
            if ((HostOf(shape) is { } host ? ReachOf(question, host) : await RequestAsync(question.Tool, question.Args, cancellationToken)) is not { } request)
            {
                return null;
            }
            calls.Add(request);
        }
        if (NarrowRule.Of(shape, calls) is not { } rule || calls.SelectMany(static call => call.Plan.Accesses).Any(IsSecret))
        {
            return null;
        }
        var grant = new Grant("proposal", rule, IsStanding: true);
        foreach (var call in calls)
        {
            if ((await policy.JudgeWithAsync(call, grant, cancellationToken)).Decision != Decision.Allow)
            {
                // It would not spare the question: a floor, a mode or another rule asks it all the same.
                return null;
            }
        }
        return await NeighboursAsync(calls[0], grant, cancellationToken) is { Count: > 0 } neighbours
            ? new(rule.Text, GrantStore.ScopeOf(rule), context.Workspace, Lifetime, approved.Count)
            {
                WouldCover = [.. calls.Skip(1).Select(TextOf).Append(TextOf(calls[0])).Distinct(), .. await MoreAsync(calls[0], grant, cancellationToken)],
                WouldNotCover = [.. neighbours.Take(MaxNeighbours)],
            }
            : null;
    }

    // Newest first, back to the last no. Null: too few, or a proposal of this shape was declined within the window.
    private async Task<IReadOnlyList<Approval>?> ApprovedAsync(string shape, CancellationToken cancellationToken)
    {
        var found = new List<Approval>();
        var passedOver = 0;
        foreach (var state in await approvals.ListAnsweredAsync(shape, context.Workspace, context.Time.GetUtcNow() - Window, cancellationToken))
        {
            if (state.Answer is not { Approved: true } answer)
            {
                if (found.Count < Enough || state.Approval.Proposal is not null)
                {
                    return null;
                }
                break;
            }
            if (answer.TakesProposal)
            {
                // It was revoked since, or has expired: that begins anew.
                break;
            }
            passedOver += state.Approval.Proposal is null ? 0 : 1;
            if (answer is { Duration: GrantDuration.Once, EditedArgs: null, TakesFolderGrant: false } && !IsGuarded(state.Approval))
            {
                found.Add(state.Approval);
            }
        }
        return found.Count < Enough || passedOver >= MaxPassedOver ? null : [.. found.Take(Enough)];
    }

    // What the floor, untrusted text or a pin asks about stays asked; what was approved under them says nothing about other days.
    private static bool IsGuarded(Approval asked) => asked.Rule is not { } rule
        || rule is "taint" or "unclear" || rule.StartsWith("floor:", StringComparison.Ordinal) || rule.StartsWith("pin:", StringComparison.Ordinal);

    private static bool IsSecret(ToolAccess access) => access.Kind is AccessKind.Read or AccessKind.Write && SecretFiles.IsSecretName(access.Target);

    // The host that a running command wanted to reach: its question has the command's arguments.
    private static string? HostOf(string shape) =>
        !shape.StartsWith(PolicyTools.Network + ":", StringComparison.Ordinal) ? null
        : shape[(PolicyTools.Network.Length + 1)..] is var host && NamedHosts.Find(host) is { Count: > 0 } named ? named[0] : host;

    private PolicyRequest ReachOf(Approval question, string host) =>
        new(question.Tool, new ToolPlan(question.Summary, [new ToolAccess(AccessKind.Network, host) { IsInferred = true }]), context.SessionId, context.Workspace, Provenance.User);

    private async Task<PolicyRequest?> RequestAsync(string name, JsonElement? args, CancellationToken cancellationToken)
    {
        var tool = tools.Find(name);
        if (tool is null || args is not { ValueKind: JsonValueKind.Object } given)
        {
            return null;
        }
        try
        {
            var plan = await tool.PlanAsync(ToolArguments.From(given), context, cancellationToken);
            return new(tool.Definition.PolicyName, plan, context.SessionId, context.Workspace, Provenance.User) { Arguments = given };
        }
        catch (ToolArgumentException)
        {
            return null;
        }
    }

    private async Task<List<NeighbourCall>?> NeighboursAsync(PolicyRequest call, Grant grant, CancellationToken cancellationToken)
    {
        var found = new List<NeighbourCall>();
        await foreach (var (text, neighbour) in AroundAsync(call, cancellationToken))
        {
            var judgement = await policy.JudgeWithAsync(neighbour, grant, cancellationToken);
            if (judgement.Decision != Decision.Allow)
            {
                found.Add(new(text, judgement.Decision == Decision.Deny ? "deny" : "ask", judgement.Reason));
            }
            else if ((await policy.JudgeWithAsync(neighbour, null, cancellationToken)).Decision != Decision.Allow)
            {
                // The rule says more than it looks. It is not proposed.
                return null;
            }
        }
        return found;
    }

    private async IAsyncEnumerable<(string Text, PolicyRequest Call)> AroundAsync(PolicyRequest call, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var access = call.Plan.Accesses.Count == 0 ? null : call.Plan.Accesses[0];
        if (access is null)
        {
            if (NeighbourCalls.OfTool(call.Tool) is { } other)
            {
                yield return (other, call with { Tool = other, Arguments = null });
            }
            yield break;
        }
        if (access.Kind != AccessKind.Network && CommandOf(call) is { } command)
        {
            foreach (var line in NeighbourCalls.OfCommand(command))
            {
                if (await CommandAsync(call, line, cancellationToken) is { } neighbour)
                {
                    yield return (line, neighbour);
                }
            }
            yield break;
        }
        var around = access.Kind == AccessKind.Network ? NeighbourCalls.OfHost(access) : NeighbourCalls.OfPath(access.Target, context.Workspace, access.Kind == AccessKind.Write);
        foreach (var other in around)
        {
            var neighbour = call with { Plan = new ToolPlan("", [other]), Arguments = null };
            yield return (TextOf(neighbour), neighbour);
        }
    }

    private async Task<IReadOnlyList<string>> MoreAsync(PolicyRequest call, Grant grant, CancellationToken cancellationToken) =>
        CommandOf(call) is { } command && NeighbourCalls.MoreOfCommand(command, grant.Rule) is { } more
            && await CommandAsync(call, more, cancellationToken) is { } request && (await policy.JudgeWithAsync(request, grant, cancellationToken)).Decision == Decision.Allow
            ? [more] : [];

    private async Task<PolicyRequest?> CommandAsync(PolicyRequest like, string command, CancellationToken cancellationToken)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("command", command);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return await RequestAsync(like.Tool, document.RootElement.Clone(), cancellationToken);
    }

    private static string? CommandOf(PolicyRequest call) =>
        call.Tool == PolicyTools.Shell ? call.Plan.Accesses.FirstOrDefault(static access => access.Kind == AccessKind.Execute)?.Target.Trim() : null;

    private string TextOf(PolicyRequest call)
    {
        if (CommandOf(call) is { } command)
        {
            return command;
        }
        var access = call.Plan.Accesses.Count == 0 ? null : call.Plan.Accesses[0];
        return access is null ? call.Plan.Summary
            : access.Kind == AccessKind.Network ? $"{access.Method} {access.Target}".Trim()
            : Path.GetRelativePath(context.Workspace, access.Target) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : access.Target;
    }
}
