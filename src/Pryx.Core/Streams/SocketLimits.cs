using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Streams;

/// <summary>How many sockets may be open, and how fast new ones may come from one address.</summary>
/// <param name="config">Read with the first connection, so that a start does not wait for it.</param>
public sealed class SocketLimits(Func<PryxConfig> config, TimeProvider time)
{
    /// <summary>New connections that one address may open at once.</summary>
    private const int Burst = 5;

    private const string RateKey = "websocket_rate_limit_per_minute";
    private int _open;

    private PryxConfig Config => field ??= config();
    private RateLimit New => field ??= new(Burst, Math.Max(1, Config.Whole(RateKey)) / 60.0, time);

    /// <summary>Bytes of one message of a client.</summary>
    public int MaxMessage => (int)Math.Clamp(Config.Whole("max_websocket_message_size"), 1024, 256L * 1024 * 1024);

    /// <summary>Counts a connection until the result is disposed.</summary>
    /// <exception cref="PryxException">RATE_LIMITED, SERVICE_UNAVAILABLE.</exception>
    public IDisposable Enter(Caller caller)
    {
        // The user's own programs on this machine are limited only where the user says so.
        var isOwn = !caller.IsRemote && caller.Name is not ("anyone" or "nobody");
        if ((!isOwn || Config.IsSet(RateKey)) && !New.TryTake(caller.Address, out var wait))
        {
            throw new PryxException("RATE_LIMITED", "Rate limit exceeded: this address opens WebSocket connections too fast.", "keep one connection open instead of opening new ones") { RetryAfter = wait };
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

    private sealed class Place(SocketLimits limits) : IDisposable
    {
        private int _left = 1;

        public void Dispose() => Interlocked.Add(ref limits._open, -Interlocked.Exchange(ref _left, 0));
    }
}
