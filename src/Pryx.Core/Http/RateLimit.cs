using Pryx.Protocol.Errors;

namespace Pryx.Core.Http;

/// <summary>
/// A token bucket for every client. Counted by our own clock and without a timer: the framework's limiters wake up ten times a second
/// from their first use on, and an idle daemon must not.
/// </summary>
/// <param name="burst">Requests at once.</param>
/// <param name="perSecond">How fast they come back.</param>
public sealed class RateLimit(int burst, double perSecond, TimeProvider time)
{
    private const int MaxClients = 10_000;
    private readonly object _gate = new();
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <exception cref="PryxException">RATE_LIMITED, with the time to wait.</exception>
    public void Take(string client)
    {
        if (!TryTake(client, out var wait))
        {
            throw new PryxException("RATE_LIMITED", "Rate limit exceeded", "wait and try again: Retry-After says how long") { RetryAfter = wait };
        }
    }

    /// <param name="wait">Until the next one is let through.</param>
    public bool TryTake(string client, out TimeSpan wait)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var left = _buckets.TryGetValue(client, out var bucket) ? Refilled(bucket, now) : burst;
            if (left < 1)
            {
                wait = TimeSpan.FromSeconds((1 - left) / perSecond);
                return false;
            }
            if (_buckets.Count >= MaxClients)
            {
                Forget(now);
            }
            _buckets[client] = new(left - 1, now);
            wait = TimeSpan.Zero;
            return true;
        }
    }

    private double Refilled(Bucket bucket, long now) => Math.Min(burst, bucket.Left + (time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond));

    // Full buckets say nothing. An attack from ever new addresses must not fill the memory either.
    private void Forget(long now)
    {
        foreach (var (client, bucket) in _buckets)
        {
            if (Refilled(bucket, now) >= burst)
            {
                _buckets.Remove(client);
            }
        }
        if (_buckets.Count >= MaxClients)
        {
            _buckets.Clear();
        }
    }

    private readonly record struct Bucket(double Left, long At);
}
