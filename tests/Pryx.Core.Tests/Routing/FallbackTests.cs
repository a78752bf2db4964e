using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Routing;

public sealed class FallbackTests
{
    private const string First = "openai/gpt-4o";
    private const string Second = "anthropic/claude-sonnet-4-5";
    private const string Chain = $"routing:\n  fallback: [{Second}]\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MOD11", "notice shown")]
    [Requirement("MOD8", "fallback chain")]
    [Requirement("ORC6", "provider fallback")]
    public async Task The_primary_fails_in_mid_stream_and_the_turn_finishes_on_the_second_model()
    {
        var isDown = true;
        FakeScript script = request => request.Model == "gpt-4o" && isDown
            ? Says("what is thrown ", "away") with { Trouble = new() { CutAt = StreamPoint.MidText } }
            : Says($"from {request.Model}") with { Usage = new(1_000, 100) };
        await using var turns = await RoutedTurns.StartAsync(script, Chain);
        var session = await turns.NewSessionAsync(First);

        var outcome = await turns.RunAsync(session, "hello");

        Assert.Equal(("completed", "from claude-sonnet-4-5"), (outcome.Status, outcome.Reply));
        Assert.Equal(["user_message", "notice", "notice", "reply"], outcome.Types);
        Assert.StartsWith("GPT-4o unavailable, trying Claude Sonnet 4.5", outcome.Notices[1], StringComparison.Ordinal);
        Assert.Contains("before the reply was complete", outcome.Notices[1], StringComparison.Ordinal);
        // Nobody waits for the whole table when there is somebody else to ask.
        Assert.Equal([1], turns.Waited);
        Assert.Equal(["gpt-4o", "gpt-4o", "claude-sonnet-4-5"], turns.Provider.ModelRequests.Select(request => request.Model));
        // Claude's 1,000 tokens at 3 USD and 100 at 15 USD a million: what was cut reported nothing.
        Assert.Equal(0.0045, (double)(await turns.Core.GetAsync($"/api/v1/sessions/{session}", Cancel)).Body!["total_cost_usd"]!, 6);

        isDown = false;
        var next = await turns.RunAsync(session, "again");

        Assert.Equal("from gpt-4o", next.Reply);
        Assert.Empty(next.Notices);
        Assert.Empty(turns.Provider.Violations);
    }

    [Theory]
    [InlineData(401, null, "refused the key")]
    [InlineData(429, "insufficient_quota", "credit or quota is used up")]
    [InlineData(404, null, "does not have this model")]
    public async Task A_failure_for_good_is_followed_by_the_next_model_at_once(int status, string? code, string why)
    {
        await using var turns = await RoutedTurns.StartAsync(request => request.Model == "gpt-4o" ? Fails(status, code: code) : Says("mine"), Chain);

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        Assert.Equal("mine", outcome.Reply);
        Assert.Empty(turns.Waited);
        Assert.Equal(2, turns.Provider.ModelRequests.Count);
        Assert.StartsWith("GPT-4o unavailable, trying Claude Sonnet 4.5", Assert.Single(outcome.Notices), StringComparison.Ordinal);
        Assert.Contains(why, outcome.Notices[0], StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("MOD9", "queue or cheaper")]
    public async Task A_long_rate_limit_sends_the_call_to_the_next_model_and_a_short_one_waits()
    {
        var wait = TimeSpan.FromSeconds(40);
        await using var turns = await RoutedTurns.StartAsync(
            request => request.Model != "gpt-4o" ? Says("mine") : wait > TimeSpan.FromSeconds(5) ? Fails(429, wait) : FakeScripts.InOrder(Fails(429, wait))(request), Chain);

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        Assert.Equal("mine", outcome.Reply);
        Assert.Empty(turns.Waited);
        Assert.StartsWith("GPT-4o unavailable, trying Claude Sonnet 4.5", Assert.Single(outcome.Notices), StringComparison.Ordinal);
        // Nor is it asked again by another session before its time.
        var other = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");
        Assert.Equal("mine", other.Reply);
        Assert.Equal(["gpt-4o", "claude-sonnet-4-5", "claude-sonnet-4-5"], turns.Provider.ModelRequests.Select(request => request.Model));
    }

    [Fact]
    [Requirement("MOD9", "pause or downgrade")]
    public async Task A_budget_with_the_action_cheaper_goes_on_with_a_cheaper_model_of_the_users()
    {
        await using var turns = await RoutedTurns.StartAsync(
            request => Says($"from {request.Model}"), "budget:\n  session_usd: 0.004\n  action: cheaper\nrouting:\n  fallback: [anthropic/claude-sonnet-4-5, openai/gpt-5-nano]\n");

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        Assert.Equal("from gpt-5-nano", outcome.Reply);
        Assert.Contains("GPT-4o would cost more than the budget has left, going on with GPT-5 Nano.", outcome.Notices);
        Assert.Single(turns.Provider.ModelRequests);
    }

    [Fact]
    public async Task Content_goes_to_nobody_whom_the_user_has_not_chosen()
    {
        await using var turns = await RoutedTurns.StartAsync(request => request.Model == "gpt-4o" ? Fails(401) : Says("mine"));

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        Assert.Equal("PROVIDER_AUTHENTICATION", outcome.Code);
        Assert.Single(turns.Provider.ModelRequests);
    }

    [Fact]
    public async Task Fallback_auto_means_every_provider_that_has_a_key()
    {
        await using var turns = await RoutedTurns.StartAsync(request => request.Model == "gpt-4o" ? Fails(401) : Says($"from {request.Model}"), "routing:\n  fallback: auto\n");

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        // OpenAI's own default would be refused with the same key.
        Assert.Equal("from claude-sonnet-5", outcome.Reply);
        Assert.Equal(2, turns.Provider.ModelRequests.Count);
    }

    [Fact]
    public async Task A_fallback_without_a_key_is_passed_over_and_its_turn_tells_the_first_failure_when_none_is_left()
    {
        await using var turns = await RoutedTurns.StartAsync(FakeScripts.Always(Fails(401)), "routing:\n  fallback: [mistral/mistral-small-latest]\n");

        var outcome = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        Assert.Equal("failed", outcome.Status);
        Assert.Contains("trying Mistral Small", outcome.Notices[0], StringComparison.Ordinal);
        Assert.Contains("MISTRAL_API_KEY", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("ERR5", "opens after 5")]
    [Requirement("ERR5", "half-open after 30 s")]
    public async Task Five_failures_open_the_circuit_for_all_sessions_and_one_call_every_30_seconds_tries_it()
    {
        var isDown = true;
        await using var turns = await RoutedTurns.StartAsync(_ => isDown ? Fails(500) : Says("back"));
        // Four in one session, the fifth in another: it then waits for the trial.
        await turns.RunAsync(await turns.NewSessionAsync(First), "one");
        var second = await turns.NewSessionAsync(First);
        var open = await turns.SayAsync(second, "two");
        await RoutedTurns.UntilAsync(() => Task.FromResult(turns.Time.FiresIn(TimeSpan.FromSeconds(30))));
        Assert.Equal(5, turns.Provider.ModelRequests.Count);

        // A new turn does not ask at all, and says why and until when.
        var third = await turns.RunAsync(await turns.NewSessionAsync(First), "three");

        Assert.Equal(("failed", "PROVIDER_SERVER_ERROR"), (third.Status, third.Code));
        Assert.Contains("OpenAI has failed 5 times in a row and is left alone; it is tried again in 30 s", third.Message, StringComparison.Ordinal);
        Assert.Equal(5, turns.Provider.ModelRequests.Count);
        var health = (await turns.Core.GetAsync("/api/v1/providers", Cancel)).Body!["providers"]!.AsArray().First(entry => (string?)entry!["id"] == "openai")!["health"]!;
        Assert.Equal(("open", 5, "PROVIDER_SERVER_ERROR"), ((string?)health["state"], (int)health["failures"]!, (string?)health["last_error"]));
        Assert.Equal("open", (string?)(await turns.Core.GetAsync("/api/v1/health", Cancel)).Body!["providers"]!["openai"]);
        Assert.Equal("open", (string?)(await turns.Core.GetAsync("/api/v1/diagnostics", Cancel)).Body!["providers"]!["openai"]);
        var gauge = (await turns.Core.GetAsync("/api/v1/telemetry/metrics", Cancel)).Body!["metrics"]!.AsArray().First(metric => (string?)metric!["name"] == "pryx.provider.circuit")!["series"]![0]!;
        Assert.Equal(("openai", 2), ((string?)gauge["labels"]!["provider"], (int)gauge["value"]!));

        isDown = false;
        turns.Advance(30);
        var tried = await turns.UntilEndedAsync(second, open, 1);

        Assert.Equal("back", tried.Reply);
        Assert.Equal(6, turns.Provider.ModelRequests.Count);
        Assert.Equal("back", (await turns.RunAsync(await turns.NewSessionAsync(First), "four")).Reply);
    }

    [Fact]
    public async Task An_open_circuit_is_passed_by_at_once_and_the_primary_is_asked_again_when_it_may_be()
    {
        var isDown = true;
        await using var turns = await RoutedTurns.StartAsync(request => request.Model == "gpt-4o" && isDown ? Fails(500) : Says($"from {request.Model}"), Chain);
        for (var i = 0; i < 3; i++)
        {
            await turns.RunAsync(await turns.NewSessionAsync(First), "hello");
        }
        var asked = turns.Provider.ModelRequests.Count(request => request.Model == "gpt-4o");
        Assert.Equal(5, asked);

        var passed = await turns.RunAsync(await turns.NewSessionAsync(First), "hello");

        Assert.Equal("from claude-sonnet-4-5", passed.Reply);
        Assert.StartsWith("GPT-4o unavailable, trying Claude Sonnet 4.5", Assert.Single(passed.Notices), StringComparison.Ordinal);
        Assert.Contains("OpenAI has failed 5 times in a row", passed.Notices[0], StringComparison.Ordinal);
        Assert.Equal(asked, turns.Provider.ModelRequests.Count(request => request.Model == "gpt-4o"));
        isDown = false;
        turns.Advance(30);
        Assert.Equal("from gpt-4o", (await turns.RunAsync(await turns.NewSessionAsync(First), "hello")).Reply);
    }
}
