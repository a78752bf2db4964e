using System.Text.Json.Nodes;
using Pryx.Core.Tests.Routing;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Models;

/// <summary>What single providers do otherwise than the others, seen from a whole turn.</summary>
public sealed class ModelOddsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_OpenRouter_says_a_call_has_cost_counts_and_not_the_catalogs_price()
    {
        await using var provider = await FakeProvider.StartAsync(static _ => Says("hello") with { Usage = new(1_000, 100), CostUsd = 0.0123456m }, Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel, environment: OpenRouter(provider));
        var session = (string)(await core.PostAsync("/api/v1/sessions", new { title = "t", model = "openrouter/openai/gpt-5.4" }, Cancel)).Body!["id"]!;

        await core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "hello" }, Cancel);
        var step = await StepAsync(core, session);

        Assert.Equal(0.0123456, (double)step["cost_usd"]!, 9);
        Assert.True((bool)step["is_cost_reported"]!);
        Assert.Equal(0.0123456, (double)(await core.GetAsync($"/api/v1/sessions/{session}", Cancel)).Body!["total_cost_usd"]!, 9);
        Assert.Empty(provider.Violations);
    }

    [Theory]
    [InlineData("google/gemini-2.5-pro")]
    [InlineData("ollama/qwen3:8b")]
    [InlineData("openai/gpt-5.4")]
    public async Task A_model_that_takes_one_call_at_a_time_is_held_to_it_on_every_wire(string model)
    {
        using var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), $"models:\n  {model}:\n    max_parallel_tool_calls: 1\n", Cancel);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("list_dir", """{"path":"."}"""), ("list_dir", """{"path":".."}""")), Says("done")), Cancel);
        await using var core = await AllWires.StartAsync(provider, Cancel, home);
        var session = await core.OpenAsync(Cancel);

        var turn = await core.RunAsync(session, "look", model, Cancel);

        Assert.Equal("completed", (string?)turn["status"]);
        var items = (await core.GetAsync($"/api/v1/sessions/{session}/items", Cancel)).Body!["items"]!.AsArray();
        Assert.Single(items, static item => (string?)item!["type"] == "tool_call");
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task A_small_model_names_the_session_where_titles_are_a_models_job()
    {
        await using var turns = await RoutedTurns.StartAsync(
            static request => request.System?.Contains("You name conversations", StringComparison.Ordinal) == true ? Says("\"Greeting in the morning.\"\n") : Says("Good morning."), "titles: model\nrouting:\n  title: openai/gpt-5-nano\n");
        var session = (string)(await turns.Core.PostAsync("/api/v1/sessions", new { model = "openai/gpt-4o" }, Cancel)).Body!["id"]!;

        Assert.Equal("Good morning.", (await turns.RunAsync(session, "Good morning, how are you?")).Reply);
        Assert.Equal("Good morning.", (await turns.RunAsync(session, "And now?")).Reply);

        Assert.Equal("Greeting in the morning", (string?)(await turns.Core.GetAsync($"/api/v1/sessions/{session}", Cancel)).Body!["title"]);
        Assert.Equal(["gpt-4o", "gpt-5-nano", "gpt-4o"], turns.Provider.ModelRequests.Select(static request => request.Model));
        await RoutedTurns.UntilAsync(async () => (await turns.Core.GetAsync("/api/v1/telemetry/metrics", Cancel)).Body!["metrics"]!.AsArray()
            .Single(static metric => (string?)metric!["name"] == "pryx.model.calls")!["series"]!.AsArray().Sum(static one => (double)one!["value"]!) == 3);
        // It is paid for like every other call, and is no step of the turn.
        Assert.Equal(3, (int)(await turns.Core.GetAsync("/api/v1/cost/summary", Cancel)).Body!["total"]!["calls"]!);
    }

    [Fact]
    public async Task A_title_that_fails_changes_nothing_and_one_that_the_user_gave_stays()
    {
        await using var turns = await RoutedTurns.StartAsync(
            static request => request.Model == "gpt-5-nano" ? Fails(401) : Says("Good morning."), "titles: model\nrouting:\n  title: openai/gpt-5-nano\n");
        var nameless = (string)(await turns.Core.PostAsync("/api/v1/sessions", new { model = "openai/gpt-4o" }, Cancel)).Body!["id"]!;
        var named = await turns.NewSessionAsync("openai/gpt-4o");

        Assert.Equal("completed", (await turns.RunAsync(nameless, "Hello there")).Status);
        Assert.Equal("completed", (await turns.RunAsync(named, "Hello there")).Status);

        Assert.Equal("Hello there", (string?)(await turns.Core.GetAsync($"/api/v1/sessions/{nameless}", Cancel)).Body!["title"]);
        Assert.Equal("t", (string?)(await turns.Core.GetAsync($"/api/v1/sessions/{named}", Cancel)).Body!["title"]);
    }

    [Fact]
    public async Task What_a_call_would_cost_is_known_without_a_key()
    {
        await using var core = await TestCore.StartAsync(null, Cancel);

        var (_, estimate) = await core.GetAsync("/api/v1/cost/estimate?model=anthropic/claude-sonnet-4-5&text_bytes=4000", Cancel);

        Assert.Equal("anthropic/claude-sonnet-4-5", (string?)estimate!["model"]);
        Assert.InRange((double)estimate["typical_usd"]!, 0.001, 0.5);
    }

    private static Dictionary<string, string> OpenRouter(FakeProvider provider) => new() { ["OPENROUTER_API_KEY"] = "sk-or-test", ["OPENROUTER_BASE_URL"] = provider.OpenRouterUrl.ToString() };

    private static async Task<JsonNode> StepAsync(TestCore core, string session)
    {
        JsonNode? step = null;
        await RoutedTurns.UntilAsync(async () =>
        {
            var events = (await core.GetAsync($"/api/v1/events?session_id={session}&limit=1000", Cancel)).Body!["events"]!.AsArray();
            step = events.FirstOrDefault(static entry => (string?)entry!["event"] == "step.completed")?["payload"];
            return events.Any(static entry => (string?)entry!["event"] == "turn.completed");
        });
        return step!;
    }
}
