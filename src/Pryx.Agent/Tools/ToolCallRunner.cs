using System.Diagnostics;
using Pryx.Agent.Approvals;
using Pryx.Agent.Context;
using Pryx.Agent.Hooks;
using Pryx.Agent.Policy;
using Pryx.Agent.Secrets;
using Pryx.Agent.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tools;

/// <summary>
/// Find, judge, ask, invoke: the only road to a side effect. Whatever goes wrong on it is a result the model can read;
/// only cancellation is thrown.
/// </summary>
public sealed class ToolCallRunner(TurnSetup setup, ITurnJournal journal, TimeProvider time) : IDisposable
{
    // One card at a time: what a person grants on the first one may settle the next.
    private readonly SemaphoreSlim _asking = new(1, 1);
    private int _deniedForWantOfPerson;
    private volatile bool _isParked;

    public int DeniedForWantOfPerson => _deniedForWantOfPerson;

    public void Dispose() => _asking.Dispose();

    /// <summary>People are asked again, though nobody answered before.</summary>
    public void BeginStep() => _isParked = false;

    /// <summary>What the call would touch, to see which calls of a step may run side by side; null when that can not be said.</summary>
    public async Task<ToolPlan?> TryPlanAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (setup.Tools.Find(call.Name) is not { } called)
        {
            return ToolPlan.WithoutAccess(call.Name);
        }
        try
        {
            var (tool, arguments) = setup.Tools.Resolve(called, ToolArguments.Parse(call.Arguments));
            return await tool.PlanAsync(arguments, Context(call), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null; // The call's own run meets the same trouble and answers with it.
        }
    }

    /// <summary>Runs one call to its stored result.</summary>
    public async Task RunAsync(ToolCall call, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = MaskedOutcome.Of(await AnswerAsync(call, items, cancellationToken), setup.Secrets);
        // What was done is stored, also when STOP came with its last byte.
        using var budget = new CancellationTokenSource(TurnRunner.ClosingBudget, time);
        await setup.Secrets.SaveAsync(budget.Token);
        await journal.CommitResultAsync(call, ResultOf(call, outcome, Stopwatch.GetElapsedTime(started)), budget.Token);
    }

    /// <summary>The result of a call that was not run to its end.</summary>
    public static ToolResult Unfinished(ToolCall call, ToolStatus status, string text) =>
        new(call.CallId, status, text) { TurnId = call.TurnId, Step = call.Step, Provenance = Provenance.Tool };

    private async Task<ToolOutcome> AnswerAsync(ToolCall call, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        if (setup.Tools.Find(call.Name) is not { } called)
        {
            return ToolOutcome.Error($"There is no tool named '{call.Name}'. The tools are: {string.Join(", ", setup.Tools.Tools.Select(known => known.Definition.WireName))}.");
        }
        var (taint, source) = ContextBuilder.TaintOf(items);
        var context = Context(call) with { Taint = taint, TaintSource = source };
        try
        {
            var (tool, arguments) = setup.Tools.Resolve(called, ToolArguments.Parse(call.Arguments));
            var permission = await PermitAsync(tool, call, arguments, context, items, cancellationToken);
            if (permission.Refusal is { } refusal)
            {
                return HookedOutcome.With(refusal, permission.Words);
            }
            var real = await RevealAsync(tool, permission.Arguments, permission.Plan, context, cancellationToken);
            // Decided last: what a person answered may have changed arguments and grants.
            var place = context with { Sandbox = setup.Sandbox.ModeOf(tool.Definition.PolicyName, permission.Plan, permission.Judgement, (host, token) => MayReachAsync(host, tool, call, permission.Arguments, items, token)) };
            // Before the call counts as started: what runs is remembered, or the user has read that it is not.
            place = place with { Memory = await RememberAsync(real.Plan, place, call, cancellationToken) };
            await journal.CommitStartAsync(call, permission.Plan.Summary, place.Sandbox, cancellationToken);
            ToolOutcome outcome;
            try
            {
                outcome = HookedOutcome.With(await OfToolAsync(token => tool.InvokeAsync(real.Arguments, real.Plan, place, token), cancellationToken), permission.Words);
                // What a program of the user's changes after a tool is the call's, too.
                outcome = HookedOutcome.With(outcome, await setup.Hooks.AfterToolAsync(Hooked(tool, permission.Arguments, context with { Memory = place.Memory }), MaskedOutcome.Of(outcome, setup.Secrets), cancellationToken));
            }
            finally
            {
                // Whatever it did, also when STOP ended it.
                await place.Memory.EndAsync(CancellationToken.None);
            }
            return permission.WasEdited
                ? outcome with { Text = $"The user changed the arguments to {permission.Arguments.Json.GetRawText()} before approving.\n{outcome.Text}" }
                : outcome;
        }
        catch (ToolArgumentException e)
        {
            return ToolOutcome.Error(e.Message);
        }
        catch (ToolCrashException e)
        {
            return ToolOutcome.Error($"The tool failed: {e.Message}");
        }
    }

