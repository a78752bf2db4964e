using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Streams;

/// <summary>What a socket shows: the envelope, filters, replay.</summary>
public sealed class SocketEventTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ws")]
    [InlineData("/api/v1/ws")]
    [Requirement("ARC4", "valid JSON")]
    [Requirement("ARC4", "all fields")]
    [Requirement("ARC4", "version monotonic")]
    [Requirement("API4", "session.message")]
    [Requirement("T6.0", "WebSocket")]
    public async Task A_message_is_answered_and_every_event_has_the_envelope(string path)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello back.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, path + "?surface=web");

        var (session, turn) = await probe.SayAsync("Hello.", Cancellation);
        Assert.Equal("turn.completed", await probe.EndAsync(turn, Cancellation));

        var committed = probe.Committed;
        Assert.All(committed, frame =>
        {
            Assert.Equal("event", (string?)frame["type"]);
            Assert.NotEqual(default, DateTimeOffset.Parse((string)frame["timestamp"]!, System.Globalization.CultureInfo.InvariantCulture));
        });
        Assert.Equal(committed.Versions().Distinct().Order(), committed.Versions());
        Assert.All(committed, frame => Assert.Equal(session, (string?)frame["session_id"]));
        var messages = committed.Where(frame => SocketProbe.NameOf(frame) == "session.message").ToList();
        Assert.Equal(["user: Hello.", "assistant: Hello back."], messages.Select(frame => $"{frame["payload"]!["role"]}: {frame["payload"]!["content"]}"));
        Assert.Equal("web", (string?)messages[0]["surface"]);
        Assert.Contains(committed, frame => SocketProbe.NameOf(frame) == "session.created");
    }

    [Fact]
    [Requirement("ARC2", "scope filter")]
    public async Task A_session_filter_lets_nothing_of_other_sessions_through_and_an_event_filter_nothing_else()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var all = await SocketProbe.ConnectAsync(core, Cancellation);
        var (first, firstTurn) = await all.SayAsync("one", Cancellation);
        await all.EndAsync(firstTurn, Cancellation);
        await using var ofFirst = await SocketProbe.ConnectAsync(core, Cancellation, $"/ws?session_id={first}");
        await using var messages = await SocketProbe.ConnectAsync(core, Cancellation, $"/ws?event=session.message&event=turn.completed");

        var (second, secondTurn) = await all.SayAsync("two", Cancellation);
        await all.EndAsync(secondTurn, Cancellation);
        var (_, thirdTurn) = await all.SayAsync("three", Cancellation, first);
        await ofFirst.EndAsync(thirdTurn, Cancellation);
        await messages.EndAsync(thirdTurn, Cancellation);

        Assert.NotEqual(first, second);
        Assert.All(ofFirst.Got, frame => Assert.Equal(first, (string?)frame["session_id"]));
        Assert.Equal(["session.message", "session.message", "turn.completed", "session.message", "session.message", "turn.completed"], messages.Got.Select(SocketProbe.NameOf));
    }

    [Fact]
    public async Task Subscribe_and_unsubscribe_change_what_is_sent_from_then_on()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var driver = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?event=turn.started");
        Assert.Equal("subscribed", SocketProbe.NameOf(await probe.AskAsync("subscribe", new JsonObject { ["events"] = new JsonArray("turn.completed", "turn.started") }, Cancellation)));
        await probe.AskAsync("unsubscribe", new JsonObject { ["events"] = new JsonArray("turn.started") }, Cancellation);

        var (_, turn) = await driver.SayAsync("one", Cancellation);
        await probe.EndAsync(turn, Cancellation);
        await probe.AskAsync("unsubscribe", null, Cancellation);
        var (_, next) = await driver.SayAsync("two", Cancellation);
        await driver.EndAsync(next, Cancellation);
        await probe.AskAsync("ping", null, Cancellation);

        Assert.Equal(["subscribed", "subscribed", "turn.completed", "subscribed", "pong"], probe.Got.Select(SocketProbe.NameOf));
    }

    [Fact]
    [Requirement("ARC4", "version monotonic")]
    [Requirement("ARC6", "missed fetched")]
    public async Task What_was_missed_comes_from_a_version_on_also_after_a_restart_of_the_daemon()
    {
        using var home = new TempHome();
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        IReadOnlyList<JsonNode> before;
        string session;
        await using (var core = await TestCore.StartAsync(provider, Cancellation, home))
        {
            await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?after=0");
            (session, var turn) = await probe.SayAsync("one", Cancellation);
            await probe.EndAsync(turn, Cancellation);
            before = probe.Committed;
        }

        await using var again = await TestCore.StartAsync(provider, Cancellation, home);
        var middle = before[before.Count / 2];
        await using var late = await SocketProbe.ConnectAsync(again, Cancellation, $"/ws?version={middle["version"]}");
        await using var now = await SocketProbe.ConnectAsync(again, Cancellation);
        var (_, next) = await now.SayAsync("two", Cancellation, session);
        await late.EndAsync((string)before[^1]["turn_id"]!, Cancellation);
        await late.EndAsync(next, Cancellation);
        await now.EndAsync(next, Cancellation);

        var missed = before.Skip((before.Count / 2) + 1).Select(frame => frame.ToJsonString()).ToList();
        Assert.Equal(missed, late.Committed.Take(missed.Count).Select(frame => frame.ToJsonString()));
        Assert.Equal(late.Committed.Skip(missed.Count).Versions(), now.Committed.Versions());
        Assert.True((long)now.Committed[0]["version"]! > (long)before[^1]["version"]!);
    }

    [Fact]
    [Requirement("ARC6", "no loss")]
    [Requirement("ARC6", "no duplicates")]
    public async Task A_client_that_loses_its_connection_again_and_again_loses_and_doubles_nothing()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var steady = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?after=0");
        var talking = Task.Run(async () =>
        {
            await using var driver = await SocketProbe.ConnectAsync(core, Cancellation);
            var last = "";
            for (var i = 0; i < 25; i++)
            {
                (_, last) = await driver.SayAsync($"message {i}", Cancellation);
                await driver.EndAsync(last, Cancellation);
            }
            return last;
        }, Cancellation);

        var seen = new List<JsonNode>();
        while (true)
        {
            var isOver = talking.IsCompleted;
            await using var brief = await SocketProbe.ConnectAsync(core, Cancellation, $"/ws?after={(seen.Count == 0 ? 0 : (long)seen[^1]["version"]!)}");
            if (!isOver)
            {
                // As much as comes before the answer, then the line is cut.
                await brief.AskAsync("ping", null, Cancellation);
                seen.AddRange(brief.Committed);
                continue;
            }
            if (IsEnd(seen.LastOrDefault(), await talking))
            {
                break;
            }
            await brief.EndAsync(await talking, Cancellation);
            seen.AddRange(brief.Committed);
        }
        await steady.EndAsync(await talking, Cancellation);

        Assert.Equal(steady.Committed.Versions(), seen.Versions());
        Assert.Equal(seen.Versions().Distinct().Order(), seen.Versions());
    }

    private static bool IsEnd(JsonNode? frame, string turn) => frame is not null && (string?)frame["turn_id"] == turn && SocketProbe.NameOf(frame) == "turn.completed";

    [Fact]
    [Requirement("ARC3", "error.occurred")]
    [Requirement("ERR2", "WebSocket error to all")]
    [Requirement("API4", "error")]
    public async Task The_error_of_a_failed_turn_reaches_every_client_once()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Fails(401)), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var plain = await SocketProbe.ConnectAsync(core, Cancellation);
        await using var named = await SocketProbe.ConnectAsync(core, Cancellation, "/api/v1/ws");
        await using var sender = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=tui");

        var (_, turn) = await sender.SayAsync("go", Cancellation);

        foreach (var probe in new[] { plain, named, sender })
        {
            Assert.Equal("turn.failed", await probe.EndAsync(turn, Cancellation));
            var error = await probe.NextAsync("error.occurred", Cancellation);
            Assert.StartsWith("PROVIDER_", (string?)error["payload"]!["code"]);
            Assert.Equal(turn, (string?)error["turn_id"]);
        }
        var alias = await named.NextAsync(frame => (string?)frame["type"] == "error", Cancellation);
        Assert.StartsWith("PROVIDER_", (string?)alias["code"]);
        await plain.AskAsync("ping", null, Cancellation);
        Assert.Single(plain.Got, frame => SocketProbe.NameOf(frame) is "error.occurred" or "error");
    }
}
