using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Routing;

public sealed class StrategyTests
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    private const string Three = "routing:\n  candidates: [anthropic/claude-sonnet-4-5, openai/gpt-4o, openai/gpt-4o-mini]\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MOD8", "cost")]
    public async Task Cheapest_takes_the_lowest_price_of_the_users_candidates_says_so_and_stays_with_it()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, Three);
        var session = await turns.NewSessionAsync();

        var first = await turns.RunAsync(session, "hello", "auto/cheapest");
        var second = await turns.RunAsync(session, "again");

        Assert.Equal("from gpt-4o-mini", first.Reply);
        Assert.Equal("openai/gpt-4o-mini", (string?)first.Turn["model"]);
        Assert.Equal("GPT-4o mini (openai/gpt-4o-mini) was chosen by 'cheapest' out of 3 models.", Assert.Single(first.Notices));
        Assert.Equal("from gpt-4o-mini", second.Reply);
        Assert.Empty(second.Notices);
        Assert.Equal("auto/cheapest", await ModelOfAsync(turns, session));
    }

    [Fact]
    public async Task Without_candidates_every_known_model_of_the_providers_with_a_key_is_one()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, "routing:\n  strategy: cheapest\n");
        var session = await turns.NewSessionAsync();

        var outcome = await turns.RunAsync(session, "hello");

        Assert.StartsWith("openai/", (string?)outcome.Turn["model"], StringComparison.Ordinal);
        Assert.Contains("was chosen by 'cheapest'", Assert.Single(outcome.Notices), StringComparison.Ordinal);
        Assert.Equal("auto/cheapest", await ModelOfAsync(turns, session));
    }

    [Fact]
    [Requirement("MOD8", "performance")]
    public async Task Fastest_goes_by_the_measured_latency_and_a_session_may_be_changed_to_it()
    {
        FakeScript script = request => Says($"from {request.Model}") with { Trouble = new() { BeforeHeaders = TimeSpan.FromMilliseconds(request.Model == "gpt-4o" ? 1 : 500) } };
        await using var turns = await RoutedTurns.StartAsync(script, Three);
        foreach (var model in (string[])["anthropic/claude-sonnet-4-5", "openai/gpt-4o", "openai/gpt-4o", "openai/gpt-4o", "openai/gpt-4o-mini"])
        {
            // Thrice the fast one: a busy machine may hold up one of its calls.
            await turns.RunAsync(await turns.NewSessionAsync(model), "measure");
        }
        var session = await turns.NewSessionAsync("openai/gpt-4o-mini");
        Assert.Equal("from gpt-4o-mini", (await turns.RunAsync(session, "hello")).Reply);

        await turns.Core.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{session}", new { model = "auto/fastest" }, Cancel);

        Assert.Equal("from gpt-4o", (await turns.RunAsync(session, "hello")).Reply);
    }

    [Fact]
    [Requirement("MOD8", "capability")]
    public async Task A_model_that_takes_no_images_is_passed_over_for_one_that_does()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, "routing:\n  candidates: [openai/o3-mini, openai/gpt-4o]\n");
        var session = await turns.NewSessionAsync("auto/capable");
        Assert.Equal("from o3-mini", (await turns.RunAsync(session, "hello")).Reply);

        await turns.Core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "what is this?", attachments = new[] { new { media_type = "image/png", base64 = Pixel } } }, Cancel);
        await RoutedTurns.UntilAsync(async () => (string?)(await LastTurnAsync(turns, session))["status"] == "completed");

        Assert.Equal("openai/gpt-4o", (string?)(await LastTurnAsync(turns, session))["model"]);
    }

    [Fact]
    [Requirement("MOD8", "capability")]
    public async Task A_fixed_model_gives_way_to_the_users_fallback_where_it_can_not_take_the_call()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, "routing:\n  fallback: [openai/gpt-4o]\n");
        var session = await turns.NewSessionAsync("openai/o3-mini");

        await turns.Core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "what is this?", attachments = new[] { new { media_type = "image/png", base64 = Pixel } } }, Cancel);
        await RoutedTurns.UntilAsync(async () => (string?)(await LastTurnAsync(turns, session))["status"] == "completed");

        var notice = (await turns.ItemsAsync(session)).First(item => (string?)item["type"] == "notice");
        Assert.Equal("o3-mini takes no images, trying GPT-4o.", (string?)notice["text"]);
        Assert.Equal("gpt-4o", turns.Provider.ModelRequests[^1].Model);
        // The session's own model stays what the user chose.
        Assert.Equal("openai/o3-mini", await ModelOfAsync(turns, session));
    }

    [Fact]
    [Requirement("MOD8", "user preference")]
    public async Task A_model_that_the_user_names_wins_over_the_configured_strategy()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, "routing:\n  strategy: cheapest\n");

        var outcome = await turns.RunAsync(await turns.NewSessionAsync("anthropic/claude-sonnet-4-5"), "hello");

        Assert.Equal("from claude-sonnet-4-5", outcome.Reply);
        Assert.Empty(outcome.Notices);
    }

    [Fact]
    [Requirement("MOD8", "diversity")]
    public async Task Diverse_spreads_sessions_over_the_providers()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, "routing:\n  strategy: diverse\n  candidates: [openai/gpt-4o, anthropic/claude-sonnet-4-5]\n");
        var models = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            models.Add((await turns.RunAsync(await turns.NewSessionAsync(), "hello")).Reply!);
        }

        Assert.Equal(["from claude-sonnet-4-5", "from gpt-4o", "from claude-sonnet-4-5", "from gpt-4o"], models);
    }

    [Fact]
    [Requirement("MOD8", "balanced weights")]
    public async Task Balanced_weighs_price_against_measured_latency()
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, "routing:\n  strategy: balanced\n  candidates: [openai/gpt-4o, openai/gpt-4o-mini]\n");

        Assert.Equal("from gpt-4o-mini", (await turns.RunAsync(await turns.NewSessionAsync(), "hello")).Reply);
    }

    [Theory]
    [InlineData("auto/quickest", null, "MODEL_INVALID", "cheapest")]
    [InlineData("auto/cheapest", "routing:\n  candidates: [mistral/mistral-small-latest]\n", "ROUTE_EMPTY", "set-key")]
    [InlineData("auto/cheapest", "routing:\n  candidates: [gpt-4o]\n", "MODEL_INVALID", "routing.candidates")]
    [InlineData("auto/cheapest", "routing:\n  candidates: [openai/gpt-5-chat-latest]\n", "ROUTE_NO_MODEL", "calls no tools")]
    public async Task A_choice_that_can_not_be_made_is_refused_before_anything_is_stored(string model, string? config, string code, string words)
    {
        await using var turns = await RoutedTurns.StartAsync(Answer, config);
        var session = await turns.NewSessionAsync();

        var (status, body) = await turns.Core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "hello", model }, Cancel);

        Assert.InRange((int)status, 400, 499);
        Assert.Equal(code, (string?)body!["error"]!["code"]);
        Assert.Contains(words, body.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(await turns.ItemsAsync(session));
    }

    private static ScriptedReply Answer(FakeRequest request) => Says($"from {request.Model}");

    private static async Task<string?> ModelOfAsync(RoutedTurns turns, string session) => (string?)(await turns.Core.GetAsync($"/api/v1/sessions/{session}", Cancel)).Body!["model"];

    private static async Task<JsonNode> LastTurnAsync(RoutedTurns turns, string session) => (await turns.Core.GetAsync($"/api/v1/sessions/{session}/turns", Cancel)).Body!["turns"]![0]!;
}
