using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;
using Pryx.Core.Http;

namespace Pryx.Core.Streams;

/// <summary>How many sockets there may be and how much they may say at once; both are read with the first connection, so that no start waits for it.</summary>
public sealed class SocketLimits(Func<ConnectionLimits> connections, Func<PryxConfig> config)
{
    private const long Smallest = 1024;
    private const long Largest = 256 * 1024 * 1024;

    /// <summary>Bytes of one message of a client.</summary>
    public int MaxMessage => (int)Math.Clamp(config().Whole("max_websocket_message_size"), Smallest, Largest);

    /// <summary>Counts a connection until the result is disposed.</summary>
    /// <exception cref="Protocol.Errors.PryxException">RATE_LIMITED, SERVICE_UNAVAILABLE.</exception>
    public IDisposable Enter(HttpContext http) => connections().Enter(http);
}
