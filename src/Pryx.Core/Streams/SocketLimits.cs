using System.Net;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Streams;

/// <summary>How many sockets may be open, and how fast new ones may come from one address.</summary>
/// <param name="config">Read with the first connection, so that a start does not wait for it.</param>
public sealed class SocketLimits(Func<PryxConfig> config, TimeProvider time)
{
    /// <summary>New connections that one address may open at once.</summary>
    private const int Burst = 5;

    private const int KnownAddresses = 1024;
    private const string RateKey = "websocket_rate_limit_per_minute";
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Bucket> _buckets = [];
    private int _open;

    private PryxConfig Config => field ??= config();

    /// <summary>Bytes of one message of a client.</summary>
    public int MaxMessage => (int)Math.Clamp(Config.Whole("max_websocket_message_size"), 1024, 256L * 1024 * 1024);

    /// <summary>Counts a connection until the result is disposed.</summary>
    /// <param name="address">Null inside the process.</param>
    /// <param name="isKnown">False for whoever did not authenticate.</param>
    /// <exception cref="PryxException">RATE_LIMITED, SERVICE_UNAVAILABLE.</exception>
    public IDisposable Enter(IPAddress? address, bool isKnown)
    {
        // The user's own programs on this machine are limited only where the user says so.
        var isOwn = isKnown && (address is null || IPAddress.IsLoopback(address));
        if (!isOwn || Config.IsSet(RateKey))
        {
            Pass(address ?? IPAddress.Loopback, Math.Max(1, Config.Whole(RateKey)));
        }
        if (Interlocked.Increment(ref _open) > Config.Whole("max_websocket_connections"))
        {
            Interlocked.Decrement(ref _open);
            throw new PryxException("SERVICE_UNAVAILABLE", "There are as many WebSocket connections as max_websocket_connections allows.", "close some, or raise it: pryx config set max_websocket_connections 2000")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
        return new Place(this);
    }

    private void Pass(IPAddress address, long perMinute)
    {
        var refill = TimeSpan.FromMinutes(1) / perMinute;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_buckets.Count >= KnownAddresses)
            {
                // An address that has been quiet for as long as a full bucket takes is as good as unknown.
                foreach (var quiet in _buckets.Where(entry => time.GetElapsedTime(entry.Value.At, now) >= refill * Burst).Select(entry => entry.Key).ToList())
                {
                    _buckets.Remove(quiet);
                }
            }
            var bucket = _buckets.TryGetValue(address, out var known) ? known : new(Burst, now);
            var tokens = Math.Min(Burst, bucket.Tokens + (time.GetElapsedTime(bucket.At, now) / refill));
            if (tokens < 1)
            {
                throw new PryxException("RATE_LIMITED", "Rate limit exceeded: this address opens WebSocket connections too fast.", "keep one connection open instead of opening new ones")
                {
                    RetryAfter = refill * (1 - tokens),
                };
            }
            _buckets[address] = new(tokens - 1, now);
        }
    }

    private readonly record struct Bucket(double Tokens, long At);

    private sealed class Place(SocketLimits limits) : IDisposable
    {
        private int _left = 1;

        public void Dispose() => Interlocked.Add(ref limits._open, -Interlocked.Exchange(ref _left, 0));
    }
}
