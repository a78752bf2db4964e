using System.Text.Json;
using Pryx.Agent.Approvals;
using Pryx.Agent.Budgets;
using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Core.Events;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Providers.Rehearsal;

namespace Pryx.Core.Turns;

/// <summary>
/// Plays one short reply, from the request to the event a surface is shown, through the code that a real reply takes, in memory. What the
/// runtime does at first use of that code (compiling, binding, building serializers) then happens beside the opening of the store and not
/// between the provider's first word and the screen. It stores nothing, calls nobody and touches no network.
/// </summary>
public static class Rehearsal
{
    /// <returns>What a surface would have been shown, one JSON line for each event.</returns>
    public static async Task<IReadOnlyList<string>> PlayAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var client = RehearsalClient.Create();
        var stage = new Stage(time);
        var setup = new TurnSetup
        {
            SessionId = SessionId.New(),
            TurnId = stage.Turn,
            Route = new SingleModel(new ModelInfo(new ModelRef("rehearsal", "rehearsal")), client),
            Budget = new TurnBudget(new()),
            Instructions = "Say a.",
            Tools = new ToolSet([]),
            Policy = stage,
            Approvals = stage,
            Workspace = "/",
            OutputDirectory = "/",
        };
        var shown = stage.ShowAsync(cancellationToken);
        await new ModelStep(setup, stage, time).RunAsync(1, [new UserMessage("Say a.")], 0, default, cancellationToken);
        return [await shown];
    }

    /// <summary>All that one model reply asks for; it calls no tool, so nothing is judged, asked or stored.</summary>
    private sealed class Stage(TimeProvider time) : ITurnJournal, IPolicy, IApprovals
    {
        private readonly Subscription _subscription = new(null, static () => false);
        private readonly SessionId _session = SessionId.New();

        public TurnId Turn { get; } = TurnId.New();

        public async Task<string> ShowAsync(CancellationToken cancellationToken) =>
            JsonSerializer.Serialize((await _subscription.TakeAsync(null, time, cancellationToken))!, ProtocolJson.Default.PryxEvent);

        public void Progress(ProgressUpdate update) => _subscription.Offer(TurnProgress.Of(_session, Turn, update));

        public Task<IReadOnlyList<Item>> ReadItemsAsync(CancellationToken cancellationToken) => throw NotRehearsed();
        public Task<IReadOnlySet<string>> ReadStartedCallsAsync(CancellationToken cancellationToken) => throw NotRehearsed();
        public Task<bool> TakeSteeringAsync(int step, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitStepAsync(StepRecord step, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitCallAsync(CallRecord call, CancellationToken cancellationToken) => Task.CompletedTask;
        public Task CommitTitleAsync(string title, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitJudgementAsync(ToolCall call, ToolArguments? arguments, string summary, Judgement judgement, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitStartAsync(ToolCall call, string summary, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitResultAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitItemAsync(Item item, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitWindowAsync(WindowChange change, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task<bool> CommitParkAsync(CancellationToken cancellationToken) => throw NotRehearsed();
        public Task CommitEndAsync(TurnOutcome outcome, CancellationToken cancellationToken) => throw NotRehearsed();
        public Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken) => throw NotRehearsed();
        public ValueTask<Judgement> JudgeAsync(PolicyRequest request, CancellationToken cancellationToken) => throw NotRehearsed();

        private static NotSupportedException NotRehearsed() => new("A rehearsal is one reply without a tool.");
    }
}
