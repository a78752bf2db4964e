using Microsoft.Extensions.AI;
using Pryx.Agent.Approvals;
using Pryx.Agent.Budgets;
using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Agent.Tests;

/// <summary>One turn on a journal: run it, kill it, run it again.</summary>
internal sealed class TurnBench : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _suspend = new();

    public TurnBench(string input = "do it")
    {
        Journal = new MemoryJournal(SessionId.New(), Turn);
        Journal.Add(new UserMessage(input) { TurnId = Turn });
    }

    public TurnId Turn { get; } = TurnId.New();
    public MemoryJournal Journal { get; }
    public List<ITool> Tools { get; } = [];
    public FakeApprovals Approvals { get; } = new();
    public Func<PolicyRequest, Judgement> Policy { get; set; } = static _ => new(Decision.Allow, "test", "test");
    public TurnLimits Limits { get; set; } = new();
    public ModelPrice? Price { get; set; } = new(1, 2);
    public bool EndsOnFailedTool { get; set; }

    /// <summary>Changes what is known of the model.</summary>
    public Func<ModelInfo, ModelInfo> Model { get; set; } = static model => model;
    public CompactSession? Compact { get; set; }
    public ContextMeter Meter { get; } = new();
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public void Stop() => _stop.Cancel();

    public void Suspend() => _suspend.Cancel();

    public Task<TurnOutcome?> RunAsync(IChatClient model)
    {
        var setup = new TurnSetup
        {
            SessionId = Journal.Session,
            TurnId = Turn,
            Route = new SingleModel(Model(new ModelInfo(new ModelRef("test", "model")) { Price = Price }), model),
            Budget = new TurnBudget(Limits),
            Meter = Meter,
            Compact = Compact,
            Instructions = "You are a test.",
            Tools = new ToolSet(Tools),
            Policy = new FakePolicy(request => Policy(request)),
            Approvals = Approvals,
            Limits = Limits,
            Workspace = "/nowhere",
            OutputDirectory = "/nowhere",
            EndsOnFailedTool = EndsOnFailedTool,
        };
        return new TurnRunner(setup, Journal, Time).RunAsync(new TurnTokens(_stop.Token, _suspend.Token), TurnSpent.Nothing, TestContext.Current.CancellationToken);
    }

    /// <summary>The items behind the input, one line each: what a reader of the session would see.</summary>
    public IReadOnlyList<string> Story => [.. Journal.Items.Skip(1).Select(item => item switch
    {
        UserMessage user => $"user: {user.Text}",
        Reply { IsPartial: true } reply => $"partial: {reply.Text}",
        Reply reply => $"reply: {reply.Text}",
        Reasoning reasoning => $"reasoning: {reasoning.Text}",
        ToolCall call => $"call: {call.Name} {call.Arguments}",
        ToolResult result => $"{result.Status}: {result.Output}",
        Notice notice => $"notice {notice.Kind}",
        Summary summary => $"summary: {summary.Text}",
        _ => item.GetType().Name,
    })];

    public IEnumerable<ToolResult> Results => Journal.Items.OfType<ToolResult>();

    public void Dispose()
    {
        _stop.Dispose();
        _suspend.Dispose();
    }

    private sealed class FakePolicy(Func<PolicyRequest, Judgement> judge) : IPolicy
    {
        public ValueTask<Judgement> JudgeAsync(PolicyRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(judge(request));
    }
}

internal sealed class FakeApprovals : IApprovals
{
    public List<Approval> Asked { get; } = [];
    public Func<Approval, CancellationToken, Task<ApprovalAnswer>> Answer { get; set; } =
        static (_, _) => Task.FromResult(ApprovalAnswer.Deny("nobody") with { IsForWantOfPerson = true });

    public Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken)
    {
        lock (Asked)
        {
            Asked.Add(approval);
        }
        return Answer(approval, cancellationToken);
    }
}
