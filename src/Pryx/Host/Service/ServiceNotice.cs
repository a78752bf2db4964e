using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pryx.Host.Service;

/// <summary>
/// What systemd is told (sd_notify): that Pryx is ready, that it lives, that it ends. A datagram each, to the socket that NOTIFY_SOCKET names;
/// where there is none, nobody is told and nothing is built.
/// </summary>
internal sealed class ServiceNotice : IDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);
    private readonly Socket _socket;
    private readonly UnixDomainSocketEndPoint _address;
    private readonly Lock _gate = new();
    private ITimer? _watchdog, _expected;

    private ServiceNotice(string address)
    {
        _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        // An abstract one is written with @ and begins with NUL.
        _address = new(address[0] == '@' ? "\0" + address[1..] : address);
    }

    /// <summary>How often the watchdog is fed; null when there is none.</summary>
    public TimeSpan? Interval { get; private init; }

    /// <summary>Null unless systemd waits for news of this process.</summary>
    /// <param name="variable">Of the environment.</param>
    public static ServiceNotice? Of(Func<string, string?> variable, int processId)
    {
        if (variable("NOTIFY_SOCKET") is not { Length: > 1 } address || address[0] is not ('/' or '@'))
        {
            return null;
        }
        var isOurs = variable("WATCHDOG_PID") is not { } pid || pid == processId.ToString(CultureInfo.InvariantCulture);
        // Twice in the time it allows, as sd_watchdog_enabled(3) asks.
        var interval = isOurs && long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds / 2.0) : (TimeSpan?)null;
        return new(address) { Interval = interval };
    }

    /// <summary>It answers; from here on the watchdog is fed as long as this process lives.</summary>
    public void Ready(TimeProvider time)
    {
        Send("READY=1\nSTATUS=Running");
        if (Interval is { } interval && _watchdog is null)
        {
            _watchdog = time.CreateTimer(_ => Send("WATCHDOG=1"), null, interval, interval);
        }
    }

    /// <summary>Core was started, and is ready once it has announced itself: only then does anybody hear of it.</summary>
    /// <param name="announcement">The file in which Core says its process id once it answers.</param>
    public void Expect(int core, string announcement, TimeProvider time)
    {
        var sign = $"\"pid\":{core.ToString(CultureInfo.InvariantCulture)}";
        lock (_gate)
        {
            _expected?.Dispose();
            _expected = time.CreateTimer(_ =>
            {
                if (Says(announcement, sign))
                {
                    lock (_gate)
                    {
                        _expected?.Dispose();
                    }
                    Ready(time);
                }
            }, null, _look, _look);
        }
    }

    private static bool Says(string announcement, string sign)
    {
        try
        {
            return File.ReadAllText(announcement).Replace(" ", "", StringComparison.Ordinal).Contains(sign, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Not there yet, or just being written.
        }
    }

    public void Status(string text) => Send($"STATUS={text}");

    public void Stopping() => Send("STOPPING=1");

    public void Dispose()
    {
        _expected?.Dispose();
        _watchdog?.Dispose();
        _socket.Dispose();
    }

    private void Send(string text)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(text), _address);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens there any more: Pryx runs without being watched, as it does everywhere else.
        }
    }
}
