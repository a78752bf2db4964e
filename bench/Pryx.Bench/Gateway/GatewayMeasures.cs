using Pryx.Testing;

namespace Pryx.Bench.Gateway;

/// <summary>
/// The daemon as a whole process: how soon it answers, what it weighs, how quick a turn is through HTTP and WebSocket, and how it
/// stands many at once. Starts take turns between the subjects; the rest is one life of each subject, one after the other.
/// </summary>
internal sealed class GatewayMeasures(IReadOnlyList<Subject> subjects, GatewayScale scale, CancellationToken cancellationToken)
{
    private readonly Dictionary<string, (Measure Row, List<Sample> Samples)> _rows = [];

    public async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var root = Directory.CreateTempSubdirectory("pryx-bench-gateway-");
        try
        {
            await using var fake = await FakeProvider.StartAsync(GatewayScript.For(scale), cancellationToken);
            await StartsAsync(root, fake);
            foreach (var subject in subjects.Where(subject => subject.File is not null))
            {
                await LiveAsync(subject, root, fake);
            }
            return fake.Violations is [var violation, ..]
                ? throw new InvalidOperationException($"A request broke its wire's rules: {violation}")
                : [.. _rows.Values.Select(row => row.Row with { Samples = row.Samples })];
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private async Task StartsAsync(DirectoryInfo root, FakeProvider fake)
    {
        var ready = subjects.Where(subject => subject.File is not null).ToDictionary(subject => subject, _ => new List<double>());
        for (var i = -1; i < scale.Starts; i++)
        {
            foreach (var (subject, values) in ready)
            {
                await using var core = await StartAsync(subject, root, fake, "starts");
                if (i >= 0)
                {
                    values.Add(core.Ready.TotalMilliseconds);
                }
            }
        }
        foreach (var (subject, values) in ready)
        {
            Add(subject, new("gateway ready", "ms", "start of `pryx serve` (host and core) to the first 200 of `/health`, the data directory existing", 173, 100, []), values);
        }
    }

    private async Task LiveAsync(Subject subject, DirectoryInfo root, FakeProvider fake)
    {
        await using var core = await StartAsync(subject, root, fake, "life");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
        var before = core.Processor();
        await Task.Delay(scale.Idle, TimeProvider.System, cancellationToken);
        Add(subject, new("idle CPU", "%", $"processor time of host and core over {scale.Idle.TotalSeconds:0} idle seconds, of one core", 0.1, 0.1, []), [(core.Processor() - before) / scale.Idle * 100]);
        Add(subject, new("idle memory", "MB", "PSS of host and core together", 113, 60, []), [core.Memory()]);

        var turns = new TurnMeasures(core, fake, cancellationToken);
        await turns.TextAsync(10);
        Add(subject, new("memory after 10 turns", "MB", "PSS of host and core together", 210, 75, []), [core.Memory()]);
        await turns.TextAsync(scale.Turns); // What a long-lived daemon compiles late is compiled now.
        Add(subject, new("warm text turn", "ms", "POST of the message to the arrival of `turn.completed` at a WebSocket, the answer stored; one model call", 10, 10, []), await turns.TextAsync(scale.Turns));
        Add(subject, new("warm tool turn", "ms", "the same with one shell command (`echo hello`): two model calls, a process", 30, 30, []), await turns.ToolAsync(scale.Turns));
        Add(subject, new("first-token overhead, gateway", "ms", "the provider's write of the first text to the arrival of its `message.delta` at a WebSocket", 0.6, 0.6, []), await turns.FirstTokenAsync(scale.Turns / 2));

        var bus = new BusMeasures(core, cancellationToken);
        Add(subject, new("message stored", "ms", "POST of a message to its 202, which is given once it is durable (ARC5: under 100 ms)", 100, 100, []), await turns.StoredAsync(scale.Turns));
        Add(subject, new("tool call shown", "ms", "the provider's last write of a tool call to the arrival of `tool.request` at a WebSocket (ARC5)", 50, 50, []), await turns.ToolShownAsync(scale.Turns / 2));
        Add(subject, new("approval resolved", "ms", "POST of the answer to the arrival of `approval.resolved` at another surface (ARC5)", 50, 50, []), await turns.ApprovalAsync(scale.Turns / 2));
        Add(subject, new("typing shown", "ms", "a WebSocket's `session.typing` to its arrival at another surface (ARC5)", 50, 50, []), await bus.TypingAsync(scale.Turns));
        Add(subject, new("reconnect", "ms", "opening a WebSocket to having the list of sessions and the events missed (ARC5: metadata within 1 s)", 1000, 1000, []), await bus.ReconnectAsync(scale.Turns / 2));
        Add(subject, new($"fan-out to {scale.Subscribers}, p99", "ms", "one committed event to its arrival at each of the WebSockets, from the request that causes it; 99th percentile over all", 10, 10, []), [await bus.FanOutAsync(scale.Subscribers, scale.Turns / 2)]);
        Add(subject, new($"{scale.Concurrent} concurrent turns", "ms", "all begun at once in sessions of their own, until the last has ended", null, null, []), [await turns.ConcurrentAsync(scale.Concurrent)]);
        Add(subject, new($"{scale.Posts} concurrent POSTs, p95", "ms", "messages to one busy session over as many open connections, all written at once, to their 202: each is durable; 95th percentile", 100, 100, []), [await new PostStorm(core, cancellationToken).RunAsync(scale.Posts)]);

        await turns.ManySessionsAsync(scale.Sessions / 10);
        var early = core.Memory();
        await turns.ManySessionsAsync(scale.Sessions - (scale.Sessions / 10));
        Add(subject, new($"memory after {scale.Sessions} turns", "MB", "PSS of host and core together, each turn in a session of its own", null, null, []), [core.Memory()]);
        Add(subject, new($"drift over {scale.Sessions} turns", "%", "growth of that memory since the first tenth of them", 5, 5, []), [(core.Memory() - early) / early * 100]);
        Add(subject, new($"search over {scale.Sessions} sessions, p95", "ms", "GET of a search over all items, 95th percentile", 20, 20, []), [await bus.SearchAsync(scale.Turns)]);
        var session = await turns.LongSessionAsync();
        Add(subject, new($"resume of {scale.Items} items", "ms", "all of the session's items, page by page, read by the client", 300, 300, []), await bus.ResumeAsync(session, scale.Items, 5));
        Add(subject, new($"input to request, {scale.Items} items, p95", "ms", "POST of a message into that session to the arrival of its model request, warm; 95th percentile", 20, 20, []), [Clock.Percentile(await turns.InputToRequestAsync(session, 20), 0.95)]);
    }

    private Task<RunningCore> StartAsync(Subject subject, DirectoryInfo root, FakeProvider fake, string name)
    {
        var home = Directory.CreateDirectory(Path.Combine(root.FullName, subject.Name, name)).FullName;
        var folder = Directory.CreateDirectory(Path.Combine(root.FullName, subject.Name, "folder")).FullName;
        return RunningCore.StartAsync(subject.File!, home, folder, fake.Url, cancellationToken);
    }

    private void Add(Subject subject, Measure row, IReadOnlyList<double> values)
    {
        if (!_rows.TryGetValue(row.Name, out var entry))
        {
            _rows[row.Name] = entry = (row, []);
        }
        entry.Samples.Add(new Sample(subject.Name, subject.Build, values));
        Console.Error.WriteLine($"{subject.Name}: {row.Name}: {new Sample("", null, values).Median:0.00} {row.Unit}");
    }
}
