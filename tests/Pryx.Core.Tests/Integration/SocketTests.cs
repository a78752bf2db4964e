using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Streams;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Integration;

/// <summary>The named integration tests of the WebSocket. The names are those of the test report.</summary>
public sealed class SocketTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("IT18", "TestWebSocketConnection")]
    public async Task A_socket_opens_on_both_paths_answers_and_closes_in_peace()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        foreach (var path in (string[])["/ws", "/api/v1/ws"])
        {
            await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, path);
            await probe.SendAsync("""{"type":"ping"}""", Cancellation);
            await probe.NextAsync("pong", Cancellation);
            await probe.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
            Assert.Equal(WebSocketCloseStatus.NormalClosure, await probe.ClosedAsync(Cancellation));
        }
        Assert.Equal(401, await SocketProbe.RefusedAsync(core, "/ws", Cancellation, token: "wrong"));
    }

    [Fact]
    [Requirement("IT18", "TestWebSocketSessionsList")]
    public async Task Sessions_made_over_REST_are_listed_over_the_socket()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        Assert.Empty((await probe.AskAsync("sessions.list", null, Cancellation))["payload"]!["sessions"]!.AsArray());

        var made = (await core.PostAsync("/api/v1/sessions", new { title = "Listed" }, Cancellation)).Body!;
        var listed = Assert.Single((await probe.AskAsync("sessions.list", null, Cancellation))["payload"]!["sessions"]!.AsArray())!;

        Assert.Equal(((string?)made["id"], "Listed"), ((string?)listed["id"], (string?)listed["title"]));
        Assert.All((string[])["createdAt", "updatedAt"], field => Assert.NotNull((string?)listed[field]));
    }

    [Fact]
    [Requirement("IT18", "TestWebSocketSessionResume")]
    public async Task A_session_is_resumed_with_its_messages_and_an_unknown_one_is_an_error()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello back.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (session, turn) = await probe.SayAsync("Hello.", Cancellation);
        await probe.EndAsync(turn, Cancellation);

        var resumed = await probe.AskAsync("session.resume", new JsonObject { ["session_id"] = session }, Cancellation);
        Assert.Equal(["user Hello.", "assistant Hello back."], resumed["payload"]!["messages"]!.AsArray().Select(message => $"{message!["role"]} {message["content"]}"));
        var unknown = await probe.AskAsync("session.resume", new JsonObject { ["session_id"] = Guid.NewGuid().ToString() }, Cancellation);
        Assert.Equal(("error", "session.resume_not_found"), (SocketProbe.NameOf(unknown), (string?)unknown["payload"]!["kind"]));
    }

    [Fact]
    [Requirement("IT18", "TestWebSocketEventSubscription")]
    public async Task A_subscriber_gets_the_events_it_asked_for_and_no_others()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var all = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var some = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?event=turn.started&event=turn.completed");

        var (_, turn) = await all.SayAsync("go", Cancellation);
        await all.EndAsync(turn, Cancellation);
        await some.EndAsync(turn, Cancellation);

        Assert.Equal(["turn.started", "turn.completed"], some.Committed.Select(SocketProbe.NameOf));
        Assert.True(all.Committed.Count > 2);
    }
}
