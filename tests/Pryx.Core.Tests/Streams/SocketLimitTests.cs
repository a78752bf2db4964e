using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Streams;

/// <summary>Hostile and clumsy clients.</summary>
public sealed class SocketLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("session_id=nonsense")]
    [InlineData("session_id=00000000-0000-0000-0000-000000000000")]
    [InlineData("session_id=6ba7b810-9dad-11d1-80b4-00c04fd430c8")]
    [InlineData("after=-1")]
    [InlineData("after=soon")]
    [InlineData("surface=%22%3Cscript%3E")]
    public async Task A_query_that_can_not_be_used_is_refused_before_the_upgrade(string query)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        Assert.Equal(400, await SocketProbe.RefusedAsync(core, $"/ws?{query}", Cancellation));
    }

    [Fact]
    public async Task Without_a_token_or_an_upgrade_there_is_no_socket()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        Assert.Equal(401, await SocketProbe.RefusedAsync(core, "/ws", Cancellation, "wrong"));
        Assert.Equal(426, (int)(await core.GetAsync("/ws", Cancellation)).Status);
    }

    [Fact]
    public async Task One_connection_too_many_is_503_and_a_closed_one_makes_room()
    {
        using var home = Configured("max_websocket_connections: 3");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);
        await using var first = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var second = await SocketProbe.ConnectAsync(core, Cancellation, "/api/v1/ws");
        var third = await SocketProbe.ConnectAsync(core, Cancellation);

        Assert.Equal(503, await SocketProbe.RefusedAsync(core, "/ws", Cancellation));
        await third.DisposeAsync();

        await EventuallyAsync(async () =>
        {
            try
            {
                await using var another = await SocketProbe.ConnectAsync(core, Cancellation);
                return (string?)(await another.AskAsync("ping", null, Cancellation))["event"] == "pong";
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
        Assert.Equal("pong", (string?)(await first.AskAsync("ping", null, Cancellation))["event"]);
    }

    [Fact]
    public async Task New_connections_are_limited_where_the_user_said_so_and_else_not_for_the_users_own_programs()
    {
        using var home = Configured("websocket_rate_limit_per_minute: 1");
        await using (var limited = await TestCore.StartAsync(null, Cancellation, home))
        {
            for (var i = 0; i < 5; i++)
            {
                await (await SocketProbe.ConnectAsync(limited, Cancellation)).DisposeAsync();
            }
            Assert.Equal(429, await SocketProbe.RefusedAsync(limited, "/ws", Cancellation));
        }
        await using var free = await TestCore.StartAsync(null, Cancellation);
        for (var i = 0; i < 20; i++)
        {
            await (await SocketProbe.ConnectAsync(free, Cancellation)).DisposeAsync();
        }
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_with_1009_and_one_at_the_limit_does_not()
    {
        using var home = Configured("max_websocket_message_size: 65536");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var shell = """{"type":"ping","id":"x","junk":""}""".Length;
        await probe.SendAsync($$"""{"type":"ping","id":"x","junk":"{{new string('a', 65536 - shell)}}"}""", Cancellation);
        await probe.NextAsync("pong", Cancellation);

        await probe.SendAsync(new string('a', 4 * 1024 * 1024), Cancellation);

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, await probe.ClosedAsync(Cancellation));
        await using var next = await SocketProbe.ConnectAsync(core, Cancellation);
        Assert.Equal("pong", (string?)(await next.AskAsync("ping", null, Cancellation))["event"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"chat.send\"")]
    [InlineData("42")]
    [InlineData("{}")]
    [InlineData("""{"type":42}""")]
    [InlineData("""{"type":"event"}""")]
    [InlineData("""{"type":"no.such.thing"}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"type":"chat.send","payload":{"content":"\udc00"}}""")]
    [InlineData("""{"type":"chat.send","payload":"text"}""")]
    [InlineData("""{"type":"chat.send","payload":{"content":["a"]}}""")]
    [InlineData("""{"type":"chat.send","payload":{"content":"   "}}""")]
    [InlineData("""{"type":"chat.send","payload":{"content":"a\u0000b"}}""")]
    [InlineData("""{"type":"chat.send","session_id":"x","payload":{"content":"a"}}""")]
    [InlineData("""{"type":"chat.send","session_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","payload":{"content":"a"}}""")]
    [InlineData("""{"type":"approval.resolve"}""")]
    [InlineData("""{"type":"approval.resolve","approval_id":"x","approved":true}""")]
    [InlineData("""{"type":"approval.resolve","approval_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","approved":"yes"}""")]
    [InlineData("""{"type":"tool.response","request_id":"6ba7b810-9dad-41d1-80b4-00c04fd430c8","decision":"perhaps"}""")]
    [InlineData("""{"type":"session.resume"}""")]
    [InlineData("""{"type":"turn.stop"}""")]
    [InlineData("""{"type":"subscribe","events":{"a":1}}""")]
    [InlineData("""{"type":"typing"}""")]
    public async Task Nonsense_is_answered_with_an_error_and_the_socket_stays(string text)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);

        await probe.SendAsync(text, Cancellation);
        var error = await probe.NextAsync("error", Cancellation);

        Assert.NotEmpty((string)error["payload"]!["kind"]!);
        Assert.NotEqual("internal", (string?)error["payload"]!["kind"]);
        Assert.Equal("pong", (string?)(await probe.AskAsync("ping", null, Cancellation))["event"]);
    }

    [Fact]
    public async Task Deep_JSON_binary_frames_and_fragments_are_read_or_answered()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);

        await probe.SendAsync("""{"type":"ping","x":""" + new string('[', 100_000) + new string(']', 100_000) + "}", Cancellation);
        Assert.Equal("message.invalid", (string?)(await probe.NextAsync("error", Cancellation))["payload"]!["kind"]);
        await probe.Socket.SendAsync(new byte[] { 0, 1, 2, 0xff }, WebSocketMessageType.Binary, true, Cancellation);
        await probe.NextAsync("error", Cancellation);
        await probe.Socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"ping"}"""), WebSocketMessageType.Binary, true, Cancellation);
        await probe.NextAsync("pong", Cancellation);
        foreach (var letter in """{"type":"ping","id":"ünï"}""")
        {
            await probe.Socket.SendAsync(Encoding.UTF8.GetBytes($"{letter}"), WebSocketMessageType.Text, letter == '}', Cancellation);
        }
        Assert.Equal("ünï", (string?)(await probe.NextAsync("pong", Cancellation))["reply_to"]);
    }

    [Fact]
    public async Task Text_that_is_no_UTF8_ends_its_own_connection_and_no_other()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var other = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);

        await probe.Socket.SendAsync(new byte[] { (byte)'"', 0xc3, 0x28, (byte)'"' }, WebSocketMessageType.Text, true, Cancellation);

        // The framework sends 1007 and cuts the connection right behind it, so that it may not arrive.
        Assert.True(await probe.ClosedAsync(Cancellation) is WebSocketCloseStatus.InvalidPayloadData or null);
        Assert.Equal("pong", (string?)(await other.AskAsync("ping", null, Cancellation))["event"]);
    }

    [Fact]
    public async Task Input_of_100_000_characters_is_taken_and_one_more_is_not()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Long.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);

        var error = await probe.AskAsync("chat.send", new JsonObject { ["content"] = new string('a', 100_001), ["model"] = SocketSessions.Model }, Cancellation);
        Assert.Equal("chat.invalid", (string?)error["payload"]!["kind"]);
        Assert.Empty((await probe.AskAsync("sessions.list", null, Cancellation))["payload"]!["sessions"]!.AsArray());
        var (_, turn) = await probe.SayAsync(new string('a', 100_000), Cancellation);
        Assert.Equal("turn.completed", await probe.EndAsync(turn, Cancellation));
    }

    [Fact]
    public async Task A_stopping_daemon_closes_its_sockets_with_1001_and_does_not_wait_for_them()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var deaf = await SocketProbe.ConnectAsync(core, Cancellation, reads: false);
        await probe.SayAsync("go", Cancellation);

        var started = TimeProvider.System.GetTimestamp();
        await core.DisposeAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await probe.ClosedAsync(Cancellation));
    }

    private static TempHome Configured(string yaml)
    {
        var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        File.WriteAllText(Path.Combine(home.Data, "config.yaml"), yaml + "\n");
        return home;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }
}
