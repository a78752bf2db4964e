using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>GET /api/v1/turns/{id}/stream-events.</summary>
public sealed class TurnStreamTests : IAsyncLifetime
{
    private static readonly ScriptedReply[] Script =
    [
        Calls(("readFile", """{"filePath":"notes.txt"}""")) with { Reasoning = "I must look first." },
        Says("It says ", "hello."),
    ];

    private readonly TempHome _home = new();
    private TestCore _core = null!;
    private FakeProvider _provider = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _home.Write("notes.txt", "hello from the file\n");
        _provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Script), Cancellation);
        _provider.ForModel("plain", FakeScripts.Always(Says("Hel", "lo.")))
            .ForModel("stuck", FakeScripts.Always(Says("Hel") with { Hangs = true }))
            .ForModel("broken", FakeScripts.Always(Fails(400)))
            .ForModel("missing", FakeScripts.Always(Calls(("readFile", """{"filePath":"does-not-exist.txt"}"""))))
            .ForModel("forbidden", FakeScripts.Always(Calls(("writeFile", """{"filePath":"/etc/pryx-was-here","content":"x"}"""))))
            .ForModel("unknown", FakeScripts.Always(Calls(("launchRocket", """{"to":"moon"}"""))))
            .ForModel("long", FakeScripts.BySteps([.. Enumerable.Range(0, 40).Select(_ => Script[0]), Script[1]]));
        _core = await Talk.StartAsync(_provider, Cancellation, _home);
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
        _home.Dispose();
    }

    [Theory]
    [InlineData("openai", "responses")]
    [InlineData("openai", "chat")]
    [InlineData("anthropic", "messages")]
    [InlineData("openrouter", "chat")]
    [Requirement("CA15", "8.1")]
    public async Task A_plain_turn_begins_speaks_and_is_complete(string provider, string api)
    {
        var (accepted, frames) = await RunAsync("plain", provider, api);

        Assert.Equal(["task_started", "agent_message", "task_complete"], frames.Names().Where(name => name != "pryx-event"));
        Assert.Equal("task_started", frames[0].Event);
        Assert.Equal("task_complete", frames[^1].Event);
        Assert.Equal("Hello.", (string?)frames.Single(frame => frame.Event == "agent_message").Data["message"]);
        Assert.Equal("Hello.", (string?)frames[^1].Data["last_agent_message"]);
        Assert.Equal(Enumerable.Range(1, frames.Count), frames.Select(frame => frame.Seq));
        Assert.All(frames, frame => Assert.StartsWith($"{accepted["turnId"]}:", frame.Id));
        Assert.All(frames, frame => Assert.Equal(
            (frame.Event, provider, api, "plain"),
            ((string?)frame.Data["event"], (string?)frame.Data["modelProviderId"], (string?)frame.Data["modelProviderApi"], (string?)frame.Data["model"])));
    }

    [Fact]
    public async Task Headers_and_first_bytes_are_exactly_those_of_the_contract()
    {
        var (accepted, _) = await RunAsync("plain");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _core.Url.Port, Cancellation);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {accepted["streamUrl"]} HTTP/1.1\r\nHost: 127.0.0.1:{_core.Url.Port}\r\nAuthorization: Bearer {_core.Token}\r\nAccept: text/event-stream\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(socket.GetStream());
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(Cancellation));
        while (await reader.ReadLineAsync(Cancellation) is { Length: > 0 } line)
        {
            headers[line.Split(": ")[0]] = line.Split(": ", 2)[1];
        }

        Assert.Equal(("text/event-stream", "no-cache", "keep-alive"), (headers["Content-Type"], headers["Cache-Control"], headers["Connection"]));
        // The size of the first chunk, then its two line feeds.
        Assert.Equal("c", await reader.ReadLineAsync(Cancellation));
        Assert.Equal(":keepalive", await reader.ReadLineAsync(Cancellation));
        Assert.Equal("", await reader.ReadLineAsync(Cancellation));
    }

    [Theory]
    [InlineData("openai", "responses")]
    [InlineData("openai", "chat")]
    [InlineData("anthropic", "messages")]
    [Requirement("CA15", "8.2")]
    public async Task Thinking_tools_and_reply_come_in_their_order(string provider, string api)
    {
        var (_, frames) = await RunAsync("thinker", provider, api, "?toolLevel=full");

        Assert.Equal(
            ["task_started", "thinking_started", "thinking_delta", "thinking_completed", "agent_reasoning", "exec_command_begin", "tool_call_begin", "exec_command_end", "tool_call_end", "agent_message", "task_complete"],
            frames.Names().Where(name => name != "pryx-event"));
        Frame Of(string name) => frames.Single(frame => frame.Event == name);
        Assert.Equal("I must look first.", (string?)Of("agent_reasoning").Data["text"]);
        Assert.Equal("I must look first.", (string?)Of("thinking_delta").Data["delta"]);
        Assert.Equal("I must look first.", (string?)Of("thinking_completed").Data["text"]);
        Assert.Single(frames.Where(frame => frame.Event.StartsWith("thinking_", StringComparison.Ordinal)).Select(frame => (string?)frame.Data["thinkingId"]).Distinct(), id => !string.IsNullOrEmpty(id));
        var begin = Of("exec_command_begin").Data;
        Assert.Equal(("readFile", "notes.txt"), ((string?)begin["toolName"], (string?)begin["arguments"]!["filePath"]));
        Assert.Single(frames.Select(frame => (string?)frame.Data["callId"]).OfType<string>().Distinct());
        Assert.Equal("notes.txt", (string?)Of("tool_call_begin").Data["arguments"]!["filePath"]);
        var end = Of("exec_command_end").Data;
        Assert.True((bool)end["output"]!["success"]!);
        Assert.Contains("hello from the file", (string?)end["output"]!["content"]);
        Assert.Equal("succeeded", (string?)Of("tool_call_end").Data["status"]);
        Assert.Contains("hello from the file", (string?)Of("tool_call_end").Data["output"]);
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("?thinkingLevel=none", false, false)]
    [InlineData("?thinkingLevel=full&toolLevel=full", true, true)]
    [InlineData("?thinkingLevel=none&toolLevel=full", false, true)]
    [InlineData("?thinkingLevel=full&thinkingFormat=none&toolLevel=full&toolFormat=none", false, false)]
    [InlineData("?thinkingLevel=none&thinkingFormat=full&toolLevel=none&toolFormat=full", true, true)]
    [Requirement("CA4", "filters")]
    [Requirement("CA15", "8.3")]
    public async Task Levels_and_formats_take_kinds_out_and_leave_the_numbers(string query, bool showsThinking, bool showsTools)
    {
        var (accepted, all) = await RunAsync("thinker", query: "?toolLevel=full");

        var frames = await _core.FollowAsync(accepted, Cancellation, query);

        Assert.Equal(showsThinking, frames.Any(frame => frame.Event is "agent_reasoning" or "thinking_started" or "thinking_delta" or "thinking_completed"));
        Assert.Equal(showsTools, frames.Any(frame => frame.Event is "exec_command_begin" or "exec_command_end" or "tool_call_begin" or "tool_call_end"));
        Assert.All(["task_started", "agent_message", "task_complete"], name => Assert.Contains(name, frames.Names()));
        var numbers = all.ToDictionary(frame => frame.Id, frame => frame.Text);
        Assert.All(frames, frame => Assert.Equal(numbers[frame.Id], frame.Text));
        if (!showsThinking)
        {
            Assert.All(frames, frame => Assert.DoesNotContain("reasoning", frame.Text));
        }
    }

    [Fact]
    [Requirement("CA4", "filters")]
    public async Task A_summary_has_the_beginnings_and_ends_without_what_was_in_them()
    {
        var (accepted, all) = await RunAsync("thinker");

        var frames = await _core.FollowAsync(accepted, Cancellation, "?thinkingFormat=summary&toolFormat=summary");

        Assert.Equal(
            ["task_started", "thinking_started", "thinking_completed", "exec_command_begin", "tool_call_begin", "exec_command_end", "tool_call_end", "agent_message", "task_complete"],
            frames.Names().Where(name => name != "pryx-event"));
        foreach (var frame in frames.Where(frame => frame.Event.StartsWith("exec_", StringComparison.Ordinal) || frame.Event.StartsWith("tool_", StringComparison.Ordinal)))
        {
            Assert.Null(frame.Data["arguments"]);
            Assert.Null(frame.Data["output"]);
            Assert.NotNull((string?)frame.Data["callId"]);
        }
        Assert.Equal("succeeded", (string?)frames.Single(frame => frame.Event == "tool_call_end").Data["status"]);
        Assert.Equal(all[^1].Id, frames[^1].Id);
    }

    [Fact]
    [Requirement("CA4", "resume")]
    [Requirement("CA15", "8.4")]
    public async Task Whoever_comes_back_gets_what_came_after()
    {
        var (accepted, all) = await RunAsync("thinker", query: "?toolLevel=full");
        foreach (var (header, after) in ((string, int)[])[
            ($"{accepted["turnId"]}:3", 3), ("3", 3), ("anything:at:all:3", 3), ("0", 0), ($"{accepted["turnId"]}:{all.Count}", all.Count), ("9999", 9999),
            ("nonsense", 0), ("", 0), ($"{accepted["turnId"]}:", 0), ("-3", 0), ("3.5", 0), ("99999999999999999999999", 0)])
        {
            var frames = await _core.FollowAsync(accepted, Cancellation, "?toolLevel=full", header);

            Assert.Equal(all.Where(frame => frame.Seq > after), frames);
        }
    }

    [Fact]
    [Requirement("CA4", "many subscribers")]
    [Requirement("CA15", "8.5")]
    public async Task Every_subscriber_gets_the_same_whenever_it_comes()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Script.Select(reply => reply with { Trouble = new() { BeforeHeaders = TimeSpan.FromMilliseconds(150) } }).ToArray()), Cancellation);
        await using var core = await Talk.StartAsync(provider, Cancellation);
        File.WriteAllText(Path.Combine(core.Home.Workspace, "notes.txt"), "hello");
        var accepted = await core.SayAsync(await core.CreateAsync(Cancellation), "Hi", Cancellation);

        var early = Enumerable.Range(0, 8).Select(_ => core.FollowAsync(accepted, Cancellation, "?toolLevel=full")).ToList();
        // One of them leaves in the middle; the others and the turn know nothing of it.
        await using (var leaver = await core.OpenAsync(accepted, Cancellation))
        {
            await leaver.NextAsync("task_started", Cancellation);
        }
        var seen = await Task.WhenAll(early);
        var late = await core.FollowAsync(accepted, Cancellation, "?toolLevel=full");

        Assert.Equal("task_complete", late[^1].Event);
        Assert.All(seen, frames => Assert.Equal(late, frames));
    }

    [Fact]
    [Requirement("CA4", "keepalive")]
    [Requirement("CA15", "8.6")]
    public async Task A_comment_comes_at_once_and_every_15_seconds()
    {
        var time = new FakeTime();
        await using var core = await Talk.StartAsync(_provider, Cancellation, time: time);
        var accepted = await core.SayAsync(await MakeAsync(core, "stuck"), "Hi", Cancellation);
        await using var stream = await core.OpenAsync(accepted, Cancellation);
        await stream.NextAsync("task_started", Cancellation);
        Assert.Equal([":keepalive"], stream.Comments);
        var next = stream.NextAsync(Cancellation);

        for (var i = 2; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(14.9));
            Assert.Equal(i - 1, stream.Comments.Count);
            time.Advance(TimeSpan.FromSeconds(0.1));
            // The tick is a moment of that clock, its way to us takes some of ours.
            while (stream.Comments.Count < i)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);
            }
        }
        Assert.All(stream.Comments, comment => Assert.Equal(":keepalive", comment));
        Assert.False(next.IsCompleted);
    }

    [Fact]
    [Requirement("CA15", "8.8")]
    public async Task A_provider_that_fails_ends_the_turn_with_an_error()
    {
        var (accepted, frames) = await RunAsync("broken");

        Assert.Equal(["task_started", "error", "turn_aborted"], frames.Names().Where(name => name != "pryx-event"));
        Assert.False(string.IsNullOrWhiteSpace((string?)frames[^2].Data["message"]));
        Assert.False(string.IsNullOrWhiteSpace((string?)frames[^1].Data["reason"]));
        Assert.Equal("error", (string?)(await _core.SeeAsync((string)accepted["statusUrl"]!, Cancellation))["status"]);
    }

    [Theory]
    [InlineData("missing", "does-not-exist.txt", "openai", "responses")]
    [InlineData("missing", "does-not-exist.txt", "anthropic", "messages")]
    [InlineData("forbidden", "outside", "openai", "chat")]
    [InlineData("unknown", "launchRocket", "openai", "responses")]
    [Requirement("CA15", "8.8")]
    public async Task A_tool_that_fails_ends_the_turn_and_its_text_is_the_error(string model, string text, string provider, string api)
    {
        var (accepted, frames) = await RunAsync(model, provider, api, "?toolLevel=full");

        Assert.Equal(
            ["task_started", "exec_command_begin", "tool_call_begin", "exec_command_end", "tool_call_end", "error", "turn_aborted"], frames.Names().Where(name => name != "pryx-event"));
        Assert.False((bool)frames.Single(frame => frame.Event == "exec_command_end").Data["output"]!["success"]!);
        Assert.Equal("failed", (string?)frames.Single(frame => frame.Event == "tool_call_end").Data["status"]);
        Assert.Contains(text, (string?)frames[^2].Data["message"]);
        Assert.Equal("error", (string?)(await _core.SeeAsync((string)accepted["statusUrl"]!, Cancellation))["status"]);
        // Without the tools, too.
        var plain = await _core.FollowAsync(accepted, Cancellation);
        Assert.Equal(["task_started", "error", "turn_aborted"], plain.Names().Where(name => name != "pryx-event"));
        Assert.Contains(text, (string?)plain[^2].Data["message"]);
        Assert.Equal(frames[^1].Id, plain[^1].Id);
    }

    [Fact]
    public async Task The_text_of_a_missing_file_is_the_contracts()
    {
        var (_, frames) = await RunAsync("missing");

        Assert.Matches("^failed to read file: .*does-not-exist.txt", (string?)frames.Single(frame => frame.Event == "error").Data["message"]);
    }

    [Fact]
    public async Task A_missing_file_outside_the_folder_is_named_too()
    {
        _provider.ForModel("elsewhere", FakeScripts.Always(Calls(("readFile", """{"filePath":"/nowhere/at/all/does-not-exist.txt"}"""))));

        var (_, frames) = await RunAsync("elsewhere");

        Assert.Contains("does-not-exist.txt", (string?)frames.Single(frame => frame.Event == "error").Data["message"]);
        Assert.Equal("turn_aborted", frames[^1].Event);
    }

    [Fact]
    public async Task Tools_answer_to_the_contracts_names_and_are_shown_by_them()
    {
        _provider.ForModel("names", FakeScripts.BySteps(
            Calls(("listDir", """{"dirPath":"."}"""), ("grepFiles", """{"pattern":"hello"}"""), ("fileSearch", """{"query":"*.txt"}"""), ("updatePlan", """{"plan":[{"step":"look","status":"completed"}]}"""), ("viewImage", """{"path":"notes.txt"}""")),
            Says("Done.")));

        var (accepted, frames) = await RunAsync("names", query: "?toolLevel=full");

        Assert.Equal("task_complete", frames[^1].Event);
        var report = await _core.SeeAsync($"{accepted["statusUrl"]}?toolLevel=full", Cancellation);
        Assert.Equal(["listDir", "grepFiles", "fileSearch", "updatePlan", "viewImage"], report["toolCalls"]!.AsArray().Select(call => (string)call!["name"]!));
        Assert.All(report["toolCalls"]!.AsArray(), call => Assert.False(string.IsNullOrEmpty((string?)call!["output"])));
    }

    [Fact]
    public async Task A_command_shows_its_streams_and_its_end()
    {
        _provider.ForModel("shell", FakeScripts.BySteps(Calls(("exec", """{"command":"echo out; echo err >&2"}""")), Says("Done.")));
        await _core.GrantAsync("shell.exec:echo*", Cancellation);

        var (_, frames) = await RunAsync("shell", query: "?toolLevel=full");

        var begin = frames.Single(frame => frame.Event == "exec_command_begin").Data;
        Assert.Equal(["bash", "-c", "echo out; echo err >&2"], begin["command"]!.AsArray().Select(word => (string?)word));
        Assert.Equal((_home.Workspace, "{}", (string?)begin["callId"]), ((string?)begin["cwd"], begin["env"]!.ToJsonString(), (string?)begin["call_id"]));
        var end = frames.Single(frame => frame.Event == "exec_command_end").Data;
        Assert.Equal(("out", "err", 0, false), ((string?)end["stdout"], (string?)end["stderr"], (int)end["exit_code"]!, (bool)end["timed_out"]!));
        Assert.True((bool)end["output"]!["success"]!);
    }

    [Fact]
    public async Task A_slow_reader_misses_nothing()
    {
        var made = await MakeAsync(_core, "long");
        _home.Write("notes.txt", string.Concat(Enumerable.Range(0, 700).Select(i => $"{i} {new string('x', 60)}\n")));
        var accepted = await _core.SayAsync(made, "Hi", Cancellation);
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, _core.Url.Port, Cancellation);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {accepted["streamUrl"]}?toolLevel=full HTTP/1.0\r\nHost: 127.0.0.1:{_core.Url.Port}\r\nAuthorization: Bearer {_core.Token}\r\n\r\n"), Cancellation);

        // It does not read a byte until the turn is long over.
        var all = await _core.FollowAsync(accepted, Cancellation, "?toolLevel=full");
        using var reader = new StreamReader(socket.GetStream());
        var ids = (await reader.ReadToEndAsync(Cancellation)).Split('\n').Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => line[4..]);

        Assert.True(all[^1].Event == "task_complete", all[^1].Text);
        Assert.Equal(all.Select(frame => frame.Id), ids);
    }

    [Fact]
    [Requirement("CA7", "no hang")]
    public async Task An_open_stream_does_not_hold_up_the_end_of_the_server()
    {
        using var home = new TempHome();
        var core = await Talk.StartAsync(_provider, Cancellation, home);
        var accepted = await core.SayAsync(await MakeAsync(core, "stuck"), "Hi", Cancellation);
        await using var stream = await core.OpenAsync(accepted, Cancellation);
        await stream.NextAsync("task_started", Cancellation);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await core.DisposeAsync();

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task The_events_of_a_turn_are_kept_for_a_day_and_its_result_for_good()
    {
        using var home = new TempHome();
        var time = new ShiftedClock();
        await using var core = await Talk.StartAsync(_provider, Cancellation, home, time);
        var (accepted, frames) = await core.RunAsync(await MakeAsync(core, "plain"), "Hi", Cancellation);

        time.Shift = TimeSpan.FromHours(23.9);
        Assert.Equal(frames, await core.FollowAsync(accepted, Cancellation));
        time.Shift = TimeSpan.FromHours(24.1);
        await core.RefusedAsync(HttpMethod.Get, (string)accepted["streamUrl"]!, null, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
        Assert.Equal("completed", (string?)(await core.SeeAsync((string)accepted["statusUrl"]!, Cancellation))["status"]);
    }

    [Fact]
    public async Task How_long_events_are_kept_can_be_set()
    {
        var time = new ShiftedClock();
        await using var core = await Talk.StartAsync(_provider, Cancellation, time: time, environment: new Dictionary<string, string> { ["CLIENT_STREAM_TTL_SECONDS"] = " 60 " });
        var (accepted, frames) = await core.RunAsync(await MakeAsync(core, "plain"), "Hi", Cancellation);

        time.Shift = TimeSpan.FromSeconds(50);
        Assert.Equal(frames, await core.FollowAsync(accepted, Cancellation));
        time.Shift = TimeSpan.FromSeconds(70);
        await core.RefusedAsync(HttpMethod.Get, (string)accepted["streamUrl"]!, null, HttpStatusCode.NotFound, "NOT_FOUND", Cancellation);
    }

    private static Task<JsonNode> MakeAsync(TestCore core, string model, string provider = "openai", string api = "responses") =>
        core.CreateAsync(Cancellation, new { modelProviderId = provider, modelProviderApi = api, model });

    private async Task<(JsonNode Accepted, IReadOnlyList<Frame> Frames)> RunAsync(string model, string provider = "openai", string api = "responses", string query = "") =>
        await _core.RunAsync(await MakeAsync(_core, model, provider, api), "Hi", Cancellation, query);

    /// <summary>The system's, moved.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
