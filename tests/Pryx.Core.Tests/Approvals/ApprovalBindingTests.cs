using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Approvals;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Streams;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Approvals;

/// <summary>An answer is good for the one call it was given to: for nothing else, by nobody else, and once.</summary>
public sealed class ApprovalBindingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("SEC6", "broadcast")]
    [Requirement("FR2.A1", "blocked until answer")]
    public async Task A_question_is_on_every_surface_at_once_and_nothing_runs_before_the_answer()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("rm -rf old; touch made"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var socket = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=web");
        using var stream = await core.Http.GetStreamReaderAsync("/api/v1/events/stream", Cancellation);

        var (session, turn) = await socket.SayAsync("go", Cancellation);
        var judged = await socket.NextAsync("tool.request", Cancellation);
        var clock = Stopwatch.StartNew();
        var needed = await socket.NextAsync("approval.needed", Cancellation);
        var onSocket = clock.Elapsed;
        await stream.LineAsync("approval.needed", Cancellation);
        var onStream = clock.Elapsed;
        var (_, listed) = await core.GetAsync($"/api/v1/approvals/pending?session_id={session}", Cancellation);
        var onList = clock.Elapsed;

        Assert.All((TimeSpan[])[onSocket, onStream, onList], took => Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromMilliseconds(500)));
        Assert.NotNull(judged);
        var asked = listed!["approvals"]![0]!;
        foreach (var card in (JsonNode[])[asked, needed["payload"]!])
        {
            Assert.Equal(("high", "command"), ((string?)card["risk_level"], (string?)card["preview_kind"]));
            Assert.Contains("rm -rf old", (string?)card["preview"], StringComparison.Ordinal);
            Assert.NotEmpty(card["touches"]!.AsArray());
            Assert.Equal(64, ((string)card["binding"]!).Length);
        }
        Assert.False(core.Home.Exists("made"));
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)asked["id"]!, decision = "approve" }, Cancellation);
        await socket.EndAsync(turn, Cancellation);
        Assert.True(core.Home.Exists("made"));
    }

    [Fact]
    public async Task A_second_call_under_the_id_of_the_first_is_asked_again()
    {
        // As some servers do: every reply counts its calls from the same number.
        var call = new ScriptedReply { Calls = [new ScriptedCall("shell_exec", """{"command":"echo x >> made"}""", "call_0")] };
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(call, call, Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var first = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = first, decision = "approve" }, Cancellation);
        var second = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        Assert.NotEqual(first, second);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(core.Home.Workspace, "made"), Cancellation));

        // The old answer again, as a replayed request would bring it.
        var (status, late) = await core.PostAsync("/api/v1/approvals/decision", new { request_id = first, decision = "approve" }, Cancellation);
        Assert.Equal((HttpStatusCode.Conflict, "ALREADY_ANSWERED"), (status, (string?)late!["error"]!["code"]));
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = second, decision = "deny" }, Cancellation);
        await probe.EndAsync(turn, Cancellation);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(core.Home.Workspace, "made"), Cancellation));
    }

    [Fact]
    public async Task A_question_that_was_changed_in_the_store_is_asked_again_as_it_is()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("touch evil"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var first = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        Change(core, "UPDATE approvals SET question = REPLACE(question, 'touch evil', 'echo good')");
        var shown = (await core.GetAsync($"/api/v1/approvals/{first}", Cancellation)).Body!;
        Assert.Equal("echo good", (string?)shown["approval"]!["args"]!["command"]);

        await core.PostAsync("/api/v1/approvals/decision", new { request_id = first, decision = "approve" }, Cancellation);
        var again = await probe.NextAsync("approval.needed", Cancellation);
        Assert.Equal("touch evil", (string?)again["payload"]!["args"]!["command"]);
        Assert.False(core.Home.Exists("evil"));
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)again["payload"]!["approval_id"]!, decision = "deny" }, Cancellation);
        await probe.EndAsync(turn, Cancellation);
        Assert.False(core.Home.Exists("evil"));
    }

    [Fact]
    public async Task A_path_that_leads_elsewhere_by_the_time_of_the_answer_is_asked_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need rights there.");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("write_file", """{"path":"place/a.txt","content":"new"}""")), Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var one = Directory.CreateDirectory(Path.Combine(core.Home.Workspace, "one")).FullName;
        var two = Directory.CreateDirectory(Path.Combine(core.Home.Workspace, "two")).FullName;
        var place = Path.Combine(core.Home.Workspace, "place");
        Directory.CreateSymbolicLink(place, one);
        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var first = await probe.NextAsync("approval.needed", Cancellation);
        Directory.Delete(place);
        Directory.CreateSymbolicLink(place, two);
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)first["payload"]!["approval_id"]!, decision = "approve" }, Cancellation);

        var again = await probe.NextAsync("approval.needed", Cancellation);
        Assert.Contains(again["payload"]!["touches"]!.AsArray(), touched => ((string)touched!).Contains("/two/", StringComparison.Ordinal));
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)again["payload"]!["approval_id"]!, decision = "deny" }, Cancellation);
        await probe.EndAsync(turn, Cancellation);
        Assert.Empty(Directory.GetFiles(one));
        Assert.Empty(Directory.GetFiles(two));
    }

    [Theory]
    [InlineData("read", 403)]
    [InlineData("chat", 403)]
    [InlineData("admin", 403)]
    [InlineData("approve", 200)]
    public async Task Only_who_may_approve_answers_and_who_did_is_written_down(string scope, int expected)
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("touch made"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (_, turn) = await probe.SayAsync("go", Cancellation);
        var id = (string)(await probe.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        var (_, minted) = await core.PostAsync("/api/v1/tokens", new { name = "phone", scopes = (string[])[scope] }, Cancellation);
        using var client = core.Client((string)minted!["token"]!);

        using var answer = await client.PostAsync("/api/v1/approvals/decision", new StringContent($$"""{"request_id":"{{id}}","decision":"approve"}""", System.Text.Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(expected, (int)answer.StatusCode);
        if (expected == 200)
        {
            await probe.EndAsync(turn, Cancellation);
            var entry = (await core.GetAsync("/api/v1/audit?action=approval.answered", Cancellation)).Body!["entries"]![0]!;
            Assert.Equal(("http:token:phone", "approved"), ((string?)entry["actor"], (string?)entry["outcome"]));
        }
        Assert.Equal(expected == 200, core.Home.Exists("made"));
    }

    [Fact]
    public void The_spelling_of_arguments_does_not_count_and_every_difference_does()
    {
        var question = new Approval
        {
            Id = ApprovalId.New(), SessionId = SessionId.New(), TurnId = TurnId.New(), CallId = "c", Kind = ApprovalKind.Tool, Tool = "shell.exec", Summary = "s", Reason = "r",
            Args = Json("""{"a":1,"b":{"x":"1","y":[1,2]}}"""), Touches = ["run ls"],
        };
        var binding = ApprovalBinding.Of(question);
        Assert.Equal(binding, ApprovalBinding.Of(question with { Id = ApprovalId.New(), Summary = "other", Args = Json("""{ "b": {"y":[1,2],"x":"1"}, "a": 1 }""") }));
        Approval[] others =
        [
            question with { SessionId = SessionId.New() }, question with { TurnId = TurnId.New() }, question with { CallId = "d" }, question with { Tool = "shell.exec2" },
            question with { Touches = ["run rm"] }, question with { Touches = [] }, question with { Args = Json("""{"a":1,"b":{"x":"1","y":[2,1]}}""") },
            question with { Args = Json("""{"a":"1","b":{"x":"1","y":[1,2]}}""") }, question with { Args = Json("""{"a":1,"b":{"x":1,"y":[1,2]}}""") },
            question with { Args = Json("""{"a":1,"a":2,"b":{"x":"1","y":[1,2]}}""") }, question with { Args = Json("""{"a":2,"a":1,"b":{"x":"1","y":[1,2]}}""") },
            question with { Args = Json("""{"a":1.0,"b":{"x":"1","y":[1,2]}}""") }, question with { Args = Json("""{"a":1,"b":{"x":"1 ","y":[1,2]}}""") },
        ];
        Assert.Equal(others.Length + 1, others.Select(ApprovalBinding.Of).Append(binding).Distinct().Count());
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static void Change(TestCore core, string sql)
    {
        SqliteLibrary.Prepare();
        using var connection = new SqliteConnection($"Data Source={Path.Combine(core.Home.Data, "pryx.db")};Pooling=False");
        connection.Open();
        Assert.Equal(1, connection.Execute(sql));
    }
}

/// <summary>Server-sent events as lines.</summary>
internal static class LineStream
{
    public static async Task<StreamReader> GetStreamReaderAsync(this HttpClient http, string path, CancellationToken cancellationToken) => new(await http.GetStreamAsync(path, cancellationToken));

    public static async Task LineAsync(this StreamReader stream, string text, CancellationToken cancellationToken)
    {
        while (await stream.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }
        Assert.Fail($"The stream ended before {text}.");
    }
}
