using System.Net;
using System.Text.Json;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Streams;

/// <summary>The events as pages and as a stream.</summary>
public sealed class EventStreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_goes_on_where_its_reader_was()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi ", "there.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);
        await using var first = await Feed.OpenAsync(core, $"?session_id={id}&after=0");
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go" }, Cancellation);

        var all = await first.UntilAsync("turn.completed");
        var committed = all.Where(e => e.Id is not null).ToList();
        await using var second = await Feed.OpenAsync(core, $"?session_id={id}", lastEventId: committed[2].Id);
        var rest = await second.UntilAsync("turn.completed");
        var (_, page) = await core.GetAsync($"/api/v1/events?session_id={id}", Cancellation);

        Assert.Equal("session.created", committed[0].Event);
        Assert.Equal(committed[3..].Select(e => e.Data), rest.Where(e => e.Id is not null).Select(e => e.Data));
        Assert.Equal(page!["events"]!.AsArray().Select(e => ((string)e!["version"]!.ToString(), (string)e["event"]!)), committed.Select(e => (e.Id!, e.Event)));
        Assert.All(committed, e => Assert.Equal(e.Id, JsonDocument.Parse(e.Data).RootElement.GetProperty("version").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains(all, e => e is { Id: null, Event: "message.delta" });
        Assert.DoesNotContain(all, e => e.Id is null && (e.Event.StartsWith("turn.", StringComparison.Ordinal) || e.Event.StartsWith("item.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stream_shows_only_what_was_asked_for_and_without_a_place_only_what_is_new()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var (id, other) = (await SessionEndpointTests.NewAsync(core), await SessionEndpointTests.NewAsync(core));

        await using var named = await Feed.OpenAsync(core, "?event=turn.started&event=turn.completed");
        await using var ofOne = await Feed.OpenAsync(core, $"?session_id={id}");
        await core.PostAsync($"/api/v1/sessions/{other}/messages", new { content = "go" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, other);
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go" }, Cancellation);

        Assert.Equal(["turn.started", "turn.completed"], (await named.UntilAsync("turn.completed")).Select(e => e.Event));
        var seen = await ofOne.UntilAsync("turn.completed");
        Assert.Equal("turn.started", seen[0].Event);
        Assert.All(seen, e => Assert.Contains(id, e.Data, StringComparison.Ordinal));
        var (_, page) = await core.GetAsync("/api/v1/events?event=turn.started&limit=1", Cancellation);
        Assert.Single(page!["events"]!.AsArray());
        Assert.NotNull(page["next_after"]);
    }

    [Theory]
    [InlineData("/api/v1/events?after=-1")]
    [InlineData("/api/v1/events?session_id=x")]
    [InlineData("/api/v1/events/stream?session_id=x")]
    [InlineData("/api/v1/events/stream?after=x")]
    public async Task What_can_not_be_followed_is_refused(string path)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), SessionEndpointTests.CodeOf(await core.GetAsync(path, Cancellation)));
    }

    [Fact]
    public async Task Streams_end_when_the_server_does_and_do_not_hold_it_up()
    {
        var core = await TestCore.StartAsync(null, Cancellation);
        var feeds = new List<Feed>();
        for (var i = 0; i < 20; i++)
        {
            feeds.Add(await Feed.OpenAsync(core, "?event=turn.started"));
        }

        var started = TimeProvider.System.GetTimestamp();
        await core.DisposeAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 1);
        foreach (var feed in feeds)
        {
            Assert.Empty(await feed.RestAsync());
            await feed.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_silent_stream_gives_a_sign_of_life_every_15_seconds()
    {
        var time = new FakeTime();
        await using var core = await TestCore.StartAsync(null, Cancellation, time: time);
        using var response = await core.Http.GetAsync("/api/v1/events/stream?event=turn.started", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal(": pryx events", await lines.ReadLineAsync(Cancellation));
        await lines.ReadLineAsync(Cancellation);

        for (var sign = 0; sign < 2; sign++)
        {
            var next = lines.ReadLineAsync(Cancellation).AsTask();
            while (!next.IsCompleted)
            {
                // In steps: each look for events of other processes sets its timer anew.
                time.Advance(TimeSpan.FromSeconds(0.5));
                if (time.GetUtcNow().Second % 5 == 0)
                {
                    await SessionEndpointTests.NewAsync(core); // An event that this reader does not want.
                }
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);
            }
            Assert.Equal(": keepalive", await next);
            await lines.ReadLineAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Who_may_only_read_is_no_approver_and_who_may_only_chat_gives_no_answers_beforehand()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);
        using var chat = core.Client(await MintAsync(core, "read", "chat"));

        await using var feed = await Feed.OpenAsync(core, $"?session_id={id}&can_approve=1", client: chat);
        foreach (var wider in new[] { """{"content":"go","approve_all":true}""", """{"content":"go","allow":["shell.exec"]}""", """{"content":"go","policy":"full"}""" })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await PostAsync(chat, $"/api/v1/sessions/{id}/messages", wider));
        }
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await PostAsync(chat, "/api/v1/sessions", $$"""{"workspace":"{{core.Home.Home}}"}"""));
        Assert.Equal((HttpStatusCode.Accepted, null), await PostAsync(chat, $"/api/v1/sessions/{id}/messages", """{"content":"go","policy":"ask"}"""));
        var seen = await feed.UntilAsync("turn.completed");

        Assert.False(core.Home.Exists("made.txt"));
        Assert.Contains("\"denied_for_want_of_person\":1", seen[^1].Data, StringComparison.Ordinal);
        using var reader = core.Client(await MintAsync(core, "read"));
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await PostAsync(reader, $"/api/v1/sessions/{id}/messages", """{"content":"go"}"""));
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await PostAsync(reader, $"/api/v1/sessions/{id}/stop", "{}"));
    }

    private static async Task<string> MintAsync(TestCore core, params string[] scopes) => (string)(await core.PostAsync("/api/v1/tokens", new { name = string.Join('-', scopes), scopes }, Cancellation)).Body!["token"]!;

    private static async Task<(HttpStatusCode, string?)> PostAsync(HttpClient client, string path, string body)
    {
        using var response = await client.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancellation);
        return (response.StatusCode, (string?)System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))?["error"]?["code"]);
    }

    [Fact]
    public async Task A_reader_that_stands_still_costs_the_others_nothing_and_loses_nothing()
    {
        var reply = Says([.. Enumerable.Range(0, 300).Select(i => new string((char)('a' + (i % 26)), 2000))]);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(reply), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);

        await using var still = await Feed.OpenAsync(core, $"?session_id={id}&after=0");
        await using var quick = await Feed.OpenAsync(core, $"?session_id={id}&after=0");
        for (var turn = 0; turn < 3; turn++)
        {
            await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go" }, Cancellation);
            await quick.UntilAsync("turn.completed");
        }
        var late = new List<StreamedEvent>();
        for (var turn = 0; turn < 3; turn++)
        {
            late.AddRange(await still.UntilAsync("turn.completed"));
        }

        var (_, page) = await core.GetAsync($"/api/v1/events?session_id={id}&limit=1000", Cancellation);
        Assert.Equal(page!["events"]!.AsArray().Select(e => e!["version"]!.ToString()), late.Where(e => e.Id is not null).Select(e => e.Id));
    }
}
