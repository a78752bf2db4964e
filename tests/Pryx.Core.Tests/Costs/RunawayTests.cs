using Microsoft.Extensions.AI;
using Pryx.Agent.Approvals;
using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Core.Costs;
using Pryx.Core.Dialogue;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Providers;
using Pryx.Testing;

namespace Pryx.Core.Tests.Costs;

/// <summary>
/// The promise of a budget, held against the provider's own bill: real wires, a real store that several processes share, prices and
/// counts of every kind, replies that are cut, stopped or lost with their process.
/// </summary>
public sealed class RunawayTests
{
    private const decimal Budget = 0.10m;
    private const int Patterns = 100;
    private static readonly TimeProvider Time = new HastyTime();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_loop_without_end_never_costs_more_than_its_budget_by_the_providers_own_count()
    {
        var spent = new decimal[Patterns];
        await Parallel.ForEachAsync(Enumerable.Range(0, Patterns), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (seed, _) =>
        {
            spent[seed] = await RunAsync(seed);
        });
        Assert.All(spent, (usd, seed) => Assert.True(usd <= Budget, $"pattern {seed} cost {usd}"));
        // A budget that lets nothing through keeps its promise, too.
        Assert.True(spent.Count(static usd => usd > Budget / 4) > Patterns / 2, $"only {spent.Count(static usd => usd > Budget / 4)} patterns came to spend a quarter");
    }

    /// <returns>What the provider bills.</returns>
    private static async Task<decimal> RunAsync(int seed)
    {
        var loop = new BilledLoop(seed);
        await using var provider = await FakeProvider.StartAsync(loop.Answer, Cancel);
        provider.ChecksPrefix = false;
        await using var store = await TempStore.CreateAsync();
        var world = new World(store, provider, loop, seed);
        switch (seed % 5)
        {
            case 0: // One turn with a limit of its own, as --max-cost.
                await world.LoopAsync(store, await store.NewSessionAsync(), new(), Budget);
                break;
            case 1: // A session that goes on and on.
                var session = await store.NewSessionAsync();
                for (var turn = 0; turn < 3; turn++)
                {
                    await world.LoopAsync(store, session, new() { SessionUsd = Budget, Action = BudgetAction.Stop }, null);
                }
                break;
            case 2: // Sessions at once, in two processes, under one daily budget.
            case 3: // The same under a monthly one, with a turn's limit besides.
                await using (var other = await TempStore.OpenAsync(store.Folder))
                {
                    var options = seed % 5 == 2 ? new BudgetOptions { DailyUsd = Budget, Action = BudgetAction.Stop } : new BudgetOptions { MonthlyUsd = Budget, TurnUsd = Budget / 2, Action = BudgetAction.Stop };
                    await Task.WhenAll(Enumerable.Range(0, 4).Select(async at => await world.LoopAsync(at % 2 == 0 ? store : other, await store.NewSessionAsync(), options, null)));
                }
                break;
            default: // STOP, and a process that dies while it waits for a reply; another goes on with its turn.
                await world.KillAndGoOnAsync(await store.NewSessionAsync(), new() { DailyUsd = Budget, Action = BudgetAction.Stop });
                break;
        }
        Assert.Empty(provider.Violations);
        return loop.Billed;
    }

    private sealed class World(TempStore store, FakeProvider provider, BilledLoop loop, int seed)
    {
        private readonly IChatClient _client = new ProviderRegistry(
            name => name switch { "OPENAI_BASE_URL" => provider.OpenAiUrl.ToString(), "ANTHROPIC_BASE_URL" => provider.Url.ToString(), _ => null },
            static _ => "sk-test", new ProviderOptions())
            .Create(loop.IsAnthropic ? new ModelRef("anthropic", "fake-model") : new ModelRef("openai", "fake-model"), loop.IsAnthropic ? null : "chat");

        private readonly ModelInfo _model = new(loop.IsAnthropic ? new ModelRef("anthropic", "fake-model") : new ModelRef("openai", "fake-model"))
        {
            Price = loop.Price,
            MaxOutput = new long?[] { null, 4_000, 8_192, 64_000 }[seed / 4 % 4],
            SupportsReasoning = seed % 3 == 0,
        };

