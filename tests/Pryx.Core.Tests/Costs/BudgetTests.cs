using System.Globalization;
using Pryx.Core.Approvals;
using Pryx.Core.Costs;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tests.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Costs;

/// <summary>What happens at the limit, as the people see it who set it.</summary>
public sealed class BudgetTests
{
    private static readonly ScriptedReply Loops = Calls(("update_plan", """{"steps":[{"step":"again","status":"pending"}]}"""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MOD6", "budget exceeded pauses")]
    [Requirement("MOD9", "pause or downgrade")]
    public async Task At_the_limit_the_turn_asks_and_goes_on_with_the_answer()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 3), Cancel);
        await using var core = await StartAsync(provider, "budget_daily_usd: 0.10");
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();

        var turn = await core.StartAsync(session, "go on");
        var question = await core.QuestionAsync(session);

        Assert.Equal((ApprovalKind.Question, "budget"), (question.Kind, question.Tool));
        Assert.Matches(@"^Stopped before model call 2 \(openai/gpt-4o\): it would cost about \$0\.\d+ or more, \$0\.\d+ of the daily budget of \$0\.10 is left\.$", question.Summary);
        Assert.Equal("Stop here", question.Choices[^1]);
        Assert.Single(provider.ModelRequests);
        Assert.True(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:a") with { Text = "Allow $5.00 more" }, Cancel));

        var events = await core.UntilEndedAsync(session);
        Assert.Equal(EventNames.TurnCompleted, events[^1].Event);
        Assert.Single(events, e => e.Event == EventNames.BudgetExceeded);
        Assert.Equal(3, provider.ModelRequests.Count);
        Assert.Empty(await RowsAsync(core, "SELECT id FROM reservations"));
        Assert.Equal(TurnStatus.Completed, (await core.Store.Turns.FindAsync(turn.Id, Cancel))!.Status);
    }

