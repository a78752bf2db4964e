using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Http;

/// <summary>
/// How many long-lived connections there may be: 60 new ones a minute and address, five at once, from other machines and from callers
/// without a token; as many as they like for those of this machine, unless <c>websocket_rate_limit_per_minute</c> was set; never more than
/// <c>max_websocket_connections</c> together.
/// </summary>
public sealed class ConnectionLimits(PryxConfig config, TimeProvider time)
{
    private const int Burst = 5;
    private readonly long _most = config.Whole("max_websocket_connections") is > 0 and var most ? most : 1000;
    private readonly bool _countsEverybody = config.IsSet("websocket_rate_limit_per_minute");
    private readonly RateLimit _new = new(Burst, Math.Max(config.Whole("websocket_rate_limit_per_minute"), 1) / 60.0, time);
    private long _open;

    /// <summary>Now.</summary>
    public long Open => Interlocked.Read(ref _open);

    /// <summary>Before the connection is upgraded; what it returns is disposed when the connection ends.</summary>
    /// <exception cref="PryxException">RATE_LIMITED (429) with the time to wait, SERVICE_UNAVAILABLE (503) when there are too many.</exception>
    public IDisposable Enter(HttpContext http)
    {
        var caller = Caller.Of(http);
        if (_countsEverybody || caller.IsRemote || caller.Scopes == Scopes.None)
        {
            _new.Take(caller.Address);
        }
        if (Interlocked.Increment(ref _open) > _most)
        {
            Interlocked.Decrement(ref _open);
            throw new PryxException("SERVICE_UNAVAILABLE", $"There are {_most} connections open, and no more are taken.", "close some, or raise max_websocket_connections") { RetryAfter = TimeSpan.FromSeconds(5) };
        }
        return new Place(this);
    }

    private sealed class Place(ConnectionLimits limits) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                Interlocked.Decrement(ref limits._open);
            }
        }
    }
}
