using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Streams;

/// <summary>Questions answered from the network, by several surfaces at once.</summary>
public sealed class SocketApprovalTests
{
    private const string Secret = "sk-live-0123456789abcdef0123456789";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("API4", "tool.request")]
    [Requirement("API4", "tool.response")]
    [Requirement("API4", "tool.result")]
    [Requirement("API4", "approval round trip")]
    public async Task The_flow_of_the_PRD_works_on_its_own_path_under_its_own_names()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("rm -rf made; touch made"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/api/v1/ws");

        var (session, turn) = await probe.SayAsync("go", Cancellation);
        var request = await probe.NextAsync(frame => (string?)frame["type"] == "tool.request", Cancellation);
        Assert.Equal((session, "shell.exec", "high"), ((string?)request["session_id"], (string?)request["tool"], (string?)request["risk_level"]));
        Assert.Equal("rm -rf made; touch made", (string?)request["arguments"]!["command"]);
        await probe.SendAsync(new JsonObject { ["type"] = "tool.response", ["request_id"] = (string)request["id"]!, ["decision"] = "approve", ["scope"] = "once" }.ToJsonString(), Cancellation);
        var result = await probe.NextAsync(frame => (string?)frame["type"] == "tool.result", Cancellation);

        Assert.Equal(("shell.exec", "completed"), ((string?)result["tool"], (string?)result["status"]));
        Assert.Equal("turn.completed", await probe.EndAsync(turn, Cancellation));
        Assert.True(core.Home.Exists("made"));
    }

    [Fact]
    [Requirement("ARC3", "tool.request")]
    [Requirement("ARC3", "tool.executing")]
    [Requirement("ARC3", "tool.complete")]
    [Requirement("ARC3", "session.message")]
    public async Task The_events_of_a_tool_call_have_the_fields_of_the_bus()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("echo hello"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=tui");

        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var request = await probe.NextAsync("tool.request", Cancellation);
        var needed = await probe.NextAsync("approval.needed", Cancellation);
        await probe.AskAsync("approval.resolve", new JsonObject { ["approval_id"] = (string)needed["payload"]!["approval_id"]!, ["approved"] = true }, Cancellation);
        await probe.EndAsync(turn, Cancellation);

        Assert.Equal(("shell.exec", "echo hello", "ask"), ((string?)request["payload"]!["tool"], (string?)request["payload"]!["args"]!["command"], (string?)request["payload"]!["decision"]));
        Assert.Equal(("shell.exec", "echo hello"), ((string?)needed["payload"]!["tool"], (string?)needed["payload"]!["args"]!["command"]));
        Assert.NotEmpty((string)needed["payload"]!["reason"]!);
        var resolved = probe.Got.Single(frame => SocketProbe.NameOf(frame) == "approval.resolved");
        Assert.Equal((true, "shell.exec", "tui:core", "tui"), ((bool?)resolved["payload"]!["approved"], (string?)resolved["payload"]!["tool"], (string?)resolved["payload"]!["answered_by"], (string?)resolved["surface"]));
        Assert.Equal((string?)needed["payload"]!["approval_id"], (string?)resolved["payload"]!["approval_id"]);
        Assert.Equal("shell.exec", (string?)probe.Got.Single(frame => SocketProbe.NameOf(frame) == "tool.executing")["payload"]!["tool"]);
        Assert.Contains("hello", (string?)probe.Got.Single(frame => SocketProbe.NameOf(frame) == "tool.complete")["payload"]!["result"]);
    }

    [Fact]
    [Requirement("SEC6", "broadcast")]
    [Requirement("SEC6", "first answer wins")]
    [Requirement("SEC6", "result to all")]
    [Requirement("ARC7", "three clients get the same")]
    public async Task Of_many_surfaces_that_answer_at_once_one_wins_and_all_see_the_same()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("touch made"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var tui = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=tui");
        await using var web = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=web");
        await using var phone = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=phone");
        var (_, turn) = await tui.SayAsync("go", Cancellation);
        var ids = await Task.WhenAll(new[] { tui, web, phone }.Select(async probe => (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!));
        Assert.Single(ids.Distinct());

        var answers = await Task.WhenAll(
            SocketAnswerAsync(tui, ids[0], true), SocketAnswerAsync(web, ids[0], false), SocketAnswerAsync(phone, ids[0], true),
            RestAnswerAsync(core, ids[0], "approve"), RestAnswerAsync(core, ids[0], "deny"));

        Assert.Single(answers, won => won);
        await Task.WhenAll(new[] { tui, web, phone }.Select(probe => probe.EndAsync(turn, Cancellation)));
        var seen = new[] { tui, web, phone }.Select(probe => string.Join('\n', probe.Committed.Select(frame => frame.ToJsonString()))).ToList();
        Assert.Single(seen.Distinct());
        var resolved = Assert.Single(web.Got, frame => SocketProbe.NameOf(frame) == "approval.resolved");
        Assert.Equal((bool)resolved["payload"]!["approved"]!, core.Home.Exists("made"));

        var (status, late) = await core.PostAsync("/api/v1/approvals/decision", new { request_id = ids[0], decision = "approve" }, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal(("ALREADY_ANSWERED", (string?)resolved["payload"]!["answered_by"]), ((string?)late!["error"]!["code"], (string?)late["error"]!["details"]!["answered_by"]));
    }

    [Fact]
    public async Task Secrets_of_a_call_are_in_no_event_and_whole_where_it_is_answered()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone($"echo --token {Secret}"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/api/v1/ws?after=0");

        var (session, turn) = await probe.SayAsync("go", Cancellation);
        var needed = await probe.NextAsync("approval.needed", Cancellation);
        var (_, pending) = await core.GetAsync($"/api/v1/approvals/pending?session_id={session}", Cancellation);
        Assert.Equal($"echo --token {Secret}", (string?)Assert.Single(pending!["approvals"]!.AsArray())!["args"]!["command"]);
        Assert.Equal($"echo --token {Secret}", (string?)Assert.Single((await probe.AskAsync("approvals.pending", null, Cancellation))["payload"]!["approvals"]!.AsArray())!["args"]!["command"]);
        await probe.AskAsync("tool.response", new JsonObject { ["request_id"] = (string)needed["payload"]!["approval_id"]!, ["decision"] = "approve" }, Cancellation);
        await probe.EndAsync(turn, Cancellation);

        Assert.All(probe.Got.Where(frame => frame["reply_to"] is null), frame => Assert.DoesNotContain(Secret, frame.ToJsonString(), StringComparison.Ordinal));
        Assert.Contains("[REDACTED]", needed.ToJsonString(), StringComparison.Ordinal);
        // The command had it; what comes back of it is masked.
        Assert.Contains(provider.ModelRequests[^1].Results, result => result.Text.Contains("--token «secret:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_says_it_can_not_approve_does_not_make_the_turn_wait()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("touch made"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var watcher = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?can_approve=0");
        await using var blind = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?event=session.message");

        var (_, turn) = await watcher.SayAsync("go", Cancellation);
        await watcher.EndAsync(turn, Cancellation);

        Assert.DoesNotContain(watcher.Got, frame => SocketProbe.NameOf(frame) == "approval.needed");
        Assert.False(core.Home.Exists("made"));
        var there = (await watcher.AskAsync("presence", null, Cancellation))["payload"]!["clients"]!.AsArray();
        Assert.Equal([false, false], there.Select(client => (bool)client!["can_approve"]!));
    }

    [Fact]
    public async Task Denied_with_a_reason_and_approved_with_other_arguments_reach_the_model()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(SocketSessions.Shell("touch one")), Calls(SocketSessions.Shell("touch two")), Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);

        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var first = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync("/api/v1/approvals/decision", new { request_id = first, decision = "deny", reason = "not that one" }, Cancellation)).Status);
        var second = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        var (status, body) = await core.PostAsync("/api/v1/approvals/decision", new { request_id = second, decision = "approve", scope = "forever", edited_args = new { command = "touch three" } }, Cancellation);
        var third = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = third, decision = "approve" }, Cancellation);
        await probe.EndAsync(turn, Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((true, second, true, "once"), ((bool?)body!["ok"], (string?)body["approval_id"], (bool?)body["approved"], (string?)body["scope"]));
        Assert.Equal((false, false, true), (core.Home.Exists("one"), core.Home.Exists("two"), core.Home.Exists("three")));
        Assert.Contains(provider.ModelRequests[^1].Results, result => result.Text.Contains("not that one", StringComparison.Ordinal));
        var (_, history) = await core.GetAsync("/api/v1/approvals", Cancellation);
        Assert.Equal(["approved", "approved", "denied"], history!["approvals"]!.AsArray().Select(entry => (string?)entry!["state"]));
        Assert.Equal("http:core", (string?)(await core.GetAsync($"/api/v1/approvals/{first}", Cancellation)).Body!["answer"]!["answered_by"]);
    }

    [Fact]
    public async Task Edited_arguments_are_judged_anew()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("touch one"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);

        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var id = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        await probe.AskAsync("tool.response", new JsonObject { ["request_id"] = id, ["decision"] = "approve", ["edited_args"] = new JsonObject { ["command"] = $"cat {core.Home.Data}/core.token" } }, Cancellation);
        await probe.EndAsync(turn, Cancellation);

        Assert.DoesNotContain(provider.ModelRequests[^1].Results, result => result.Text.Contains(core.Token, StringComparison.Ordinal));
        Assert.Contains(provider.ModelRequests[^1].Results, result => result.Text.Contains("Denied by policy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"request_id":"nothing","decision":"approve"}""", 404)]
    [InlineData("""{"request_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","decision":"approve"}""", 404)]
    [InlineData("""{"request_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","decision":"perhaps"}""", 400)]
    [InlineData("""{"request_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8"}""", 400)]
    [InlineData("""{"decision":"approve"}""", 400)]
    [InlineData("""{"request_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","decision":"approve","scope":"eternity"}""", 400)]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    public async Task A_decision_that_can_not_be_used_is_refused(string body, int status)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        Assert.Equal(status, (int)(await core.PostAsync("/api/v1/approvals/decision", body, Cancellation)).Status);
        Assert.Equal(400, (int)(await core.GetAsync("/api/v1/approvals?state=odd", Cancellation)).Status);
        Assert.Empty((await core.GetAsync("/api/v1/approvals/pending", Cancellation)).Body!["approvals"]!.AsArray());
    }

    private static async Task<bool> SocketAnswerAsync(SocketProbe probe, string id, bool approved)
    {
        var answer = await probe.AskAsync("approval.resolve", new JsonObject { ["approval_id"] = id, ["approved"] = approved }, Cancellation);
        var isError = SocketProbe.NameOf(answer) == "error";
        Assert.Equal(isError ? "approval.already_answered" : null, (string?)answer["payload"]!["kind"]);
        return !isError;
    }

    private static async Task<bool> RestAnswerAsync(TestCore core, string id, string decision)
    {
        var (status, _) = await core.PostAsync("/api/v1/approvals/decision", new { request_id = id, decision }, Cancellation);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Conflict);
        return status == HttpStatusCode.OK;
    }
}
