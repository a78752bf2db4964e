using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>POST /api/v1/conversations/{id}/messages.</summary>
public sealed class MessageTests : IAsyncLifetime
{
    private TestCore _core = null!;
    private FakeProvider _provider = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        _core = await Talk.StartAsync(_provider, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_provider.Violations);
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    [Requirement("CA13", "6.1")]
    public async Task A_message_is_accepted_with_the_addresses_of_its_turn()
    {
        var made = await _core.CreateAsync(Cancellation);

        var accepted = await _core.SayAsync(made, "Hi", Cancellation);

        var turn = (string)accepted["turnId"]!;
        Assert.True(Guid.TryParseExact(turn, "D", out _));
        Assert.Equal(["turnId", "conversationId", "streamUrl", "statusUrl"], accepted.AsObject().Select(field => field.Key));
        Assert.Equal((string?)made["conversationId"], (string?)accepted["conversationId"]);
        Assert.Equal(($"/api/v1/turns/{turn}/stream-events", $"/api/v1/turns/{turn}"), ((string?)accepted["streamUrl"], (string?)accepted["statusUrl"]));
        Assert.NotEqual("running", (string?)(await EndedAsync(accepted))["status"]);
    }

    [Fact]
    [Requirement("CA2", "202 within 100 ms")]
    [Requirement("CA13", "6.5")]
    public async Task It_is_accepted_at_once_however_long_the_model_takes()
    {
        await using var slow = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        await using var core = await Talk.StartAsync(slow, Cancellation);
        // The first one of a process also compiles the way it takes, which the published executable has behind it.
        await core.SayAsync(await core.CreateAsync(Cancellation), "Hi", Cancellation);
        var times = new List<TimeSpan>();
        for (var i = 0; i < 9; i++)
        {
            var made = await core.CreateAsync(Cancellation);
            var watch = Stopwatch.StartNew();
            await core.SayAsync(made, "Hi", Cancellation);
            times.Add(watch.Elapsed);
        }

        Assert.InRange(times.Order().ElementAt(4), TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"message":""}""")]
    [InlineData("""{"message":"  \n\t "}""")]
    [InlineData("""{"message":7}""")]
    [InlineData("""{"message":null}""")]
    [InlineData("""{"text":"Hi"}""")]
    [InlineData("""{"message":"a\u0000b"}""")]
    [Requirement("CA13", "6.3")]
    public async Task A_message_without_text_is_refused(string body)
    {
        var made = await _core.CreateAsync(Cancellation);

        var error = await _core.RefusedAsync(HttpMethod.Post, $"{Path(made)}/messages", body, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.StartsWith("message: ", (string?)error["message"]);
        Assert.Empty((await _core.SeeAsync(Path(made), Cancellation))["history"]!.AsArray());
    }

    [Theory]
    [InlineData("openai", "chat", "openai-chat")]
    [InlineData("anthropic", "messages", "anthropic")]
    [InlineData("openrouter", "chat", "openai-chat")]
    [Requirement("CA13", "6.4")]
    [Requirement("CA18", "per-turn overrides")]
    public async Task An_override_runs_that_turn_on_another_model_and_no_other_turn(string provider, string api, string wire)
    {
        var made = await _core.CreateAsync(Cancellation);

        var (status, accepted) = await _core.PostAsync($"{Path(made)}/messages", new { message = "Hi", modelProviderId = provider, modelProviderApi = api, model = "other" }, Cancellation);
        var frames = await _core.FollowAsync(accepted!, Cancellation);
        var report = await _core.SeeAsync((string)accepted!["statusUrl"]!, Cancellation);
        var (_, after) = await _core.RunAsync(made, "And now?", Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.All(frames, frame => Assert.Equal((provider, api, "other"), Of(frame.Data)));
        Assert.Equal((provider, api, "other"), Of(report));
        Assert.All(after, frame => Assert.Equal(("openai", "responses", "gpt-4o"), Of(frame.Data)));
        Assert.Equal([("other", wire), ("gpt-4o", "openai-responses")], _provider.ModelRequests.Select(request => (request.Model, request.Wire)));
        Assert.Equal(("openai", "responses", "gpt-4o"), Of(await _core.SeeAsync(Path(made), Cancellation)));
    }

    [Theory]
    [InlineData("""{"message":"Hi","model":"m"}""")]
    [InlineData("""{"message":"Hi","modelProviderId":"openai"}""")]
    [InlineData("""{"message":"Hi","modelProviderApi":"chat"}""")]
    [InlineData("""{"message":"Hi","modelProviderId":"openai","model":"m"}""")]
    [InlineData("""{"message":"Hi","modelProviderId":"openai","modelProviderApi":"chat"}""")]
    [InlineData("""{"message":"Hi","modelProviderId":"openai","modelProviderApi":"chat","model":null}""")]
    [Requirement("CA13", "6.6")]
    public async Task Half_an_override_is_none(string body)
    {
        var made = await _core.CreateAsync(Cancellation);

        var error = await _core.RefusedAsync(HttpMethod.Post, $"{Path(made)}/messages", body, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Contains("all three fields", (string?)error["message"]);
        Assert.Empty(_provider.ModelRequests);
    }

    [Fact]
    public async Task An_override_must_fit_together_and_have_its_key()
    {
        await using var core = await TestCore.StartAsync(_provider, Cancellation);
        var made = await core.CreateAsync(Cancellation);
        Task<JsonNode> RefusedAsync(string provider, string api) => core.RefusedAsync(
            HttpMethod.Post, $"{Path(made)}/messages", new { message = "Hi", modelProviderId = provider, modelProviderApi = api, model = "m" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Contains("Supported providers: openai, anthropic, openrouter", (string?)(await RefusedAsync("acme", "chat"))["message"]);
        Assert.Equal("Provider anthropic does not support API chat. Supported APIs: messages", (string?)(await RefusedAsync("anthropic", "chat"))["message"]);
        Assert.Contains("OPENROUTER_API_KEY", (string?)(await RefusedAsync("openrouter", "chat"))["message"]);
        Assert.Empty((await core.SeeAsync(Path(made), Cancellation))["history"]!.AsArray());
    }

    [Fact]
    [Requirement("CA18", "PATCH takes effect")]
    public async Task A_patched_model_serves_the_turns_to_come()
    {
        var made = await _core.CreateAsync(Cancellation);
        await _core.RunAsync(made, "one", Cancellation);
        await _core.SendAsync(HttpMethod.Patch, Path(made), new { modelProviderId = "anthropic", modelProviderApi = "messages", model = "claude-x" }, Cancellation);

        var (_, frames) = await _core.RunAsync(made, "two", Cancellation);

        Assert.All(frames, frame => Assert.Equal(("anthropic", "messages", "claude-x"), Of(frame.Data)));
        Assert.Equal([("gpt-4o", "openai-responses"), ("claude-x", "anthropic")], _provider.ModelRequests.Select(request => (request.Model, request.Wire)));
        Assert.Equal(("anthropic", "messages", "claude-x"), Of(await _core.SeeAsync(Path(made), Cancellation)));
    }

    [Fact]
    public async Task The_API_that_was_chosen_is_the_one_that_is_spoken()
    {
        foreach (var api in (string[])["chat", "responses"])
        {
            await _core.RunAsync(await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = api, model = api }), "Hi", Cancellation);
        }

        Assert.Equal([("chat", "openai-chat"), ("responses", "openai-responses")], _provider.ModelRequests.Select(request => (request.Model, request.Wire)));
    }

    [Fact]
    public async Task The_same_message_sent_again_under_its_key_is_taken_once()
    {
        var made = await _core.CreateAsync(Cancellation);
        var turns = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Path(made)}/messages") { Content = new StringContent("""{"message":"Hi"}""", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", "once");
            using var answer = await _core.Http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            var accepted = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;
            turns.Add((string)accepted["turnId"]!);
            await _core.FollowAsync(accepted, Cancellation);
        }

        Assert.Equal(turns[0], turns[1]);
        Assert.Single(_provider.ModelRequests);
    }

    [Fact]
    public async Task Other_fields_and_the_shape_of_the_text_are_left_alone()
    {
        var made = await _core.CreateAsync(Cancellation);

        var (status, accepted) = await _core.PostAsync($"{Path(made)}/messages", new { message = "  two\nlines 🎈 ", colour = "red" }, Cancellation);
        await _core.FollowAsync(accepted!, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("  two\nlines 🎈 ", (string?)(await _core.SeeAsync(Path(made), Cancellation))["history"]![0]!["content"]);
    }

    private async Task<JsonNode> EndedAsync(JsonNode accepted)
    {
        await _core.FollowAsync(accepted, Cancellation);
        return await _core.SeeAsync((string)accepted["statusUrl"]!, Cancellation);
    }

    private static (string?, string?, string?) Of(JsonNode shown) => ((string?)shown["modelProviderId"], (string?)shown["modelProviderApi"], (string?)shown["model"]);

    private static string Path(JsonNode conversation) => $"{Talk.Conversations}/{conversation["conversationId"]}";
}