    private async Task<ICallMemory> RememberAsync(ToolPlan plan, ToolContext place, ToolCall call, CancellationToken cancellationToken)
    {
        var memory = await setup.Memory.BeginAsync(plan, place.Sandbox, cancellationToken);
        if (memory.Notice is { } notice)
        {
            await journal.CommitItemAsync(new Notice("undo", notice) { TurnId = call.TurnId, Step = call.Step, Provenance = Provenance.Workspace }, cancellationToken);
        }
        return memory;
    }

    private readonly record struct Permission(ToolPlan Plan, Judgement Judgement, ToolArguments Arguments, bool WasEdited, ToolOutcome? Refusal, HookWords? Words = null);

    private static HookedCall Hooked(ITool tool, ToolArguments arguments, ToolContext context) => new(tool.Definition, context.CallId, arguments.Json, context);

    // The user's programs are asked first, for what they change is planned and judged like the model's own; then they can only tighten.
    private async Task<Permission> PermitAsync(ITool tool, ToolCall call, ToolArguments arguments, ToolContext context, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        var verdict = await setup.Hooks.BeforeToolAsync(Hooked(tool, arguments, context), cancellationToken);
        arguments = verdict.Arguments is { } changed ? ToolArguments.From(changed) : arguments;
        if (verdict.Decision == Decision.Deny)
        {
            return await RefusedAsync(tool, call, arguments, context, verdict, cancellationToken);
        }
        var permission = await PermitAsync(tool, call, arguments, context, items, verdict, cancellationToken);
        if (!permission.WasEdited || permission.Refusal is not null)
        {
            return permission with { Words = verdict.Words };
        }
        // What a person has made of it, no program has seen.
        var again = await setup.Hooks.BeforeToolAsync(Hooked(tool, permission.Arguments, context), cancellationToken);
        return again.Decision == Decision.Deny ? await RefusedAsync(tool, call, permission.Arguments, context, again, cancellationToken) : permission with { Words = verdict.Words };
    }

    private async Task<Permission> RefusedAsync(ITool tool, ToolCall call, ToolArguments arguments, ToolContext context, HookVerdict verdict, CancellationToken cancellationToken)
    {
        var judgement = new Judgement(Decision.Deny, verdict.Rule, verdict.Reason);
        var plan = await TryPlanAsync(call, cancellationToken) ?? ToolPlan.WithoutAccess(tool.Definition.WireName);
        await journal.CommitJudgementAsync(call, arguments, plan.Summary, judgement, cancellationToken);
        return new(plan, judgement, arguments, false, Denied("Denied by a hook", verdict.Words is { Source: not null } ? null : verdict.Reason), verdict.Words);
    }

    private static Judgement Tightened(Judgement judgement, HookVerdict verdict) =>
        verdict.Decision == Decision.Ask && judgement.Decision == Decision.Allow ? new(Decision.Ask, verdict.Rule, verdict.Reason) { IsHeld = true } : judgement;

