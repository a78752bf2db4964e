using Pryx.Testing;

namespace Pryx.Bench.Gateway;

/// <summary>Turns through the gateway, one after the other unless it says otherwise; all in milliseconds.</summary>
internal sealed class TurnMeasures(RunningCore core, FakeProvider fake, CancellationToken cancellationToken)
{
    private const string Completed = "\"turn.completed\"";

    public Task<List<double>> TextAsync(int count) => EachAsync(count, GatewayScript.Text, EndedAsync);

    public Task<List<double>> ToolAsync(int count) => EachAsync(count, GatewayScript.Tool, EndedAsync);

    public Task<List<double>> FirstTokenAsync(int count) => EachAsync(count, GatewayScript.Slow, async (feed, _) =>
    {
        var at = await feed.WaitAsync(cancellationToken, "\"message.delta\"");
        await feed.WaitAsync(cancellationToken, Completed);
        return (at - fake.ModelRequests[^1].FirstContentAt!.Value).TotalMilliseconds;
    });

    public Task<List<double>> StoredAsync(int count) => EachAsync(count, GatewayScript.Text, async (feed, sent) =>
    {
        await feed.WaitAsync(cancellationToken, Completed);
        return sent.Answered;
    });

    public Task<List<double>> ToolShownAsync(int count) => EachAsync(count, GatewayScript.Tool, async (feed, _) =>
    {
        var at = await feed.WaitAsync(cancellationToken, "\"tool.request\"");
        await feed.WaitAsync(cancellationToken, Completed);
        return (at - fake.ModelRequests[^2].FirstContentAt!.Value).TotalMilliseconds;
    });

    public async Task<List<double>> ApprovalAsync(int count)
    {
        var values = new List<double>();
        var session = await core.NewSessionAsync(cancellationToken);
        await using var feed = await Feed.OpenAsync(core, $"?session_id={session}", cancellationToken);
        for (var i = 0; i < count; i++)
        {
            await core.PostAsync($"/api/v1/sessions/{session}/messages", $$"""{"content":"{{GatewayScript.Ask}}","model":"openai/fake-model"}""", cancellationToken);
            await feed.WaitAsync(cancellationToken, "\"approval.needed\"");
            using var pending = await core.Http.GetAsync($"/api/v1/approvals/pending?session_id={session}", cancellationToken);
            var id = (string)System.Text.Json.Nodes.JsonNode.Parse(await pending.Content.ReadAsStringAsync(cancellationToken))!["approvals"]![0]!["id"]!;
            var started = Clock.Now;
            await core.PostAsync("/api/v1/approvals/decision", $$"""{"request_id":"{{id}}","decision":"approve"}""", cancellationToken);
            values.Add((await feed.WaitAsync(cancellationToken, "\"approval.resolved\"") - started).TotalMilliseconds);
            await feed.WaitAsync(cancellationToken, Completed);
        }
        return values;
    }

    public async Task<double> ConcurrentAsync(int count)
    {
        var sessions = new List<string>();
        for (var i = 0; i < count; i++)
        {
            sessions.Add(await core.NewSessionAsync(cancellationToken));
        }
        await using var feed = await Feed.OpenAsync(core, "?event=turn.completed", cancellationToken);
        var started = Clock.Now;
        await Task.WhenAll(sessions.Select(session => core.SendAsync(session, GatewayScript.Slow, cancellationToken)));
        DateTimeOffset last = default;
        foreach (var session in sessions)
        {
            // In whatever order they end: each message is one of them, and there are as many as sessions.
            last = await feed.WaitAsync(cancellationToken, Completed);
        }
        return (last - started).TotalMilliseconds;
    }

    /// <summary>As many turns, each in a session of its own, eight at a time.</summary>
    public Task ManySessionsAsync(int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, 8), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (lane, token) =>
        {
            for (var i = lane; i < count; i += 8)
            {
                var session = await core.NewSessionAsync(token);
                await using var feed = await Feed.OpenAsync(core, $"?session_id={session}&event=turn.completed", token);
                await core.SendAsync(session, GatewayScript.Text, token);
                await feed.WaitAsync(token, Completed);
            }
        });

    /// <summary>A session of very many items; its id.</summary>
    public async Task<string> LongSessionAsync()
    {
        var session = await core.NewSessionAsync(cancellationToken);
        await using var feed = await Feed.OpenAsync(core, $"?session_id={session}&event=turn.completed", cancellationToken);
        await core.SendAsync(session, GatewayScript.Long, cancellationToken);
        await feed.WaitAsync(cancellationToken, Completed);
        return session;
    }

    public async Task<List<double>> InputToRequestAsync(string session, int count)
    {
        var values = new List<double>();
        await using var feed = await Feed.OpenAsync(core, $"?session_id={session}&event=turn.completed", cancellationToken);
        for (var i = -2; i < count; i++)
        {
            var started = Clock.Now;
            await core.SendAsync(session, GatewayScript.Text, cancellationToken);
            await feed.WaitAsync(cancellationToken, Completed);
            if (i >= 0)
            {
                values.Add((fake.ModelRequests[^1].At - started).TotalMilliseconds);
            }
        }
        return values;
    }

    private static async Task<double> EndedAsync(Feed feed, Sent sent, CancellationToken cancellationToken) =>
        (await feed.WaitAsync(cancellationToken, Completed) - sent.At).TotalMilliseconds;

    private Task<double> EndedAsync(Feed feed, Sent sent) => EndedAsync(feed, sent, cancellationToken);

    // A new session for each ten: a history that grows would be part of what is measured.
    private async Task<List<double>> EachAsync(int count, string prompt, Func<Feed, Sent, Task<double>> measureAsync)
    {
        var values = new List<double>();
        while (values.Count < count)
        {
            var session = await core.NewSessionAsync(cancellationToken);
            await using var feed = await Feed.OpenAsync(core, $"?session_id={session}", cancellationToken);
            for (var i = 0; i < 10 && values.Count < count; i++)
            {
                var at = Clock.Now;
                await core.SendAsync(session, prompt, cancellationToken);
                values.Add(await measureAsync(feed, new(at, Clock.MillisecondsSince(at))));
            }
        }
        return values;
    }

    private readonly record struct Sent(DateTimeOffset At, double Answered);
}