    [Fact]
    public async Task A_no_ends_the_turn_and_says_how_to_go_on()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 9), Cancel);
        await using var core = await StartAsync(provider, "budget_session_usd: 0.10");
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();

        var turn = await core.StartAsync(session, "go on");
        var question = await core.QuestionAsync(session);
        Assert.True(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:a") with { Text = "Stop here" }, Cancel));
        await core.UntilEndedAsync(session);

        var ended = (await core.Store.Turns.FindAsync(turn.Id, Cancel))!;
        Assert.Equal((TurnStatus.Limited, StoredBudget.Code), (ended.Status, ended.ErrorCode));
        Assert.Contains("pryx session budget", ended.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("MOD9", "pause or downgrade")]
    public async Task A_cheaper_model_goes_on_where_the_user_wants_that()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 3), Cancel);
        await using var core = await StartAsync(provider, "budget_daily_usd: 0.10\nbudget_action: cheaper\nrouting_fallback: [openai/gpt-4o-mini]");
        var session = await core.NewSessionAsync();

        await core.StartAsync(session, "go on");
        var events = await core.UntilEndedAsync(session);

        Assert.Equal(EventNames.TurnCompleted, events[^1].Event);
        Assert.Equal(["gpt-4o", "gpt-4o-mini", "gpt-4o-mini"], provider.ModelRequests.Select(request => request.Model));
        Assert.Single((await core.ItemsAsync(session)).OfType<Notice>(), notice => notice.Text.Contains("would cost more than the budget has left", StringComparison.Ordinal));
        Assert.Equal(["gpt-4o:0.085", "gpt-4o-mini:0.0051", "gpt-4o-mini:0.0051"], await RowsAsync(core, "SELECT model || ':' || cost_usd FROM usage ORDER BY rowid"));
    }

    [Fact]
    public async Task A_parked_turn_goes_on_by_itself_when_the_budget_is_raised()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 2), Cancel);
        await using var core = await StartAsync(provider, "budget_monthly_usd: 0.10");
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();
        var turn = await core.Turns.StartAsync(TempCore.Say(session, "go on") with { ApprovalTimeout = TimeSpan.FromMilliseconds(100) }, Cancel);
        await core.UntilAsync(session, events => events.Any(e => e.Event == EventNames.TurnParked));

        Configure(core.Home, "budget_monthly_usd: 2");
        core.Core.ReloadConfig();
        var events = await UntilReviewedAsync(core, session);

        Assert.Equal(EventNames.TurnCompleted, events[^1].Event);
        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.Empty(await new ApprovalStore(core.Store.Database, core.Store.Events).ListPendingAsync(session, Cancel));
        Assert.Equal(TurnStatus.Completed, (await core.Store.Turns.FindAsync(turn.Id, Cancel))!.Status);
    }

    [Fact]
    public async Task Without_a_person_it_ends_with_what_to_do()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 9), Cancel);
        await using var core = await StartAsync(provider, "budget_daily_usd: 0.10");
        var session = await core.NewSessionAsync();

        var turn = await core.StartAsync(session, "go on");
        await core.UntilEndedAsync(session);

        var ended = (await core.Store.Turns.FindAsync(turn.Id, Cancel))!;
        Assert.Equal((TurnStatus.Limited, StoredBudget.Code), (ended.Status, ended.ErrorCode));
        Assert.Contains("Nobody could be asked. Raise it: pryx cost budget set --daily USD", ended.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_is_given_once_for_each_period_and_limit()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 4), Cancel);
        await using var core = await StartAsync(provider, "budget_daily_usd: 0.20\nbudget_warn_percent: 40\nbudget_action: stop");
        var session = await core.NewSessionAsync();

        await core.StartAsync(session, "go on");
        await core.UntilEndedAsync(session);
        await core.StartAsync(session, "once more");
        var events = await core.UntilEndedAsync(session, turns: 2);

        var warning = Assert.Single(events, e => e.Event == EventNames.BudgetWarning);
        Assert.Equal("day", (string?)System.Text.Json.Nodes.JsonNode.Parse(warning.Payload!.Value.GetRawText())!["scope"]);
        Assert.Contains((await core.ItemsAsync(session)).OfType<Notice>(), notice => notice.Kind == "budget" && notice.Text.StartsWith("42 % of the daily budget of $0.20 is used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_may_have_a_budget_of_its_own()
    {
        await using var provider = await FakeProvider.StartAsync(Spends(30_000, 1_000, calls: 9), Cancel);
        await using var core = await StartAsync(provider, "budget_session_usd: 50\nbudget_action: stop");
        var (one, two) = (await core.NewSessionAsync(), await core.NewSessionAsync());
        Assert.True(await new BudgetReports(core.Store.Database, () => BudgetOptions.From(core.Core.Config)).SetAsync(one, 0.10m, Cancel));

        await core.StartAsync(one, "go on");
        await core.UntilEndedAsync(one);
        await core.StartAsync(two, "go on");
        await core.UntilEndedAsync(two);

        Assert.Equal(["BUDGET_EXCEEDED", "completed"], await RowsAsync(core, "SELECT COALESCE(error_code, status) FROM turns ORDER BY rowid"));
    }

    [Fact]
    public async Task A_model_without_a_price_is_never_free_and_asked_about_once_in_a_session()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancel);
        await using var core = await StartAsync(provider, "budget_daily_usd: 1");
        var session = (await core.Store.Sessions.CreateAsync(new() { Workspace = core.Home.Workspace, Model = "openai/nobody-knows-it" }, Cancel)).Id;

        await core.StartAsync(session, "hello");
        await core.UntilEndedAsync(session);
        Assert.Empty(provider.ModelRequests);
        Assert.Contains("price of openai/nobody-knows-it is not known", (await RowsAsync(core, "SELECT error_message FROM turns"))[0]!, StringComparison.Ordinal);

        using var approver = core.Approver();
        await core.StartAsync(session, "hello again");
        var question = await core.QuestionAsync(session);
        Assert.True(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:a") with { Text = question.Choices[0] }, Cancel));
        await core.UntilEndedAsync(session, turns: 2);
        await core.StartAsync(session, "and again");
        await core.UntilEndedAsync(session, turns: 3);

        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.Equal(["", ""], await RowsAsync(core, "SELECT COALESCE(cost_usd, '') FROM usage"));
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_reserved()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Says("Hi.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        await core.Store.Database.WriteAsync(c => c.Execute("CREATE TRIGGER none BEFORE INSERT ON reservations BEGIN SELECT RAISE(ABORT, 'reserved'); END"), Cancel);
        var session = await core.NewSessionAsync();
        await core.StartAsync(session, "hello");
        Assert.Equal(EventNames.TurnCompleted, (await core.UntilEndedAsync(session))[^1].Event);
    }

    [Fact]
    public async Task Calls_wait_for_what_others_have_reserved_and_both_get_what_they_need()
    {
        var first = new TaskCompletionSource();
        await using var provider = await FakeProvider.StartAsync(request =>
        {
            if (request.Number == 1)
            {
                first.SetResult();
            }
            return Says("Hi.") with { Usage = new(1_000, 10), Trouble = request.Number == 1 ? new() { BeforeHeaders = TimeSpan.FromMilliseconds(400) } : Trouble.None };
        }, Cancel);
        // One call with a comfortable reply is paid for, two are not.
        await using var core = await StartAsync(provider, "budget_daily_usd: 0.10\nbudget_action: stop");
        var (one, two) = (await core.NewSessionAsync(), await core.NewSessionAsync());

        await core.StartAsync(one, "hello");
        await first.Task.WaitAsync(Cancel);
        await core.StartAsync(two, "hello");
        Assert.Equal(EventNames.TurnCompleted, (await core.UntilEndedAsync(one))[^1].Event);
        Assert.Equal(EventNames.TurnCompleted, (await core.UntilEndedAsync(two))[^1].Event);

        Assert.Contains((await core.ItemsAsync(two)).OfType<Notice>(), notice => notice.Text.Contains("waiting until they have ended", StringComparison.Ordinal));
        Assert.Equal(2, provider.ModelRequests.Count);
    }

    // 30,000 in and 1,000 out of gpt-4o are 0.085 USD.
    private static FakeScript Spends(long input, long output, int calls) => request =>
        (request.Number % calls == 0 ? Says("Done.") : Loops) with { Usage = new TokenUsage(input, output) };

    private static async Task<TempCore> StartAsync(FakeProvider provider, string config)
    {
        var core = await TempCore.StartAsync(provider);
        Configure(core.Home, config);
        core.Core.ReloadConfig();
        return core;
    }

    private static void Configure(TempHome home, string config) => File.WriteAllText(new Pryx.Core.Configuration.PryxPaths(home.Home, home.Data).Config, config + "\n");

    private static async Task<IReadOnlyList<PryxEvent>> UntilReviewedAsync(TempCore core, SessionId session)
    {
        await TempStore.WaitUntilAsync(() => Task.FromResult(!core.Turns.IsBusy));
        await core.Turns.ReviewBudgetsAsync(Cancel);
        return await core.UntilEndedAsync(session);
    }

    private static Task<IReadOnlyList<string?>> RowsAsync(TempCore core, string sql) => core.Store.Database.ReadAsync<IReadOnlyList<string?>>(c => c.Query(sql, static row => row.IsDBNull(0) ? null : Convert.ToString(row.GetValue(0), CultureInfo.InvariantCulture)), Cancel);
}
