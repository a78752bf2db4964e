using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Streams;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Agents;

/// <summary>STOP while a model calls tools without an end: from every surface, within a second, and nothing runs afterwards.</summary>
public sealed class StopTests
{
    // Seconds that nobody else sleeps.
    private readonly string _nap = Random.Shared.Next(100_000, 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http-turn")]
    [InlineData("http-session")]
    [InlineData("http-all")]
    [InlineData("ws-turn")]
    [InlineData("ws-all")]
    public async Task A_tool_loop_with_a_sleeping_child_a_background_process_and_an_agent_ends_within_a_second(string surface)
    {
        // The loop never ends by itself; its commands ignore TERM, leave their group, and stay behind in the background.
        var loop = Calls(SocketSessions.Shell($"trap '' TERM; (setsid sleep {_nap} &) ; sleep {_nap} & sleep {_nap}"));
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(loop), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=tui");
        var session = await SessionAsync(core);
        var turn = await RunAsync(core, session);
        var (_, agent) = await core.PostAsync("/api/v1/agents/spawn", new { task = "sleep too", session_id = session }, Cancellation);
        var (_, waiting) = await core.PostAsync("/api/v1/agents/spawn", new { task = "and again", session_id = session }, Cancellation);
        var agentSession = (string)(await core.GetAsync($"/api/v1/agents/{agent!["agent_id"]}", Cancellation)).Body!["session_id"]!;
        await ApproveAsync(core, 2);
        await UntilAsync(() => Processes().Count >= 6, TimeSpan.FromSeconds(20));
        var asked = provider.ModelRequests.Count;

        var clock = Stopwatch.StartNew();
        switch (surface)
        {
            case "http-turn":
                await core.PostAsync($"/api/v1/turns/{turn}/stop", null, Cancellation);
                break;
            case "http-session":
                await core.PostAsync($"/api/v1/sessions/{session}/stop?queued=1", null, Cancellation);
                break;
            case "http-all":
                var (_, stopped) = await core.PostAsync("/api/v1/stop", null, Cancellation);
                Assert.Equal((2, 1), ((int)stopped!["turns"]!, (int)stopped["agents"]!));
                break;
            case "ws-turn":
                await probe.AskAsync("turn.stop", new JsonObject { ["turn_id"] = turn }, Cancellation);
                break;
            default:
                await probe.AskAsync("stop", new JsonObject { ["all"] = true }, Cancellation);
                break;
        }
        await UntilAsync(() => Processes().Count == 0, Second - clock.Elapsed);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Second);

        var ofAgent = (string)(await core.GetAsync($"/api/v1/sessions/{agentSession}/turns", Cancellation)).Body!["turns"]![0]!["id"]!;
        foreach (var ended in (string[])[turn, ofAgent])
        {
            await UntilAsync(() => probe.Got.Any(frame => (string?)frame["turn_id"] == ended && SocketProbe.NameOf(frame) == "turn.cancelled"), TimeSpan.FromSeconds(5));
        }
        foreach (var id in (string[])[(string)agent["agent_id"]!, (string)waiting!["agent_id"]!])
        {
            Assert.Equal("cancelled", (string?)(await core.GetAsync($"/api/v1/agents/{id}", Cancellation)).Body!["status"]);
        }
        Assert.Equal(asked, provider.ModelRequests.Count);
        Assert.Empty(Processes());
        var audit = (await core.GetAsync("/api/v1/audit?action=turn.stopped", Cancellation)).Body!["entries"]!.AsArray();
        Assert.Equal(2, audit.Count);
        Assert.All(audit, entry => Assert.Equal(surface.StartsWith("ws", StringComparison.Ordinal) ? "tui:core" : "http:core", (string?)entry!["actor"]));
        Assert.True((bool)(await core.GetAsync("/api/v1/audit/verify", Cancellation)).Body!["ok"]!);
    }

