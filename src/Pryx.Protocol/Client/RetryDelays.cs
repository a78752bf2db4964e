using System.Net;

namespace Pryx.Protocol.Client;

/// <summary>Which failure of a request is tried again, and when (PRD §14.1): refused tokens once, 429 after a wait, 5xx three times, a lost connection five times.</summary>
/// <param name="isRepeatable">False: the request may have been carried out although no answer came.</param>
internal sealed class RetryDelays(bool isRepeatable, int networkLimit)
{
    private const int ThrottleLimit = 5;
    private const int ServerLimit = 3;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private bool _hasRefreshed;
    private int _network;
    private int _server;
    private int _throttled;

    /// <summary>After a connection that could not be made or was cut; null: give up.</summary>
    /// <param name="wasSent">Whether Core may have seen the request.</param>
    public TimeSpan? AfterNetwork(bool wasSent) => (wasSent && !isRepeatable) || _network >= networkLimit
        ? null
        : _network++ == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1 << (_network - 2)); // At once, then 1, 2, 4, 8 s: most often a daemon just restarts.

    /// <summary>After an answer; null: it stands.</summary>
    public TimeSpan? After(HttpStatusCode status, TimeSpan? retryAfter)
    {
        switch ((int)status)
        {
            case 401 when !_hasRefreshed:
                _hasRefreshed = true;
                return TimeSpan.Zero;
            case 429 when _throttled < ThrottleLimit:
                return Shorter(retryAfter ?? TimeSpan.FromSeconds(1 << _throttled++));
            // A full disk is not mended by waiting.
            case >= 500 and not 507 when isRepeatable && _server < ServerLimit:
                return Shorter(retryAfter ?? TimeSpan.FromSeconds(1 << _server++));
            default:
                return null;
        }
    }

    private static TimeSpan Shorter(TimeSpan wait) => wait < Longest ? wait : Longest;
}
