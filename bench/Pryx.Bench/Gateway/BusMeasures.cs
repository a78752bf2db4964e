namespace Pryx.Bench.Gateway;

/// <summary>What subscribers and readers wait for; all in milliseconds.</summary>
internal sealed class BusMeasures(RunningCore core, CancellationToken cancellationToken)
{
    public async Task<List<double>> TypingAsync(int count)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        await using var one = await Feed.OpenAsync(core, $"?session_id={session}", cancellationToken);
        await using var other = await Feed.OpenAsync(core, $"?session_id={session}", cancellationToken);
        var values = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var started = Clock.Now;
            await one.SendAsync($$$"""{"event":"session.typing","session_id":"{{{session}}}","payload":{"typing":true}}""", cancellationToken);
            values.Add((await other.WaitAsync(cancellationToken, "\"session.typing\"") - started).TotalMilliseconds);
        }
        return values;
    }

    public async Task<List<double>> ReconnectAsync(int count)
    {
        var values = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var session = await core.NewSessionAsync(cancellationToken); // Missed by the one that was away.
            var started = Clock.Now;
            await using var feed = await Feed.OpenAsync(core, "?event=session.created&after=0", cancellationToken);
            await feed.WaitAsync(cancellationToken, "\"session.created\"", session);
            await feed.SendAsync("""{"event":"sessions.list"}""", cancellationToken);
            values.Add((await feed.WaitAsync(cancellationToken, "\"sessions.list\"") - started).TotalMilliseconds);
        }
        return values;
    }

    public async Task<double> FanOutAsync(int subscribers, int events)
    {
        var feeds = new List<Feed>();
        var values = new List<double>();
        try
        {
            for (var i = 0; i < subscribers; i++)
            {
                feeds.Add(await Feed.OpenAsync(core, "?event=session.created", cancellationToken));
            }
            for (var i = 0; i < events; i++)
            {
                var started = Clock.Now;
                var session = await core.NewSessionAsync(cancellationToken);
                foreach (var feed in feeds)
                {
                    values.Add((await feed.WaitAsync(cancellationToken, session) - started).TotalMilliseconds);
                }
            }
        }
        finally
        {
            foreach (var feed in feeds)
            {
                await feed.DisposeAsync();
            }
        }
        return Clock.Percentile(values, 0.99);
    }

    public async Task<double> SearchAsync(int count)
    {
        var values = new List<double>();
        for (var i = -3; i < count; i++)
        {
            var started = Clock.Now;
            using var answer = await core.Http.GetAsync($"/api/v1/sessions/search?q={(i % 2 == 0 ? "fake+provider" : "hello")}&limit=20", cancellationToken);
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (!body.Contains("provider", StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"The search found nothing: {(int)answer.StatusCode} {body}");
            }
            if (i >= 0)
            {
                values.Add(Clock.MillisecondsSince(started));
            }
        }
        return Clock.Percentile(values, 0.95);
    }

    public async Task<List<double>> ResumeAsync(string session, int least, int count)
    {
        var values = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var (started, items) = (Clock.Now, 0);
            for (long? after = 0; after is not null;)
            {
                using var answer = await core.Http.GetAsync($"/api/v1/sessions/{session}/items?after_seq={after}", cancellationToken);
                using var page = await System.Text.Json.JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
                items += page.RootElement.GetProperty("items").GetArrayLength();
                after = page.RootElement.TryGetProperty("next_after_seq", out var cursor) ? cursor.GetInt64() : null;
            }
            values.Add(Clock.MillisecondsSince(started));
            if (items < least)
            {
                throw new InvalidOperationException($"The session has {items} items, not {least}.");
            }
        }
        return values;
    }
}
