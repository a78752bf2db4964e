using Pryx.Core.Routing;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Routing;

public sealed class RateLimitTests
{
    private const string Model = "openai/gpt-4o";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai/gpt-4o", "x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "10s")]
    [InlineData("openai/gpt-4o", "x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "9s1000ms")]
    [InlineData("openai/gpt-4o", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1767225610000")]
    [InlineData("anthropic/claude-sonnet-4-5", "anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset", "2026-01-01T00:00:10Z")]
    [InlineData("anthropic/claude-sonnet-4-5", "anthropic-ratelimit-input-tokens-remaining", "0", "anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:00:10Z")]
    [Requirement("ORC6", "rate limited")]
    public async Task A_call_waits_unsent_while_the_provider_has_said_that_it_takes_none(string model, string left, string none, string reset, string until)
    {
        await using var turns = await RoutedTurns.StartAsync(FakeScripts.Always(Says("hi") with { Headers = new Dictionary<string, string> { [left] = none, [reset] = until } }));
        await turns.RunAsync(await turns.NewSessionAsync(model), "one");
        var session = await turns.NewSessionAsync(model);

        var turn = await turns.SayAsync(session, "two");
        await RoutedTurns.UntilAsync(() => Task.FromResult(turns.Time.FiresIn(TimeSpan.FromSeconds(10))));
        Assert.Single(turns.Provider.ModelRequests);
        var outcome = await turns.UntilEndedAsync(session, turn);

        Assert.Equal("hi", outcome.Reply);
        Assert.Equal("Rate limited, retrying in 10s", Assert.Single(outcome.Notices));
        Assert.Equal([10], turns.Waited);
    }

    [Fact]
    public async Task STOP_ends_a_waiting_turn_at_once()
    {
        await using var turns = await RoutedTurns.StartAsync(FakeScripts.Always(Says("hi") with
        {
            Headers = new Dictionary<string, string> { ["x-ratelimit-remaining-requests"] = "0", ["x-ratelimit-reset-requests"] = "50s" },
        }));
        await turns.RunAsync(await turns.NewSessionAsync(Model), "one");
        var session = await turns.NewSessionAsync(Model);
        var turn = await turns.SayAsync(session, "two");
        await RoutedTurns.UntilAsync(() => Task.FromResult(turns.Time.FiresIn(TimeSpan.FromSeconds(50))));

        await turns.Core.PostAsync($"/api/v1/turns/{turn}/stop", null, Cancel);
        var outcome = await turns.UntilEndedAsync(session, turn);

        Assert.Equal(("cancelled", "STOPPED"), (outcome.Status, outcome.Code));
        Assert.Empty(turns.Waited.Skip(1));
        Assert.Single(turns.Provider.ModelRequests);
    }

    [Fact]
    public async Task A_limit_that_lasts_longer_than_a_minute_is_told_instead_of_waited_for()
    {
        await using var turns = await RoutedTurns.StartAsync(FakeScripts.Always(Says("hi") with
        {
            Headers = new Dictionary<string, string> { ["x-ratelimit-remaining-requests"] = "0", ["x-ratelimit-reset-requests"] = "42m0s" },
        }));
        await turns.RunAsync(await turns.NewSessionAsync(Model), "one");

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(Model), "two");

        Assert.Equal(("failed", "PROVIDER_RATE_LIMITED"), (outcome.Status, outcome.Code));
        Assert.Contains("GPT-4o takes no more calls until 00:42:00 UTC, in 42 min", outcome.Message, StringComparison.Ordinal);
        // Whoever has raised the limit meanwhile is not shut out: after a minute one call finds out.
        turns.Advance(60);
        Assert.Equal("hi", (await turns.RunAsync(await turns.NewSessionAsync(Model), "three")).Reply);
    }

    [Fact]
    [Requirement("MOD9", "less parallelism")]
    public async Task A_provider_that_takes_fewer_calls_at_once_is_asked_for_one_at_a_time()
    {
        const string words = "This model does not support parallel tool calls, set parallel_tool_calls to false.";
        await using var turns = await RoutedTurns.StartAsync(request => request.Text.Contains("\"parallel_tool_calls\":false", StringComparison.Ordinal)
            ? Says("one by one") : new ScriptedReply { Trouble = new() { Error = new(400) { Message = words } } });

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(Model), "go");

        Assert.Equal("one by one", outcome.Reply);
        Assert.Equal("GPT-4o takes fewer tool calls at once; asking again for one at a time.", Assert.Single(outcome.Notices));
        Assert.Equal(2, turns.Provider.ModelRequests.Count);
    }

    [Fact]
    [Requirement("MOD7", "RPM and RPH")]
    public async Task Requests_a_minute_and_an_hour_are_kept_before_the_provider_counts_them()
    {
        var time = new FakeTime();
        var queue = new CallQueue(time);
        var model = new ModelInfo(new ModelRef("x", "y")) { RequestsPerMinute = 2, RequestsPerHour = 3 };
        await EnterAsync(queue, model, "a");
        time.Advance(TimeSpan.FromSeconds(10));
        await EnterAsync(queue, model, "a");
        Assert.Equal(TimeSpan.FromSeconds(50), queue.WaitOf(model));

        var third = EnterAsync(queue, model, "a");
        time.Advance(TimeSpan.FromSeconds(49.9));
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await third.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancel);

        // The hour is full: nobody waits for that.
        var failure = await Assert.ThrowsAsync<ModelException>(() => EnterAsync(queue, model, "a"));
        Assert.Equal((ModelFailure.RateLimited, TimeSpan.FromMinutes(59)), (failure.Failure, failure.RetryAfter));
    }

    [Fact]
    public async Task Waiting_calls_go_in_an_order_that_is_fair_to_the_sessions()
    {
        var time = new FakeTime();
        var queue = new CallQueue(time);
        var model = new ModelInfo(new ModelRef("x", "y"));
        await EnterAsync(queue, model, "busy");
        queue.Refused(TimeSpan.FromSeconds(10));
        var order = new List<string>();
        List<Task> waiting = [];
        foreach (var session in (string[])["busy", "busy", "late", "busy"])
        {
            waiting.Add(RunAsync(session));
        }

        time.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancel);

        Assert.Equal(["late", "busy", "busy", "busy"], order);

        async Task RunAsync(string session)
        {
            await queue.EnterAsync(model, session, static _ => Task.CompletedTask, Cancel);
            lock (order)
            {
                order.Add(session);
            }
        }
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_its_place_to_the_next()
    {
        var time = new FakeTime();
        var queue = new CallQueue(time);
        var model = new ModelInfo(new ModelRef("x", "y"));
        queue.Refused(TimeSpan.FromSeconds(10));
        using var stop = new CancellationTokenSource();
        var first = queue.EnterAsync(model, "a", static _ => Task.CompletedTask, stop.Token);
        var second = queue.EnterAsync(model, "b", static _ => Task.CompletedTask, Cancel);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        time.Advance(TimeSpan.FromSeconds(10));

        await second.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancel);
    }

    [Fact]
    public async Task The_calls_on_their_way_count_against_what_is_left()
    {
        var time = new FakeTime();
        var queue = new CallQueue(time);
        var model = new ModelInfo(new ModelRef("x", "y"));
        queue.Heard(new(2, TimeSpan.FromSeconds(20)));

        await EnterAsync(queue, model, "a");
        await EnterAsync(queue, model, "b");

        Assert.Equal(TimeSpan.FromSeconds(20), queue.WaitOf(model));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.Zero, queue.WaitOf(model));
    }

    private static Task EnterAsync(CallQueue queue, ModelInfo model, string session) => queue.EnterAsync(model, session, static _ => Task.CompletedTask, Cancel);
}