        public async Task LoopAsync(TempStore process, SessionId session, BudgetOptions options, decimal? maxCost)
        {
            var begun = await process.Turns.BeginAsync(TempStore.Say(session, "go on for ever"), "fake/model", Cancel);
            Assert.Equal(BeginOutcome.Started, begun.Outcome);
            using var stop = new CancellationTokenSource();
            if (seed % 10 == 1)
            {
                stop.CancelAfter(TimeSpan.FromMilliseconds(20 + seed));
            }
            var outcome = await RunAsync(process, begun.Turn, options, maxCost, stop.Token, default);
            Assert.NotEqual(TurnEnd.Completed, outcome?.End);
            if (outcome is { End: TurnEnd.Limited })
            {
                Assert.Matches(@"^Stopped before model call \d+ \(.+\): it would cost about \$\d.* or more, \$\d.* of the (turn's|session's|daily|monthly) budget of \$0\.\d+ is left\.", outcome.Message!);
            }
        }

        public async Task KillAndGoOnAsync(SessionId session, BudgetOptions options)
        {
            var hung = new TaskCompletionSource();
            var at = 1 + seed % 4;
            loop.Hangs = number =>
            {
                if (number < at || hung.Task.IsCompleted)
                {
                    return false;
                }
                hung.SetResult();
                return true;
            };
            var dying = await TempStore.OpenAsync(store.Folder);
            var begun = await dying.Turns.BeginAsync(TempStore.Say(session, "go on for ever"), "fake/model", Cancel);
            using var end = new CancellationTokenSource();
            var lost = RunAsync(dying, begun.Turn, options, null, end.Token, default);
            await Task.WhenAny(hung.Task, lost);
            if (!lost.IsCompleted)
            {
                // As the system does it when the process dies: its name is free, and nothing that it knows is written any more.
                dying.Owner.Dispose();
                Assert.True(await store.Turns.ClaimAsync(begun.Turn.Id, Cancel));
                await RunAsync(store, begun.Turn, options, null, default, default);
                var calls = await store.Database.ReadAsync(c => UsageRows.Errors(c), Cancel);
                Assert.Contains("UNKNOWN", calls);
            }
            await end.CancelAsync();
            var trouble = await Record.ExceptionAsync(() => lost);
            Assert.True(trouble is null or PryxException { Code: "TURN_LOST" }, trouble?.ToString());
            await dying.DisposeAsync();
            await LoopAsync(store, await store.NewSessionAsync(), options, null);
        }

        private async Task<TurnOutcome?> RunAsync(TempStore process, Turn turn, BudgetOptions options, decimal? maxCost, CancellationToken stop, CancellationToken suspend)
        {
            var ledger = new BudgetLedger(process.Database, process.Events, () => options, () => process.Owner.Name, process.Owner.IsAlive);
            var approvals = new Nobody();
            var setup = new TurnSetup
            {
                SessionId = turn.SessionId,
                TurnId = turn.Id,
                Route = new SingleModel(_model, _client),
                Budget = new StoredBudget(ledger, turn.SessionId, turn.Id, maxCost, approvals, null, Time),
                Instructions = "You are a loop. Ünïcödé 统一码.",
                Tools = new ToolSet([new PlanTool()]),
                Policy = new EverythingGoes(),
                Approvals = approvals,
                Limits = new() { MaxSteps = 400, MaxCostUsd = maxCost },
                Workspace = process.Folder,
                OutputDirectory = process.Folder,
            };
            var journal = new StoredTurnJournal(process.Database, process.Events, process.History, process.Owner, turn) { Budgets = ledger };
            return await new TurnRunner(setup, journal, Time).RunAsync(new TurnTokens(stop, suspend), TurnSpent.Nothing, CancellationToken.None);
        }
    }

    private sealed class EverythingGoes : IPolicy
    {
        public ValueTask<Judgement> JudgeAsync(PolicyRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(new Judgement(Decision.Allow, "test", "test"));
    }

    private sealed class Nobody : IApprovals
    {
        public Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken) => Task.FromResult(ApprovalAnswer.Deny("nobody") with { IsForWantOfPerson = true });
    }
}
