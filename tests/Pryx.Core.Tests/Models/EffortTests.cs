using System.Net;
using System.Text.Json;
using Pryx.Core.Tests.Routing;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Models;

/// <summary>How much a model thinks is the user's to say, within what the model takes.</summary>
public sealed class EffortTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_said_once_holds_for_the_session_until_it_is_taken_back()
    {
        await using var turns = await RoutedTurns.StartAsync(static _ => Says("done"));
        var session = await turns.NewSessionAsync("openai/gpt-5.4");

        await SayAsync(turns, session, "high");
        await SayAsync(turns, session, null);
        await SayAsync(turns, session, "low");
        await SayAsync(turns, session, "default");
        await SayAsync(turns, session, null);

        Assert.Equal(["high", "high", "low", null, null], turns.Provider.ModelRequests.Select(static request => EffortOf(request.Body)));
        Assert.Empty(turns.Provider.Violations);
    }

    [Fact]
    public async Task The_configured_one_holds_where_nobody_says()
    {
        await using var turns = await RoutedTurns.StartAsync(static _ => Says("done"), "reasoning_effort: medium\n");
        var session = await turns.NewSessionAsync("openai/gpt-5.4");

        await SayAsync(turns, session, null);
        await SayAsync(turns, session, "xhigh");

        Assert.Equal(["medium", "xhigh"], turns.Provider.ModelRequests.Select(static request => EffortOf(request.Body)));
    }

    [Fact]
    [Requirement("FR1.7", "thinking budget handled")]
    [Requirement("MOD7", "reasoning budget")]
    public async Task Tokens_are_kept_within_the_models_reasoning_budget_and_that_is_said()
    {
        await using var turns = await RoutedTurns.StartAsync(static _ => Says("done"));
        var session = await turns.NewSessionAsync("anthropic/claude-sonnet-4-5");

        var little = await SayAsync(turns, session, "300");
        var much = await SayAsync(turns, session, "500000");
        var right = await SayAsync(turns, session, "8000");

        Assert.Equal([1024L, 48_000L, 8_000L], turns.Provider.ModelRequests.Select(static request => request.Body.GetProperty("thinking").GetProperty("budget_tokens").GetInt64()));
        Assert.Contains(little.Notices, static notice => notice.Contains("1,024 are asked for instead of 300", StringComparison.Ordinal));
        Assert.Contains(much.Notices, static notice => notice.Contains("48,000 are asked for instead of 500,000", StringComparison.Ordinal));
        Assert.Empty(right.Notices);
        Assert.Empty(turns.Provider.Violations);
    }

    [Fact]
    public async Task A_model_that_does_not_reason_is_not_asked_to_and_the_user_is_told()
    {
        await using var turns = await RoutedTurns.StartAsync(static _ => Says("done"));
        var session = await turns.NewSessionAsync("openai/gpt-4o");

        var outcome = await SayAsync(turns, session, "high");

        Assert.Contains("GPT-4o does not reason: the effort that was asked for is left out.", outcome.Notices);
        Assert.Null(EffortOf(Assert.Single(turns.Provider.ModelRequests).Body));
    }

    [Theory]
    [InlineData("much")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    public async Task What_is_no_effort_is_refused_before_anything_is_stored(string effort)
    {
        await using var turns = await RoutedTurns.StartAsync(static _ => Says("done"));
        var session = await turns.NewSessionAsync("openai/gpt-5.4");

        var (status, body) = await turns.Core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "hello", effort }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("effort: one of none, low, medium", body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(await turns.ItemsAsync(session));
    }

    private static string? EffortOf(JsonElement body) => body.TryGetProperty("reasoning_effort", out var effort) ? effort.GetString() : null;

    private static async Task<RoutedTurns.Outcome> SayAsync(RoutedTurns turns, string session, string? effort)
    {
        var seen = (await turns.ItemsAsync(session)).Count;
        var (status, body) = await turns.Core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "hello", effort, delivery = "queue" }, Cancel);
        Assert.True((int)status < 300, body?.ToJsonString());
        return await turns.UntilEndedAsync(session, (string)body!["turn_id"]!, seen);
    }
}
