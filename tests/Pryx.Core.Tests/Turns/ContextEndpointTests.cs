using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Sessions;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>The window of a session over HTTP: what fills it, and making room.</summary>
public sealed class ContextEndpointTests
{
    private static readonly string Talk = string.Concat(Enumerable.Repeat("some plain words of talk ", 60));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_what_fills_the_window_by_class_and_is_corrected_by_what_the_provider_counts()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("One.") with { Usage = new TokenUsage(5_000, 10) });
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await NewAsync(core, "openai/gpt-4o");

        var (_, before) = await core.GetAsync($"/api/v1/sessions/{id}/context", Cancellation);
        await SayAsync(core, id, "hello");
        var (status, after) = await core.GetAsync($"/api/v1/sessions/{id}/context", Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("openai/gpt-4o", (string?)after!["model"]);
        Assert.Equal(128_000, (long?)after["window"]);
        Assert.True((bool?)after["is_window_known"]);
        Assert.True((long?)before!["system"] > 100 && (long?)before["tools"] > 1_000 && (long?)before["history"] == 0);
        Assert.Equal(5_000, (long?)after["last_counted"]);
        Assert.InRange((long)after["used"]!, 5_001, 5_050);
        string[] classes = ["system", "tools", "history", "reasoning", "attachments", "summaries"];
        Assert.Equal((long)after["used"]!, classes.Sum(name => (long)after[name]!));
        Assert.Equal("", (string?)after["level"]);
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync($"/api/v1/sessions/{Guid.NewGuid()}/context", Cancellation)).Status);
    }

    [Fact]
    public async Task The_correction_outlives_the_process_and_each_step_tells_it()
    {
        using var home = new TempHome();
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("One.") with { Usage = new TokenUsage(9_000, 10) });
        string id;
        await using (var core = await TestCore.StartAsync(provider, Cancellation, home))
        {
            id = await NewAsync(core, "openai/gpt-4o");
            await SayAsync(core, id, "hello");
            var (_, events) = await core.GetAsync($"/api/v1/events?session_id={id}&after=0", Cancellation);
            var step = events!["events"]!.AsArray().Single(e => (string?)e!["event"] == "step.completed");
            Assert.Equal(9_000, (long?)step!["payload"]!["context"]!["last_counted"]);
        }
        await using var again = await TestCore.StartAsync(provider, Cancellation, home);

        var (_, context) = await again.GetAsync($"/api/v1/sessions/{id}/context", Cancellation);

        Assert.Equal(9_000, (long?)context!["last_counted"]);
        Assert.True((long?)context["used"] > (long?)context["last_estimated"] * 3 / 2, "the provider counts far more than the estimate");
    }

    [Fact]
    [Requirement("NFR-M1.1", "warn at 80 percent")]
    public async Task A_window_that_is_nearly_full_is_announced()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("One.") with { Usage = new TokenUsage(105_000, 10) }, Says("Two.") with { Usage = new TokenUsage(105_100, 10) });
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await NewAsync(core, "openai/gpt-4o");

        await SayAsync(core, id, "hello");
        await SayAsync(core, id, "again");

        var (_, events) = await core.GetAsync($"/api/v1/events?session_id={id}&after=0", Cancellation);
        var warning = Assert.Single(events!["events"]!.AsArray(), e => (string?)e!["event"] == "memory.warning");
        Assert.Equal("info", (string?)warning!["payload"]!["context"]!["level"]);
        Assert.Contains(await ItemsAsync(core, id), item => (string?)item!["type"] == "notice" && ((string?)item["text"])!.StartsWith("Context window at 82% capacity", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_is_compacted_when_nothing_runs_and_goes_on_from_the_summary()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says($"One. {Talk}"), Says($"Two. {Talk}"), Says($"Three. {Talk}"), Says("They talked about words."), Says("Four."));
        provider.ChecksPrefix = false;
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await NewAsync(core, "openai/gpt-4o");
        foreach (var text in (string[])["first", "second: never use tabs", "third"])
        {
            await SayAsync(core, id, text);
        }
        var (_, full) = await core.GetAsync($"/api/v1/sessions/{id}/context", Cancellation);

        var (status, turn) = await core.PostAsync($"/api/v1/sessions/{id}/compact", new { instructions = "the words" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);
        var (_, smaller) = await core.GetAsync($"/api/v1/sessions/{id}/context", Cancellation);
        await SayAsync(core, id, "fourth");

        Assert.Equal(HttpStatusCode.Accepted, status);
        var items = await ItemsAsync(core, id);
        var summary = Assert.Single(items, item => (string?)item!["type"] == "summary")!;
        Assert.StartsWith("[SUMMARY of 3 messages]: They talked about words.", (string?)summary["text"], StringComparison.Ordinal);
        Assert.Equal((string?)turn!["turn_id"], (string?)summary["turn_id"]);
        Assert.True((long?)smaller!["used"] < (long?)full!["used"]);
        Assert.True((long?)smaller["summaries"] > 0);
        var last = provider.ModelRequests[^1];
        Assert.Contains("They talked about words.", last.System, StringComparison.Ordinal);
        Assert.Contains("never use tabs", last.System, StringComparison.Ordinal);
        Assert.Equal(["system", "user", "user", "assistant", "user"], last.Messages.Select(message => message.Role));
        // The originals are all there, and nothing pretends that the user said something.
        Assert.Equal(["first", "second: never use tabs", "third", "fourth"], items.Where(item => (string?)item!["type"] == "user_message").Select(item => (string?)item!["text"]));
        Assert.Empty(provider.Violations);
        var (_, session) = await core.GetAsync($"/api/v1/sessions/{id}/turns", Cancellation);
        Assert.All(session!["turns"]!.AsArray(), ended => Assert.Equal("completed", (string?)ended!["status"]));
    }

    [Fact]
    public async Task A_compaction_waits_for_the_turn_that_runs()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("One."), Hangs(), Says("unused"));
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await NewAsync(core, "openai/gpt-4o");
        await SayAsync(core, id, "first");
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "second" }, Cancellation);
        await provider.WaitForRequestsAsync(2, Cancellation);

        var (status, turn) = await core.PostAsync($"/api/v1/sessions/{id}/compact", null, Cancellation);
        var queued = (string?)turn!["status"];
        await core.PostAsync($"/api/v1/sessions/{id}/stop", null, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Equal((HttpStatusCode.Accepted, "queued"), (status, queued));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), SessionEndpointTests.CodeOf(await core.PostAsync($"/api/v1/sessions/{id}/compact", new { instructions = new string('a', 5_000) }, Cancellation)));
        Assert.Equal((HttpStatusCode.NotFound, "SESSION_NOT_FOUND"), SessionEndpointTests.CodeOf(await core.PostAsync($"/api/v1/sessions/{Guid.NewGuid()}/compact", null, Cancellation)));
    }

    private static async Task<string> NewAsync(TestCore core, string model) => (string)(await core.PostAsync("/api/v1/sessions", new { model }, Cancellation)).Body!["id"]!;

    private static async Task SayAsync(TestCore core, string id, string text)
    {
        var (status, _) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = text }, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, status);
        await SessionEndpointTests.EndAsync(core, id);
    }

    private static async Task<JsonArray> ItemsAsync(TestCore core, string id) => (await core.GetAsync($"/api/v1/sessions/{id}/items", Cancellation)).Body!["items"]!.AsArray();
}
