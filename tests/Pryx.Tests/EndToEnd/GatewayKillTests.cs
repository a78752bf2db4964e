using System.Collections.Concurrent;
using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>
/// kill -9 of the daemon at random moments while twenty turns with tools run, then its restart, again and again. What happened is counted
/// outside: by files that the commands append to, by what was acknowledged over HTTP, and by subscribers that come back after every cut.
/// </summary>
public sealed class GatewayKillTests
{
    private const int Seed = 20261121;
    private const int Workers = 20;
    private const int InputsPerSession = 12;

    /// <summary>PRYX_GATEWAY_KILLS=1000 for the whole measurement: <c>make gateway-kills</c>.</summary>
    private static readonly int Kills = int.TryParse(EnvironmentSettings.Read("PRYX_GATEWAY_KILLS"), out var kills) ? kills : 12;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("NFR-R6", "resume after crash")]
    [Requirement("ARC6", "no loss")]
    [Requirement("ARC6", "no duplicates")]
    public async Task Killed_again_and_again_the_daemon_loses_nothing_it_took_and_does_nothing_twice()
    {
        await using var provider = await FakeProvider.StartAsync(Answer, Cancellation);
        using var person = Person.At(provider);
        Directory.CreateDirectory(person.Home.PathOf("effects"));
        await using var gateway = new KilledGateway(person);
        await gateway.StartAsync(Cancellation);
        var witness = new EventWitness(gateway);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var following = Task.WhenAll(witness.FollowAsync(leave.Token), witness.FollowSocketAsync(leave.Token));
        var acknowledged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var isOver = false;
        var started = TimeProvider.System.GetTimestamp();
        var working = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(gateway, witness, worker, acknowledged, () => Volatile.Read(ref isOver))));

        var random = new Random(Seed);
        for (var kill = 0; kill < Kills && !working.IsFaulted; kill++)
        {
            // Told by what has happened, not by the clock: so that all of it is hit however slow the machine is. A third of them at once, while turns are being taken up.
            await WaitAsync(witness, kill % 3 == 0 ? random.Next(20) : random.Next(200), TimeSpan.FromMilliseconds(30 * random.NextDouble()));
            await gateway.KillAsync(Cancellation);
            await gateway.StartAsync(Cancellation);
        }
        var took = TimeProvider.System.GetElapsedTime(started);
        var ready = gateway.ReadyAt;
        Volatile.Write(ref isOver, true);
        await working.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation);
        var late = (TimeProvider.System.GetUtcNow() - ready).TotalSeconds;
        var version = JsonSerializer.Deserialize<JsonElement>((await gateway.SendAsync("/api/v1/events?limit=0", null, Cancellation)).Body);
        await Until.TrueAsync(() => ((long[])[witness.Versions[^1], witness.SocketVersions[^1]]).Min() >= version.GetProperty("version").GetInt64(), Cancellation);
        await leave.CancelAsync();
        await Record.ExceptionAsync(() => following);
        Assert.Equal("", await gateway.StopAsync(Cancellation));

        Assert.Empty(provider.Violations);
        Assert.InRange(late, 0, 5);
        var (effects, interrupted) = await CheckStoreAsync(person, witness, acknowledged);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills in {took.TotalSeconds:0} s: {acknowledged.Count} inputs acknowledged, none lost, each with one terminal event; {effects} effects, none twice; "
            + $"{interrupted} calls interrupted; {witness.Answers} approvals answered; {witness.Versions.Count} events seen once and in order, by event stream and by WebSocket; ready after {gateway.Starts.Average(span => span.TotalMilliseconds):0} ms; "
            + $"everything open at the last kill was answered {late:0.0} s after the daemon was ready");
    }

    private static async Task WaitAsync(EventWitness witness, int events, TimeSpan then)
    {
        var (before, started) = (witness.Versions.Count, TimeProvider.System.GetTimestamp());
        while (witness.Versions.Count < before + events && TimeProvider.System.GetElapsedTime(started).TotalSeconds < 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);
        }
        await Task.Delay(then, TimeProvider.System, Cancellation);
    }

    // Two calls side by side, then one more, then the answer: told from the request alone, so it is the same after every restart.
    private static ScriptedReply Answer(FakeRequest request)
    {
        var input = request.LastUserText!.Split(' ')[^1];
        return request.Step switch
        {
            0 => Replies.Calls(Append(input, "a"), Append(input, "b")),
            1 => Replies.Calls(Append(input, "c")),
            _ => Replies.Says($"Did {input}."),
        } with { Trouble = new() { BeforeFirstChunk = TimeSpan.FromMilliseconds(10) } };
    }

    private static (string, string) Append(string input, string call) =>
        ("shell_exec", $$"""{"command":"sleep 0.02; echo {{input}}{{call}} >> effects/{{input}}{{call}}; sleep 0.02"}""");

    // One input after the other; every third time a second one is queued behind it at once.
    private static async Task WorkAsync(KilledGateway gateway, EventWitness witness, int worker, ConcurrentDictionary<string, string> acknowledged, Func<bool> isOver)
    {
        var session = "";
        for (var count = 0; !isOver(); count++)
        {
            if (count % InputsPerSession == 0)
            {
                var (status, body) = await gateway.SendAsync("/api/v1/sessions", $$"""{"model":"{{Models.Chat}}"}""", Cancellation);
                Assert.True(status == 201, body);
                session = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("id").GetString()!;
            }
            var turns = new List<string> { await PostAsync(gateway, session, $"{worker}-{count}", acknowledged) };
            if (count % 3 == 2)
            {
                turns.Add(await PostAsync(gateway, session, $"{worker}-{count}q", acknowledged));
            }
            foreach (var turn in turns)
            {
                Assert.Equal("turn.completed", await witness.EndOf(turn).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation));
            }
        }
    }

    private static async Task<string> PostAsync(KilledGateway gateway, string session, string input, ConcurrentDictionary<string, string> acknowledged)
    {
        var (status, body) = await gateway.SendAsync(
            $"/api/v1/sessions/{session}/messages", $$"""{"content":"please do {{input}}","approve_all":{{(AsksAPerson(input) ? "false" : "true")}},"delivery":"queue","external_id":"{{input}}"}""", Cancellation);
        Assert.True(status == 202, body);
        return acknowledged[input] = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("turn_id").GetString()!;
    }

    // Two of the twenty workers do not answer beforehand.
    private static bool AsksAPerson(string input) => input.Split('-')[0].EndsWith('3');

    /// <returns>Effects, and calls that were interrupted.</returns>
    private static async Task<(int Effects, int Interrupted)> CheckStoreAsync(Person person, EventWitness witness, ConcurrentDictionary<string, string> acknowledged)
    {
        await using var database = await Database.OpenAsync(Path.Combine(person.Home.Data, "pryx.db"), TimeProvider.System, Cancellation);
        Assert.Empty(await database.CheckAsync(Cancellation));

        // What was taken has one turn, one message, one end; nothing was taken that nobody sent.
        var inputs = await database.ReadAsync(connection => connection.Query(
            """
            SELECT i.external_id, i.turn_id, (SELECT COUNT(*) FROM items m WHERE m.turn_id = i.turn_id AND m.type = 'user_message'),
                   (SELECT COUNT(*) FROM events e WHERE e.turn_id = i.turn_id AND e.event IN ('turn.completed', 'turn.failed', 'turn.cancelled', 'turn.limited')), t.status
            FROM inputs i JOIN turns t ON t.id = i.turn_id
            """, static row => (Input: row.GetString(0), Turn: row.GetString(1), Messages: row.GetInt64(2), Ends: row.GetInt64(3), Status: row.GetString(4))), Cancellation);
        Assert.Equal(acknowledged.OrderBy(pair => pair.Key, StringComparer.Ordinal), inputs.Select(input => KeyValuePair.Create(input.Input, input.Turn)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.All(inputs, input => Assert.Equal((1L, 1L, "completed"), (input.Messages, input.Ends, input.Status)));
        Assert.Equal(inputs.Count, inputs.Select(input => input.Turn).Distinct().Count());

        // The subscriber has seen exactly what was stored, in its order.
        Assert.Equal(await database.ReadAsync(connection => connection.Query("SELECT version FROM events ORDER BY version", static row => row.GetInt64(0)), Cancellation), witness.Versions);
        Assert.Equal(witness.Versions, witness.SocketVersions);
        Assert.All(acknowledged.Values, turn => Assert.Equal(1, witness.Ends[turn]));

        // Every turn, every step and every call that ran has its span, ended, whatever was killed in between.
        var spans = await database.ReadAsync(connection => connection.Query("SELECT kind, COUNT(*) FROM spans WHERE duration_ns IS NOT NULL GROUP BY kind", static row => (row.GetString(0), row.GetInt64(1))), Cancellation);
        var counted = spans.ToDictionary(pair => pair.Item1, pair => pair.Item2);
        Assert.Equal(inputs.Count, counted["turn"]);
        Assert.Equal(await database.ReadAsync(static connection => connection.Number("SELECT COUNT(*) FROM events WHERE event = 'step.completed'"), Cancellation), counted["model"]);
        Assert.Equal(await database.ReadAsync(static connection => connection.Number("SELECT COUNT(*) FROM tool_calls"), Cancellation), counted["tool"]);

        var calls = await database.ReadAsync(connection => connection.Query("SELECT arguments, status FROM tool_calls", static row => (Command: row.GetString(0), Status: row.GetString(1))), Cancellation);
        Assert.Equal(3 * inputs.Count, calls.Count);
        var effects = 0;
        foreach (var (command, status) in calls)
        {
            var file = command.Split(">> ")[1].Split(';')[0];
            var lines = person.Home.Exists(file) ? File.ReadAllLines(person.Home.PathOf(file)).Length : 0;
            // A daemon that has just started may ask before the subscriber is back: then nobody is there, and that is a no.
            Assert.True(status switch { "completed" => lines == 1, "interrupted" => lines <= 1, "denied" => lines == 0 && AsksAPerson(file["effects/".Length..]), _ => false }, $"{command}: {status}, done {lines} times");
            effects += lines;
        }
        Assert.Equal(effects, Directory.EnumerateFiles(person.Home.PathOf("effects")).Sum(file => File.ReadAllLines(file).Length));
        return (effects, calls.Count(call => call.Status == "interrupted"));
    }
}
