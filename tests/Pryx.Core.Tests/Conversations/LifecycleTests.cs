using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>The contract's lifecycles L1 to L7, and what a restart leaves of them. Each runs twice on the same data directory.</summary>
public sealed class LifecycleTests : IAsyncLifetime
{
    private readonly TempHome _home = new();
    private FakeProvider _provider = null!;
    private TestCore _core = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _home.Write("notes.txt", "hello from the file\n");
        _provider = await FakeProvider.StartAsync(request => Says($"Echo: {request.LastUserText}"), Cancellation);
        _provider.ForModel("reader", FakeScripts.BySteps(Calls(("readFile", """{"filePath":"notes.txt"}""")) with { Reasoning = "Look." }, Says("Read.")))
            .ForModel("missing", FakeScripts.Always(Calls(("readFile", """{"filePath":"nowhere.txt"}"""))));
        _core = await Talk.StartAsync(_provider, Cancellation, _home);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_provider.Violations);
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    [Requirement("CA16", "L1")]
    public Task A_whole_conversation_from_its_making_to_its_end() => TwiceAsync(async () =>
    {
        var made = await _core.CreateAsync(Cancellation);
        await _core.RunAsync(made, "one", Cancellation);
        var one = await _core.SeeAsync(Path(made), Cancellation);
        Assert.Equal([("user", "one"), ("assistant", "Echo: one")], History(one));
        await _core.RunAsync(made, "two", Cancellation);
        await _core.RunAsync(made, "three", Cancellation);

        var seen = await _core.SeeAsync(Path(made), Cancellation);
        Assert.Equal([("user", "one"), ("assistant", "Echo: one"), ("user", "two"), ("assistant", "Echo: two"), ("user", "three"), ("assistant", "Echo: three")], History(seen));
        // The model saw all of it.
        Assert.Equal(["one", "two", "three"], _provider.ModelRequests[^1].Messages.Where(message => message.Role == "user").Select(message => message.Text));
        var (_, patched) = await _core.SendAsync(HttpMethod.Patch, Path(made), new { title = "t" }, Cancellation);
        Assert.Equal(History(seen), History(patched!));
        Assert.Contains((string)made["conversationId"]!, (await _core.SeeAsync($"{Talk.Conversations}?limit=1", Cancellation)).ToJsonString());
        Assert.Equal(HttpStatusCode.NoContent, (await _core.SendAsync(HttpMethod.Delete, Path(made), null, Cancellation)).Status);
        await _core.RefusedAsync(HttpMethod.Get, Path(made), null, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
    });

    [Fact]
    [Requirement("CA16", "L2")]
    public Task Status_and_stream_tell_the_same_story() => TwiceAsync(async () =>
    {
        var (accepted, frames) = await _core.RunAsync(await _core.CreateAsync(Cancellation), "Hi", Cancellation);

        var report = await _core.SeeAsync((string)accepted["statusUrl"]!, Cancellation);
        Assert.Equal((string?)frames[^1].Data["last_agent_message"], (string?)report["result"]!["content"]);
        Assert.Equal("completed", (string?)report["status"]);
    });

    [Fact]
    [Requirement("CA16", "L3")]
    public Task A_tool_is_run_in_the_folder_of_the_server() => TwiceAsync(async () =>
    {
        var made = await _core.CreateAsync(Cancellation, new { modelProviderId = "anthropic", modelProviderApi = "messages", model = "reader" });

        var (accepted, frames) = await _core.RunAsync(made, "Read notes.txt", Cancellation, "?toolLevel=full");

        Assert.Contains("hello from the file", (string?)frames.Single(frame => frame.Event == "exec_command_end").Data["output"]!["content"]);
        Assert.Equal("readFile", (string?)(await _core.SeeAsync($"{accepted["statusUrl"]}?toolLevel=full", Cancellation))["toolCalls"]![0]!["name"]);
        Assert.Equal([("user", "Read notes.txt"), ("assistant", "Read.")], History(await _core.SeeAsync(Path(made), Cancellation)));
    });

    [Fact]
    [Requirement("CA16", "L4")]
    public Task Another_provider_for_one_turn_and_back() => TwiceAsync(async () =>
    {
        var made = await _core.CreateAsync(Cancellation);
        await _core.RunAsync(made, "one", Cancellation);
        var (_, accepted) = await _core.PostAsync($"{Path(made)}/messages", new { message = "two", modelProviderId = "anthropic", modelProviderApi = "messages", model = "claude-x" }, Cancellation);
        var frames = await _core.FollowAsync(accepted!, Cancellation);
        var (_, after) = await _core.RunAsync(made, "three", Cancellation);

        Assert.Equal(["openai", "anthropic", "openai"], [(string)made["modelProviderId"]!, (string)frames[^1].Data["modelProviderId"]!, (string)after[^1].Data["modelProviderId"]!]);
        Assert.Equal(["gpt-4o", "claude-x", "gpt-4o"], _provider.ModelRequests.TakeLast(3).Select(request => request.Model));
        Assert.Equal(6, History(await _core.SeeAsync(Path(made), Cancellation)).Count);
    });

    [Fact]
    [Requirement("CA16", "L5")]
    public Task A_conversation_goes_on_after_a_turn_that_failed() => TwiceAsync(async () =>
    {
        var made = await _core.CreateAsync(Cancellation);
        var (_, refused) = await _core.PostAsync($"{Path(made)}/messages", new { message = $"read {made["conversationId"]}", modelProviderId = "openai", modelProviderApi = "chat", model = "missing" }, Cancellation);
        Assert.Equal("turn_aborted", (await _core.FollowAsync(refused!, Cancellation))[^1].Event);

        var (_, frames) = await _core.RunAsync(made, "again", Cancellation);

        Assert.Equal("task_complete", frames[^1].Event);
        Assert.Equal("Echo: again", (string?)frames[^1].Data["last_agent_message"]);
    });

    [Fact]
    [Requirement("CA16", "L6")]
    public Task A_reader_that_was_cut_off_comes_back_and_misses_nothing() => TwiceAsync(async () =>
    {
        var accepted = await _core.SayAsync(await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = "chat", model = "reader" }), "Hi", Cancellation);
        Frame last;
        await using (var stream = await _core.OpenAsync(accepted, Cancellation, "?toolLevel=full"))
        {
            last = await stream.NextAsync("exec_command_begin", Cancellation);
        }

        var rest = await _core.FollowAsync(accepted, Cancellation, "?toolLevel=full", last.Id);

        var all = await _core.FollowAsync(accepted, Cancellation, "?toolLevel=full");
        Assert.Equal(all.Where(frame => frame.Seq > last.Seq), rest);
        Assert.Equal(Enumerable.Range(1, all.Count), all.Select(frame => frame.Seq));
    });

    [Fact]
    [Requirement("CA16", "L7")]
    [Requirement("CA19", "isolated")]
    public Task Conversations_at_the_same_time_know_nothing_of_each_other() => TwiceAsync(async () =>
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            var made = await _core.CreateAsync(Cancellation);
            var (accepted, frames) = await _core.RunAsync(made, $"I am {i}", Cancellation);
            return (Made: made, Accepted: accepted, Frames: frames, Word: $"Echo: I am {i}");
        }));

        foreach (var (made, accepted, frames, word) in runs)
        {
            Assert.Equal(word, (string?)frames[^1].Data["last_agent_message"]);
            Assert.All(frames, frame => Assert.StartsWith((string)accepted["turnId"]!, frame.Id));
            Assert.Equal(2, History(await _core.SeeAsync(Path(made), Cancellation)).Count);
        }
        Assert.Equal(10, runs.Select(run => (string)run.Accepted["turnId"]!).Distinct().Count());
    });

    [Fact]
    public async Task A_turn_that_was_running_when_the_server_ended_is_finished_by_the_next_one_under_the_same_numbers()
    {
        var hold = true;
        await using var provider = await FakeProvider.StartAsync(
            request => request.Step == 0 ? Calls(("readFile", """{"filePath":"notes.txt"}""")) with { Reasoning = "Look." } : Volatile.Read(ref hold) ? Hangs() : Says("Read."), Cancellation);
        using var home = new TempHome();
        home.Write("notes.txt", "hello");
        var before = await Talk.StartAsync(provider, Cancellation, home);
        var made = await before.CreateAsync(Cancellation);
        var accepted = await before.SayAsync(made, "Hi", Cancellation);
        var seen = new List<Frame>();
        await using (var stream = await before.OpenAsync(accepted, Cancellation, "?toolLevel=full"))
        {
            while (seen.Count == 0 || seen[^1].Event != "tool_call_end")
            {
                seen.Add((await stream.NextAsync(Cancellation))!);
            }
        }
        await provider.WaitForRequestsAsync(2, Cancellation);
        await before.DisposeAsync();
        Volatile.Write(ref hold, false);

        await using var after = await Talk.StartAsync(provider, Cancellation, home);
        var all = await after.FollowAsync(accepted, Cancellation, "?toolLevel=full");
        var rest = await after.FollowAsync(accepted, Cancellation, "?toolLevel=full", seen[^1].Id);

        Assert.Equal(seen, all.Take(seen.Count));
        Assert.Equal(all.Skip(seen.Count), rest);
        Assert.Equal("task_complete", all[^1].Event);
        Assert.Single(all, frame => frame.Event == "task_started");
        Assert.Equal(Enumerable.Range(1, all.Count), all.Select(frame => frame.Seq));
        Assert.Equal([("user", "Hi"), ("assistant", "Read.")], History(await after.SeeAsync(Path(made), Cancellation)));
    }

    [Fact]
    public async Task A_command_that_the_server_took_with_it_is_a_tool_that_failed()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("exec", """{"command":"touch begun; sleep 60"}""")), Says("Done.")), Cancellation);
        using var home = new TempHome();
        var before = await Talk.StartAsync(provider, Cancellation, home);
        await before.GrantAsync("shell.exec:touch*", Cancellation);
        await before.GrantAsync("shell.exec:sleep*", Cancellation);
        var accepted = await before.SayAsync(await before.CreateAsync(Cancellation), "Hi", Cancellation);
        while (!home.Exists("begun"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
        await before.DisposeAsync();

        await using var after = await Talk.StartAsync(provider, Cancellation, home);
        var frames = await after.FollowAsync(accepted, Cancellation, "?toolLevel=full");

        Assert.Equal("failed", (string?)frames.Single(frame => frame.Event == "tool_call_end").Data["status"]);
        Assert.Equal(["error", "turn_aborted"], frames.Names().TakeLast(2));
        Assert.Contains("interrupted", (string?)frames[^2].Data["message"]);
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    public async Task Messages_that_come_while_a_turn_runs_have_turns_of_their_own_one_after_the_other()
    {
        using var hold = new SemaphoreSlim(0);
        await using var provider = await FakeProvider.StartAsync(request =>
        {
            if (request.LastUserText == "one")
            {
                hold.Wait(Cancellation);
            }
            return Says($"Echo: {request.LastUserText}");
        }, Cancellation);
        await using var core = await Talk.StartAsync(provider, Cancellation);
        var made = await core.CreateAsync(Cancellation);
        var accepted = new List<JsonNode>();
        foreach (var message in (string[])["one", "two", "three"])
        {
            accepted.Add(await core.SayAsync(made, message, Cancellation));
        }
        await using var waiting = await core.OpenAsync(accepted[2], Cancellation);
        var first = await waiting.NextAsync(Cancellation);
        var report = await core.SeeAsync((string)accepted[2]["statusUrl"]!, Cancellation);
        hold.Release();

        var ends = await Task.WhenAll(accepted.Select(turn => core.FollowAsync(turn, Cancellation)));

        Assert.Equal(3, accepted.Select(turn => (string)turn["turnId"]!).Distinct().Count());
        Assert.Equal(("task_started", 1), (first!.Event, first.Seq));
        Assert.Equal("running", (string?)report["status"]);
        Assert.Equal(["Echo: one", "Echo: two", "Echo: three"], ends.Select(frames => (string)frames[^1].Data["last_agent_message"]!));
        Assert.All(ends, frames => Assert.Single(frames, frame => frame.Event == "task_started"));
        Assert.All(ends, frames => Assert.Equal(Enumerable.Range(1, frames.Count), frames.Select(frame => frame.Seq)));
        Assert.Equal((string?)report["startedAt"], (string?)(await core.SeeAsync((string)accepted[2]["statusUrl"]!, Cancellation))["startedAt"]);
        Assert.Equal(
            [("user", "one"), ("assistant", "Echo: one"), ("user", "two"), ("assistant", "Echo: two"), ("user", "three"), ("assistant", "Echo: three")],
            History(await core.SeeAsync(Path(made), Cancellation)));
    }

    [Fact]
    public async Task A_waiting_turn_keeps_the_model_it_was_sent_with()
    {
        using var hold = new SemaphoreSlim(0);
        await using var provider = await FakeProvider.StartAsync(request =>
        {
            if (request.LastUserText == "one")
            {
                hold.Wait(Cancellation);
            }
            return Says("ok");
        }, Cancellation);
        await using var core = await Talk.StartAsync(provider, Cancellation);
        var made = await core.CreateAsync(Cancellation);
        var one = await core.SayAsync(made, "one", Cancellation);
        var (_, two) = await core.PostAsync($"{Path(made)}/messages", new { message = "two", modelProviderId = "anthropic", modelProviderApi = "messages", model = "claude-x" }, Cancellation);
        var three = await core.SayAsync(made, "three", Cancellation);
        await core.SendAsync(HttpMethod.Patch, Path(made), new { modelProviderApi = "chat", model = "patched" }, Cancellation);
        var four = await core.SayAsync(made, "four", Cancellation);
        hold.Release();
        foreach (var turn in (JsonNode[])[one, two!, three, four])
        {
            await core.FollowAsync(turn, Cancellation);
        }

        Assert.Equal(
            [("gpt-4o", "openai-responses"), ("claude-x", "anthropic"), ("gpt-4o", "openai-responses"), ("patched", "openai-chat")], provider.ModelRequests.Select(request => (request.Model, request.Wire)));
        Assert.Equal("patched", (string?)(await core.SeeAsync(Path(made), Cancellation))["model"]);
    }

    [Fact]
    public async Task What_another_surface_began_is_a_conversation_too()
    {
        await using (var client = new Pryx.Core.Hosting.LocalClient(new Pryx.Core.Hosting.PryxCore(
            new Pryx.Core.Hosting.CoreOptions { Paths = new Pryx.Core.Configuration.PryxPaths(_home.Home, _home.Data) })))
        {
            await client.CreateSessionAsync(new Pryx.Protocol.Sessions.CreateSession { Title = "of the terminal", Workspace = _home.Workspace }, Cancellation);
        }

        var session = Assert.Single((await _core.SeeAsync(Talk.Conversations, Cancellation))["conversations"]!.AsArray())!;
        Assert.Equal("of the terminal", (string?)session["title"]);
        Assert.All(["modelProviderId", "modelProviderApi", "model"], name => Assert.False(string.IsNullOrEmpty((string?)session[name])));
        await _core.SendAsync(HttpMethod.Patch, Path(session), Talk.OpenAi, Cancellation);
        var (_, frames) = await _core.RunAsync(session, "Hi", Cancellation);
        Assert.Equal("Echo: Hi", (string?)frames[^1].Data["last_agent_message"]);
    }

    /// <summary>Once, and once more with another server on the same data.</summary>
    private async Task TwiceAsync(Func<Task> storyAsync)
    {
        await storyAsync();
        await _core.DisposeAsync();
        _core = await Talk.StartAsync(_provider, Cancellation, _home);
        await storyAsync();
    }

    private static List<(string, string)> History(JsonNode conversation) =>
        [.. conversation["history"]!.AsArray().Select(entry => ((string)entry!["role"]!, (string)entry["content"]!))];

    private static string Path(JsonNode conversation) => $"{Talk.Conversations}/{conversation["conversationId"]}";
}