    [Fact]
    public async Task Stop_takes_an_open_question_back_and_a_late_answer_runs_nothing()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Calls(SocketSessions.Shell("touch made"))), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (session, turn) = await probe.SayAsync("go", Cancellation);
        var question = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;

        var clock = Stopwatch.StartNew();
        await core.PostAsync($"/api/v1/sessions/{session}/stop", null, Cancellation);
        Assert.Equal("turn.cancelled", await probe.EndAsync(turn, Cancellation));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Second);

        var (status, body) = await core.PostAsync("/api/v1/approvals/decision", new { request_id = question, decision = "approve" }, Cancellation);
        Assert.Equal((HttpStatusCode.Conflict, "withdrawn"), (status, (string?)body!["error"]!["details"]!["state"]));
        Assert.Empty((await core.GetAsync("/api/v1/approvals/pending", Cancellation)).Body!["approvals"]!.AsArray());
        Assert.False(core.Home.Exists("made"));
    }

    [Fact]
    public async Task Stop_for_everything_keeps_what_waits_from_beginning_and_a_token_that_only_reads_can_not_press_it()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var sessions = new[] { await SessionAsync(core), await SessionAsync(core) };
        foreach (var session in sessions)
        {
            await SayAsync(core, session, "steer");
            await SayAsync(core, session, "queue");
        }
        await provider.WaitForRequestsAsync(2, Cancellation);
        var (_, minted) = await core.PostAsync("/api/v1/tokens", new { name = "reader", scopes = (string[])["read"] }, Cancellation);
        using var reader = core.Client((string)minted!["token"]!);
        using var refused = await reader.PostAsync("/api/v1/stop", null, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        var (_, stopped) = await core.PostAsync("/api/v1/stop", null, Cancellation);
        Assert.Equal((2, 2), ((int)stopped!["turns"]!, (int)stopped["queued"]!));
        foreach (var session in sessions)
        {
            await UntilAsync(async () => (await core.GetAsync($"/api/v1/sessions/{session}/turns", Cancellation)).Body!["turns"]!.AsArray().All(turn => (string?)turn!["status"] == "cancelled"), TimeSpan.FromSeconds(5));
        }
        Assert.Equal(2, provider.ModelRequests.Count);
        var (_, again) = await core.PostAsync("/api/v1/stop", null, Cancellation);
        Assert.Equal((0, 0, 0), ((int)again!["turns"]!, (int)again["queued"]!, (int)again["agents"]!));
    }

    private static async Task<string> SessionAsync(TestCore core) =>
        (string)(await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace, model = SocketSessions.Model }, Cancellation)).Body!["id"]!;

    private static async Task<string> RunAsync(TestCore core, string session) => (string)(await SayAsync(core, session, "steer"))["turn_id"]!;

    private static async Task<JsonNode> SayAsync(TestCore core, string session, string delivery)
    {
        var (status, body) = await core.PostAsync($"/api/v1/sessions/{session}/messages", new { text = "go", delivery }, Cancellation);
        Assert.True(status == HttpStatusCode.Accepted, body!.ToJsonString());
        return body;
    }

    private static async Task ApproveAsync(TestCore core, int count)
    {
        for (var answered = 0; answered < count;)
        {
            foreach (var asked in (await core.GetAsync("/api/v1/approvals/pending", Cancellation)).Body!["approvals"]!.AsArray())
            {
                answered += (await core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)asked!["id"]!, decision = "approve" }, Cancellation)).Status == HttpStatusCode.OK ? 1 : 0;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }

    /// <summary>Counted outside the program under test: everything on this machine whose command line has the nap in it.</summary>
    private List<string> Processes() => [.. Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Where(path =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, "cmdline")).Contains(_nap, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended.
        }
    })];

    private static Task UntilAsync(Func<bool> condition, TimeSpan atMost) => UntilAsync(() => Task.FromResult(condition()), atMost);

    private static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan atMost)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < atMost, $"It did not become so within {atMost.TotalMilliseconds:0} ms.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }
}
