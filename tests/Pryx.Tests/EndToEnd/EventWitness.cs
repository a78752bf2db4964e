using System.Collections.Concurrent;
using System.Text.Json;

namespace Pryx.Tests.EndToEnd;

/// <summary>One subscriber who comes back after every cut with the last version it has seen, and remembers all of them.</summary>
internal sealed class EventWitness(KilledGateway gateway)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _ends = [];
    private readonly List<long> _versions = [];
    private long _last;

    /// <summary>In the order they came.</summary>
    public IReadOnlyList<long> Versions => _versions;

    /// <summary>Terminal events of each turn.</summary>
    public ConcurrentDictionary<string, int> Ends { get; } = [];

    /// <summary>When each turn was last taken up again after a crash.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Resumed { get; } = [];

    public Task<string> EndOf(string turn) => _ends.GetOrAdd(turn, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

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
                    See(JsonSerializer.Deserialize<JsonElement>(data));
                }
                (id, data) = (0, "");
            }
        }
    }

    private void See(JsonElement e)
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
        if (name is "turn.completed" or "turn.failed" or "turn.cancelled" or "turn.limited")
        {
            Ends.AddOrUpdate(id, 1, static (_, count) => count + 1);
            _ends.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(name);
        }
    }
}