    private async Task<Permission> PermitAsync(ITool tool, ToolCall call, ToolArguments arguments, ToolContext context, IReadOnlyList<Item> items, HookVerdict verdict, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(tool, arguments, context, cancellationToken);
        var judgement = Tightened(await JudgeAsync(tool, arguments, plan, items, cancellationToken), verdict);
        await journal.CommitJudgementAsync(call, arguments, plan.Summary, judgement, cancellationToken);
        if (judgement.Decision != Decision.Ask)
        {
            return new(plan, judgement, arguments, false, judgement.Decision == Decision.Deny ? Denied("Denied by policy", judgement.Reason) : null);
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            var wasEdited = false;
            while (true)
            {
                // Anew: a grant given on another card may cover this call by now, and edited arguments are another call.
                judgement = Tightened(await JudgeAsync(tool, arguments, plan, items, cancellationToken), verdict);
                if (judgement.Decision != Decision.Ask)
                {
                    await journal.CommitJudgementAsync(call, arguments, plan.Summary, judgement, cancellationToken);
                    return new(plan, judgement, arguments, wasEdited, judgement.Decision == Decision.Deny ? Denied("Denied by policy", judgement.Reason) : null);
                }
                // A diff is made of the real file; who looks at it sees placeholders.
                var (planned, given) = await RevealAsync(tool, arguments, plan, context, cancellationToken);
                var preview = await OfToolAsync(token => tool.PreviewAsync(given, planned, context, token).AsTask(), cancellationToken);
                preview = preview with { Text = preview.Text is { } text ? setup.Secrets.Mask(text) : null };
                await setup.Secrets.SaveAsync(cancellationToken);
                var answer = await AskAsync(Question(tool, call, arguments, plan, preview, judgement), cancellationToken);
                if (!answer.Approved)
                {
                    if (answer.IsForWantOfPerson)
                    {
                        Interlocked.Increment(ref _deniedForWantOfPerson);
                    }
                    if (answer.IsTimedOut)
                    {
                        return new(plan, judgement, arguments, wasEdited, ToolOutcome.Error("approval timed out: nobody answered, so it was not done."));
                    }
                    return new(plan, judgement, arguments, wasEdited, answer.IsForWantOfPerson
                        ? Denied("Denied", $"this needs a person's approval and nobody can be asked ({judgement.Reason})")
                        : Denied("Denied by the user", answer.Reason));
                }
                if (answer.EditedArgs is not { } edited)
                {
                    // Minutes may have passed: what would run now must be what was answered, down to where its paths lead.
                    plan = await PlanAsync(tool, arguments, context, cancellationToken);
                    if (answer.Binding is null || answer.Binding == ApprovalBinding.Of(Question(tool, call, arguments, plan, ToolPreview.None, judgement)))
                    {
                        return new(plan, judgement, arguments, wasEdited, null);
                    }
                    continue;
                }
                // Another call, with paths and hosts that no card has shown: its answer is for the arguments that it names.
                wasEdited = true;
                arguments = ToolArguments.From(edited);
                plan = await PlanAsync(tool, arguments, context, cancellationToken);
            }
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<ToolPlan> PlanAsync(ITool tool, ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var plan = await OfToolAsync(token => tool.PlanAsync(arguments, context, token).AsTask(), cancellationToken);
        var secrets = setup.Secrets.Reveal(arguments.Json);
        if (secrets.Unknown.Count > 0 && plan.Accesses.Any(access => access.Kind == AccessKind.Write) && !plan.Accesses.Any(access => access.Kind == AccessKind.Execute))
        {
            // It would stand in the file where a secret was.
            throw new ToolArgumentException($"{secrets.Unknown[0]} stands for no secret of this session, so nothing was written. Read the file again and use what it shows.");
        }
        return plan with { UsesSecrets = secrets.Placeholders };
    }

    // Judged and shown with placeholders, done with values; never another call than the one that was judged.
    private async Task<(ToolPlan Plan, ToolArguments Arguments)> RevealAsync(ITool tool, ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        if (plan.UsesSecrets.Count == 0)
        {
            return (plan, arguments);
        }
        var real = ToolArguments.From(setup.Secrets.Reveal(arguments.Json).Arguments);
        var realPlan = await OfToolAsync(token => tool.PlanAsync(real, context, token).AsTask(), cancellationToken);
        return RevealedPlan.Difference(plan, realPlan, setup.Secrets, plan.UsesSecrets) is { } difference
            ? throw new ToolArgumentException(difference)
            : (realPlan, real);
    }

    // The boundary of a command that is already running: each host that it reaches is judged when it does.
    private async Task<bool> MayReachAsync(HostRequest host, ITool tool, ToolCall call, ToolArguments arguments, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        var plan = new ToolPlan($"Let {call.Tool} reach {host.Target}", [new ToolAccess(AccessKind.Network, host.Target) { IsInferred = true }])
        {
            UsesSecrets = setup.Secrets.Reveal(arguments.Json).Placeholders,
            GrantPattern = $"{PolicyTools.Network}:{NamedHosts.NameOf(host.Target) ?? host.Target}",
        };
        await _asking.WaitAsync(cancellationToken);
        try
        {
            var judgement = await JudgeAsync(tool, arguments, plan, items, cancellationToken);
            await journal.CommitJudgementAsync(call, arguments, plan.Summary, judgement, cancellationToken);
            if (judgement.Decision != Decision.Ask)
            {
                return judgement.Decision == Decision.Allow;
            }
            return (await AskAsync(Question(tool, call, arguments, plan, ToolPreview.None, judgement), cancellationToken)) is { Approved: true, EditedArgs: null };
        }
        catch (ParkedException)
        {
            return false; // The command is running: it can not wait without a process. The next call asks anew.
        }
        finally
        {
            _asking.Release();
        }
    }

    // The tool's edge: its crash is an answer too. What the journal or the desk throws is not the tool's and ends the turn.
    private static async Task<TResult> OfToolAsync<TResult>(Func<CancellationToken, Task<TResult>> callAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await callAsync(cancellationToken);
        }
        catch (Exception e) when (e is not (ToolArgumentException or ParkedException) && (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            throw new ToolCrashException(e.Message, e);
        }
    }

    private sealed class ToolCrashException(string message, Exception inner) : Exception(message, inner);

    private async Task<Judgement> JudgeAsync(ITool tool, ToolArguments arguments, ToolPlan plan, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        var (taint, source) = ContextBuilder.TaintOf(items);
        try
        {
            return await setup.Policy.JudgeAsync(
                new PolicyRequest(tool.Definition.PolicyName, plan, setup.SessionId, setup.Workspace, taint) { TaintSource = source, Arguments = arguments.Json }, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Judgement(Decision.Deny, "policy:error", $"the policy could not be evaluated: {e.Message}");
        }
    }

    private async Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken)
    {
        if (_isParked)
        {
            // Whoever did not answer the question before would not answer this one: it is asked when they are back.
            throw new ParkedException();
        }
        try
        {
            return await setup.Approvals.AskAsync(approval, cancellationToken);
        }
        catch (ParkedException)
        {
            _isParked = true;
            throw;
        }
    }

    private Approval Question(ITool tool, ToolCall call, ToolArguments arguments, ToolPlan plan, ToolPreview preview, Judgement judgement)
    {
        var question = Unbound(tool, call, arguments, plan, preview, judgement);
        return question with { Binding = ApprovalBinding.Of(question) };
    }

    private Approval Unbound(ITool tool, ToolCall call, ToolArguments arguments, ToolPlan plan, ToolPreview preview, Judgement judgement) => new()
    {
        Id = ApprovalId.New(),
        SessionId = setup.SessionId,
        TurnId = setup.TurnId,
        CallId = call.CallId,
        Kind = ApprovalKind.Tool,
        Tool = tool.Definition.PolicyName,
        Args = arguments.Json,
        Touches = ApprovalBinding.TouchesOf(plan),
        Summary = plan.Summary,
        Preview = preview.Text,
        PreviewKind = preview.Kind,
        Reason = judgement.Reason,
        RiskLevel = ToolRisk.Of(tool.Definition.PolicyName, plan, judgement),
        Rule = judgement.Rule,
        Pattern = plan.Unclear is null && ToolRule.IsGrantable(plan.GrantPattern) ? plan.GrantPattern : null,
        FolderGrant = judgement.FolderGrant,
        CreatedAt = time.GetUtcNow(),
        ExpiresAt = setup.ApprovalTimeout is { } timeout ? time.GetUtcNow() + timeout : null,
    };

    private ToolContext Context(ToolCall call) => new()
    {
        SessionId = setup.SessionId,
        TurnId = setup.TurnId,
        CallId = call.CallId,
        Workspace = setup.Workspace,
        OutputDirectory = setup.OutputDirectory,
        Environment = setup.Environment,
        IsTrusted = setup.IsTrusted,
        Secrets = setup.Secrets,
        OnOutput = (stream, text) => journal.Progress(new ProgressUpdate.ToolText(call.CallId, stream, text)),
        AskUserAsync = (question, cancellationToken) => AskUserAsync(call, question, cancellationToken),
        Model = setup.Call is null ? new ToolModel(setup, journal, call.Step, time) : null,
        Time = time,
    };

    private async Task<ApprovalAnswer> AskUserAsync(ToolCall call, UserQuestion question, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            var answer = await AskAsync(
                new Approval
                {
                    Id = ApprovalId.New(),
                    SessionId = setup.SessionId,
                    TurnId = setup.TurnId,
                    CallId = call.CallId,
                    Kind = ApprovalKind.Question,
                    Tool = call.Tool,
                    Summary = question.Question,
                    Choices = question.Choices,
                    Reason = "the agent asks you",
                    RiskLevel = RiskLevel.Low,
                    CreatedAt = time.GetUtcNow(),
                    ExpiresAt = setup.ApprovalTimeout is { } timeout ? time.GetUtcNow() + timeout : null,
                },
                cancellationToken);
            if (answer.IsForWantOfPerson)
            {
                Interlocked.Increment(ref _deniedForWantOfPerson);
            }
            return answer;
        }
        finally
        {
            _asking.Release();
        }
    }

    private static ToolOutcome Denied(string what, string? reason) =>
        new(ToolStatus.Denied, string.IsNullOrWhiteSpace(reason) ? $"{what}." : $"{what}: {reason}");

    private static ToolResult ResultOf(ToolCall call, ToolOutcome outcome, TimeSpan took) => new(call.CallId, outcome.Status, outcome.Text)
    {
        TurnId = call.TurnId,
        Step = call.Step,
        DurationMs = (long)took.TotalMilliseconds,
        Attachments = outcome.Attachments,
        FullOutputPath = outcome.FullOutputPath,
        Command = outcome.Command,
        Provenance = outcome.Provenance,
        Source = outcome.Source,
    };
}
