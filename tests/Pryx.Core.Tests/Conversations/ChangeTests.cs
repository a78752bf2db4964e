using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>GET, PATCH, DELETE and clone of one conversation.</summary>
public sealed class ChangeTests : IAsyncLifetime
{
    private const string Unknown = "3f0c1a6e-0000-4000-8000-000000000000";
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
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    [Requirement("CA1", "get")]
    [Requirement("CA10", "3.1")]
    public async Task It_is_found_as_it_was_made()
    {
        var made = await _core.CreateAsync(Cancellation);

        Assert.Equal(made.ToJsonString(), (await _core.SeeAsync(Path(made), Cancellation)).ToJsonString());
    }

    [Theory]
    [InlineData(Unknown)]
    [InlineData("not-a-uuid")]
    [InlineData("1")]
    [InlineData("%27%20OR%201=1")]
    [InlineData("{3f0c1a6e-0000-4000-8000-000000000000}")]
    [InlineData("00000000000000000000000000000000")]
    [Requirement("CA10", "3.2")]
    [Requirement("CA11", "4.2")]
    [Requirement("CA12", "5.6")]
    [Requirement("CA13", "6.2")]
    [Requirement("CA14", "7.2")]
    [Requirement("CA15", "8.7")]
    [Requirement("CA5", "not found 404")]
    [Requirement("CA5", "never 500")]
    public async Task What_does_not_exist_is_not_found_whatever_its_id_looks_like(string id)
    {
        foreach (var (method, path, body) in ((HttpMethod, string, object?)[])[
            (HttpMethod.Get, $"{Talk.Conversations}/{id}", null), (HttpMethod.Delete, $"{Talk.Conversations}/{id}", null), (HttpMethod.Patch, $"{Talk.Conversations}/{id}", new { title = "x" }),
            (HttpMethod.Post, $"{Talk.Conversations}/{id}/messages", new { message = "x" }), (HttpMethod.Post, $"{Talk.Conversations}/{id}/messages", new { message = "" }),
            (HttpMethod.Post, $"{Talk.Conversations}/{id}/clone", null), (HttpMethod.Get, $"/api/v1/turns/{id}", null), (HttpMethod.Get, $"/api/v1/turns/{id}/stream-events", null),
            (HttpMethod.Get, $"/api/v1/turns/{id}/stream-events?thinkingLevel=wrong", null)])
        {
            await _core.RefusedAsync(method, path, body, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
        }
    }

    [Fact]
    [Requirement("CA1", "patch")]
    [Requirement("CA12", "5.1")]
    [Requirement("CA12", "5.2")]
    public async Task Each_change_leaves_the_rest_and_moves_the_clock()
    {
        var made = await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = "chat", model = "m", title = "t", summary = "s", tags = (string[])["a"], agentRole = "r" });
        var before = made;
        foreach (var (body, name, value) in ((string, string, string)[])[
            ("""{"title":"new"}""", "title", "\"new\""), ("""{"summary":"newer"}""", "summary", "\"newer\""), ("""{"agentRole":"other"}""", "agentRole", "\"other\""),
            ("""{"tags":["b","c"]}""", "tags", """["b","c"]"""), ("""{"model":"m2"}""", "model", "\"m2\""), ("""{"modelProviderApi":"responses"}""", "modelProviderApi", "\"responses\"")])
        {
            var after = await PatchAsync(made, body);

            Assert.True(string.CompareOrdinal((string)after["updatedAt"]!, (string)before["updatedAt"]!) > 0);
            var expected = JsonNode.Parse(before.ToJsonString())!;
            expected[name] = JsonNode.Parse(value);
            expected["updatedAt"] = (string)after["updatedAt"]!;
            Assert.Equal(expected.ToJsonString(), after.ToJsonString());
            before = after;
        }
        Assert.Equal(before.ToJsonString(), (await _core.SeeAsync(Path(made), Cancellation)).ToJsonString());
    }

    [Fact]
    public async Task Every_change_is_later_than_the_one_before_also_within_one_millisecond()
    {
        await using var still = await Talk.StartAsync(_provider, Cancellation, time: new StandingClock());
        var made = await still.CreateAsync(Cancellation);
        var times = new List<string> { (string)made["updatedAt"]! };
        for (var i = 0; i < 5; i++)
        {
            var (_, body) = await still.SendAsync(HttpMethod.Patch, Path(made), new { title = $"t{i}" }, Cancellation);
            times.Add((string)body!["updatedAt"]!);
        }

        Assert.Equal(times.Distinct().Order(StringComparer.Ordinal), times);
    }

    [Fact]
    [Requirement("CA12", "5.3")]
    public async Task Null_clears_what_may_be_absent()
    {
        var made = await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = "chat", model = "m", title = "t", summary = "s", tags = (string[])["a"], agentRole = "r" });

        var cleared = await PatchAsync(made, """{"title":null,"summary":null,"agentRole":null,"tags":[]}""");

        Assert.All(["title", "summary", "agentRole"], name => Assert.Null(cleared[name]));
        Assert.Empty(cleared["tags"]!.AsArray());
    }

    [Theory]
    [InlineData("""{}""", "body")]
    [InlineData("""{"conversationId":"x"}""", "conversationId")]
    [InlineData("""{"createdAt":"2020-01-01T00:00:00.000Z"}""", "createdAt")]
    [InlineData("""{"updatedAt":"2020-01-01T00:00:00.000Z","title":"x"}""", "updatedAt")]
    [InlineData("""{"parent":null}""", "parent")]
    [InlineData("""{"history":[]}""", "history")]
    [InlineData("""{"colour":"red"}""", "colour")]
    [InlineData("""{"title":7}""", "title")]
    [InlineData("""{"tags":"a"}""", "tags")]
    [InlineData("""{"tags":[1]}""", "tags")]
    [InlineData("""{"model":""}""", "model")]
    [InlineData("""{"model":null}""", "model")]
    [Requirement("CA12", "5.4")]
    [Requirement("CA12", "5.5")]
    [Requirement("CA12", "5.7")]
    public async Task What_can_not_be_changed_is_named_and_nothing_is(string body, string field)
    {
        var made = await _core.CreateAsync(Cancellation);

        var error = await _core.RefusedAsync(HttpMethod.Patch, Path(made), body, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Contains(field + ": ", (string?)error["message"]);
        Assert.Equal(made.ToJsonString(), (await _core.SeeAsync(Path(made), Cancellation)).ToJsonString());
    }

    [Theory]
    [InlineData("""{"modelProviderApi":"messages"}""", "Provider openai does not support API messages. Supported APIs: responses, chat")]
    [InlineData("""{"modelProviderId":"anthropic"}""", "Provider anthropic does not support API responses. Supported APIs: messages")]
    [InlineData("""{"modelProviderId":"acme"}""", "Supported providers: openai, anthropic, openrouter")]
    [Requirement("CA12", "5.8")]
    public async Task A_new_half_of_the_combination_is_judged_with_the_stored_one(string body, string message)
    {
        var made = await _core.CreateAsync(Cancellation);

        var error = await _core.RefusedAsync(HttpMethod.Patch, Path(made), body, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Contains(message, (string?)error["message"]);
    }

    [Fact]
    [Requirement("CA12", "5.9")]
    public async Task Both_halves_can_change_together()
    {
        var made = await _core.CreateAsync(Cancellation);

        var changed = await PatchAsync(made, """{"modelProviderId":"anthropic","modelProviderApi":"messages","model":"claude-x"}""");

        Assert.Equal(("anthropic", "messages", "claude-x"), ((string?)changed["modelProviderId"], (string?)changed["modelProviderApi"], (string?)changed["model"]));
    }

    [Fact]
    [Requirement("CA1", "delete")]
    [Requirement("CA11", "4.1")]
    [Requirement("CA11", "4.3")]
    public async Task A_deleted_one_is_gone_from_everywhere()
    {
        var made = await _core.CreateAsync(Cancellation);
        var kept = await _core.CreateAsync(Cancellation);
        var (accepted, _) = await _core.RunAsync(made, "Hi", Cancellation);

        var (status, body) = await _core.SendAsync(HttpMethod.Delete, Path(made), null, Cancellation);

        Assert.Equal((HttpStatusCode.NoContent, null), (status, body));
        Assert.Equal([(string)kept["conversationId"]!], (await _core.SeeAsync(Talk.Conversations, Cancellation))["conversations"]!.AsArray().Select(one => (string)one!["conversationId"]!));
        await _core.RefusedAsync(HttpMethod.Get, Path(made), null, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
        await _core.RefusedAsync(HttpMethod.Delete, Path(made), null, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
        await _core.RefusedAsync(HttpMethod.Get, (string)accepted["statusUrl"]!, null, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
    }

    [Fact]
    public async Task Deleting_a_conversation_ends_what_runs_in_it_and_its_streams()
    {
        await using var stuck = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        await using var core = await Talk.StartAsync(stuck, Cancellation);
        var made = await core.CreateAsync(Cancellation);
        var accepted = await core.SayAsync(made, "Hi", Cancellation);
        await using var stream = await core.OpenAsync(accepted, Cancellation);
        await stream.NextAsync("task_started", Cancellation);
        await stuck.WaitForRequestsAsync(1, Cancellation);

        var (status, _) = await core.SendAsync(HttpMethod.Delete, Path(made), null, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.Equal("turn_aborted", (await stream.NextAsync("turn_aborted", Cancellation)).Event);
        Assert.Null(await stream.NextAsync(Cancellation));
    }

    [Fact]
    public async Task A_clone_has_the_history_and_the_model_and_nothing_else()
    {
        var made = await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = "chat", model = "m", title = "t", summary = "s", tags = (string[])["a"], agentRole = "r" });
        await _core.RunAsync(made, "Hi", Cancellation);

        var (status, clone) = await _core.PostAsync($"{Path(made)}/clone", null, Cancellation);
        var (_, named) = await _core.PostAsync($"{Path(made)}/clone", new { title = "copy", tags = (string[])["c"] }, Cancellation);
        var refusal = await _core.RefusedAsync(HttpMethod.Post, $"{Path(made)}/clone", new { modelProviderId = "anthropic" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal((string?)made["conversationId"], (string?)clone!["parent"]);
        Assert.Equal(("openai", "chat", "m"), ((string?)clone["modelProviderId"], (string?)clone["modelProviderApi"], (string?)clone["model"]));
        Assert.All(["title", "summary", "agentRole"], name => Assert.Null(clone[name]));
        Assert.Empty(clone["tags"]!.AsArray());
        Assert.Equal(["Hi", "Hello."], clone["history"]!.AsArray().Select(entry => (string)entry!["content"]!));
        Assert.Equal((string?)clone["createdAt"], (string?)clone["updatedAt"]);
        Assert.Equal(("copy", "c"), ((string?)named!["title"], (string?)named["tags"]![0]));
        Assert.Contains("does not support API chat", (string?)refusal["message"]);
        Assert.Equal(3, (await _core.SeeAsync(Talk.Conversations, Cancellation))["conversations"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_conversation_keeps_the_title_it_was_given_and_has_none_until_then()
    {
        var made = await _core.CreateAsync(Cancellation);
        await _core.RunAsync(made, "What is the time?", Cancellation);

        Assert.Null((await _core.SeeAsync(Path(made), Cancellation))["title"]);
        Assert.Equal("Clock", (string?)(await PatchAsync(made, """{"title":"Clock"}"""))["title"]);
    }

    private async Task<JsonNode> PatchAsync(JsonNode made, string body)
    {
        var (status, after) = await _core.SendAsync(HttpMethod.Patch, Path(made), body, Cancellation);
        Assert.Equal(HttpStatusCode.OK, status);
        return after!;
    }

    private static string Path(JsonNode conversation) => $"{Talk.Conversations}/{conversation["conversationId"]}";

    /// <summary>Its date stands still; what waits still goes on.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private readonly DateTimeOffset _now = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
