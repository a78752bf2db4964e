using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Streams;

/// <summary>What a client says, and what others get of it.</summary>
public sealed class SocketTalkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_are_listed_and_resumed_in_the_words_of_the_contract()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello back.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (session, turn) = await probe.SayAsync("Hello.", Cancellation);
        await probe.EndAsync(turn, Cancellation);

        await probe.SendAsync("""{"event":"sessions.list"}""", Cancellation);
        var list = await probe.NextAsync("sessions.list", Cancellation);
        var resumed = await probe.AskAsync("session.resume", new JsonObject { ["session_id"] = session }, Cancellation);

        var listed = Assert.Single(list["payload"]!["sessions"]!.AsArray())!;
        Assert.Equal((session, "Hello."), ((string?)listed["id"], (string?)listed["title"]));
        Assert.True(listed["createdAt"] is not null && listed["updatedAt"] is not null);
        Assert.Equal(session, (string?)resumed["session_id"]);
        Assert.Equal(session, (string?)resumed["payload"]!["session"]!["id"]);
        var messages = resumed["payload"]!["messages"]!.AsArray();
        Assert.Equal(["user: Hello.", "assistant: Hello back."], messages.Select(message => $"{message!["role"]}: {message["content"]}"));
        Assert.All(messages, message => Assert.True((string?)message!["sessionId"] == session && message["id"] is not null && message["createdAt"] is not null));
        Assert.Equal("session.resume_invalid", (string?)(await probe.AskAsync("session.resume", new JsonObject { ["session_id"] = "x" }, Cancellation))["payload"]!["kind"]);
        Assert.Equal("session.resume_not_found", (string?)(await probe.AskAsync("session.resume", new JsonObject { ["session_id"] = Guid.NewGuid().ToString() }, Cancellation))["payload"]!["kind"]);
    }

    [Fact]
    public async Task Input_goes_to_the_session_it_names_else_to_that_of_the_address_else_to_a_new_one()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var (first, one) = await probe.SayAsync("one", Cancellation);
        await probe.EndAsync(one, Cancellation);
        await using var bound = await SocketProbe.ConnectAsync(core, Cancellation, $"/ws?session_id={first}");

        Assert.Equal(first, (await bound.SayAsync("two", Cancellation)).Session);
        // The names of the old TUI, the fields at the top.
        await probe.SendAsync(new JsonObject { ["type"] = "chat.message", ["sessionId"] = first, ["content"] = "three", ["model"] = SocketSessions.Model }.ToJsonString(), Cancellation);
        Assert.Equal(first, (string?)(await probe.NextAsync("ack", Cancellation))["session_id"]);
        Assert.NotEqual(first, (await probe.SayAsync("four", Cancellation)).Session);
    }

    [Fact]
    public async Task The_same_input_sent_again_is_taken_once()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        var payload = new JsonObject { ["content"] = "once", ["external_id"] = "m-1", ["model"] = SocketSessions.Model };

        var first = await probe.AskFirstAsync("chat.send", payload, Cancellation);
        await probe.EndAsync((string)first["payload"]!["turn_id"]!, Cancellation);
        await using var again = await SocketProbe.ConnectAsync(core, Cancellation);
        var second = await again.AskAsync("chat.send", (JsonObject)payload.DeepClone(), Cancellation);

        Assert.Equal((string?)first["payload"]!["turn_id"], (string?)second["payload"]!["turn_id"]);
        Assert.Equal(("m-1", (string?)first["session_id"]), ((string?)second["payload"]!["external_id"], (string?)second["session_id"]));
        Assert.Single((await again.AskAsync("sessions.list", null, Cancellation))["payload"]!["sessions"]!.AsArray());
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    [Requirement("ARC3", "session.typing")]
    public async Task Typing_reaches_the_others_of_its_session_and_is_stored_nowhere()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var typist = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=web");
        var (session, turn) = await typist.SayAsync("Hello.", Cancellation);
        await typist.EndAsync(turn, Cancellation);
        await using var reader = await SocketProbe.ConnectAsync(core, Cancellation, $"/ws?session_id={session}");
        await using var elsewhere = await SocketProbe.ConnectAsync(core, Cancellation, $"/ws?session_id={Guid.NewGuid()}");

        await typist.SendAsync(new JsonObject { ["type"] = "session.typing", ["session_id"] = session }.ToJsonString(), Cancellation);
        var typing = await reader.NextAsync("session.typing", Cancellation);
        foreach (var probe in new[] { typist, elsewhere })
        {
            await probe.AskAsync("ping", null, Cancellation);
            Assert.DoesNotContain(probe.Got, frame => SocketProbe.NameOf(frame) == "session.typing");
        }

        Assert.Equal((session, "web", true, 0L), ((string?)typing["session_id"], (string?)typing["surface"], (bool?)typing["payload"]!["typing"], (long?)typing["version"]));
        await using var late = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?after=0");
        await late.EndAsync(turn, Cancellation);
        Assert.DoesNotContain(late.Got, frame => SocketProbe.NameOf(frame) == "session.typing");
    }

    [Fact]
    public async Task STOP_from_another_surface_ends_the_turn()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var tui = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var phone = await SocketProbe.ConnectAsync(core, Cancellation);
        var (session, turn) = await tui.SayAsync("go", Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);

        var ack = await phone.AskAsync("turn.stop", new JsonObject { ["session_id"] = session }, Cancellation);

        Assert.Equal((turn, true), ((string?)ack["payload"]!["turn_id"], (bool?)ack["payload"]!["stopped"]));
        Assert.Equal("turn.cancelled", await tui.EndAsync(turn, Cancellation));
        Assert.Equal("TURN_NOT_FOUND", (string?)(await phone.AskAsync("turn.stop", new JsonObject { ["session_id"] = session }, Cancellation))["payload"]!["code"]);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_delays_nobody_and_loses_no_committed_event()
    {
        var chunks = Enumerable.Range(0, 200).Select(i => $"{i} {new string('x', 1000)}\n").ToArray();
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says(chunks)), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var deaf = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?after=0", reads: false);
        await using var steady = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?after=0");

        // 30 times 200 KB and its deltas: more than any buffer between the two sides holds.
        for (var i = 0; i < 30; i++)
        {
            var (_, turn) = await steady.SayAsync($"message {i}", Cancellation);
            Assert.Equal("turn.completed", await steady.EndAsync(turn, Cancellation));
        }

        var late = new List<long>();
        var last = steady.Committed.Versions()[^1];
        var buffer = new byte[1024 * 1024];
        using var message = new MemoryStream();
        while (late.LastOrDefault() < last)
        {
            var received = await deaf.Socket.ReceiveAsync(buffer.AsMemory(), Cancellation);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                var frame = JsonNode.Parse(System.Text.Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length))!;
                message.SetLength(0);
                if (SocketProbe.IsCommitted(frame))
                {
                    late.Add((long)frame["version"]!);
                }
            }
        }
        Assert.Equal(steady.Committed.Versions(), late);
    }

    [Fact]
    [Requirement("NFR-P5", "under 50 ms")]
    public async Task A_frame_is_answered_within_50_ms()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation);
        await probe.AskAsync("ping", null, Cancellation);
        var took = new List<TimeSpan>();
        for (var i = 0; i < 50; i++)
        {
            var sent = TimeProvider.System.GetTimestamp();
            await probe.AskAsync("ping", null, Cancellation);
            took.Add(TimeProvider.System.GetElapsedTime(sent));
        }

        // The median: other tests share these cores.
        Assert.InRange(took.Order().ElementAt(25), TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
    }
}
