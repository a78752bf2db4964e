using System.Collections.Concurrent;
using System.Text.Json;

namespace Pryx.Tests.EndToEnd;

/// <summary>One subscriber who comes back after every cut with the last version it has seen, and remembers all of them.</summary>
internal sealed class EventWitness(KilledGateway gateway)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _ends = [];
    private readonly List<long> _versions = [];
    private readonly List<long> _socketVersions = [];
    private long _last;
    private int _answers;

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<long> Versions => _versions;

    /// <summary>Terminal events of each turn.</summary>
    public ConcurrentDictionary<string, int> Ends { get; } = [];

    /// <summary>When each turn was last taken up again after a crash.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Resumed { get; } = [];

    public Task<string> EndOf(string turn) => _ends.GetOrAdd(turn, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The versions another subscriber got, over the WebSocket.</summary>
    public IReadOnlyList<long> SocketVersions => _socketVersions;

    /// <summary>Answers that were taken.</summary>
    public int Answers => _answers;

    public async Task FollowSocketAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var last = _socketVersions.Count == 0 ? 0 : _socketVersions[^1];
            if (!await gateway.ReadSocketAsync($"/ws?can_approve=0&after={last}", See, cancellationToken))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
            }
        }

        void See(string message)
        {
            var e = JsonSerializer.Deserialize<JsonElement>(message);
            if (e.TryGetProperty("version", out var version) && version.GetInt64() > 0)
            {
                _socketVersions.Add(version.GetInt64());
            }
        }
    }

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var lines = await gateway.OpenStreamAsync("/api/v1/events/stream?can_approve=1", _last, cancellationToken);
            if (lines is null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
                continue;
            }
            try
            {
                await ReadAsync(lines, cancellationToken);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // Killed.
            }
        }
    }

    private async Task ReadAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        var (id, data) = (0L, "");
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = long.Parse(line.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
            else if (line.Length == 0)
            {
                // Only what came whole was seen; progress has no id.
                if (id > 0)
                {
                    _versions.Add(id);
                    _last = id;
                    See(JsonSerializer.Deserialize<JsonElement>(data), cancellationToken);
                }
                (id, data) = (0, "");
            }
        }
    }

    // Again and again until a daemon has taken it: it may be killed in the middle of that, or the question already be answered.
    private async Task AnswerAsync(string question, CancellationToken cancellationToken)
    {
        var (status, _) = await gateway.SendAsync("/api/v1/approvals/decision", $$"""{"request_id":"{{question}}","decision":"approve"}""", cancellationToken);
        Interlocked.Add(ref _answers, status == 200 ? 1 : 0);
    }

    private void See(JsonElement e, CancellationToken cancellationToken)
    {
        if (!e.TryGetProperty("turn_id", out var turn) || turn.GetString() is not { } id)
        {
            return;
        }
        var name = e.GetProperty("event").GetString()!;
        if (name == "turn.started" && e.GetProperty("payload").TryGetProperty("is_resumed", out var resumed) && resumed.GetBoolean())
        {
            Resumed[id] = e.GetProperty("timestamp").GetDateTimeOffset();
        }
        if (name == "approval.needed")
        {
            _ = AnswerAsync(e.GetProperty("payload").GetProperty("id").GetString()!, cancellationToken);
        }
        if (name is "turn.completed" or "turn.failed" or "turn.cancelled" or "turn.limited")
        {
            Ends.AddOrUpdate(id, 1, static (_, count) => count + 1);
            _ends.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(name);
        }
    }
}
