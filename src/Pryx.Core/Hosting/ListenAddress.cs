using System.Globalization;
using System.Net;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>Where a daemon listens.</summary>
/// <param name="Port">0: the usual one, else the one of last time, else any.</param>
public sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>Tried first, so that it is mostly the same.</summary>
    public const int UsualPort = 42424;

    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>--listen, else PRYX_LISTEN_ADDR, else listen_addr; the port from --port, else from the address, else from PRYX_PORT.</summary>
    /// <param name="listen">Of the command line; null when it was not given.</param>
    /// <param name="port">Of the command line; null when it was not given.</param>
    /// <exception cref="PryxException">ADDRESS_INVALID</exception>
    public static ListenAddress Choose(PryxConfig config, Settings settings, string? listen, int? port)
    {
        var (address, own) = Parse(listen ?? config.Text("listen_addr"));
        return new(address, Checked(port ?? own ?? PortOf(settings) ?? 0));
    }

    /// <summary>To be tried in turn.</summary>
    /// <param name="last">The port of last time; null when there was none.</param>
    public IReadOnlyList<IPEndPoint> Endpoints(int? last) =>
        [.. (Port != 0 ? (int[])[Port] : [UsualPort, last ?? UsualPort, 0]).Distinct().Select(number => new IPEndPoint(Address, number))];

    public override string ToString() => new IPEndPoint(Address, Port).ToString();

    private static (IPAddress Address, int? Port) Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return (IPAddress.Loopback, 0);
        }
        if (Number(text) is { } alone)
        {
            return (IPAddress.Loopback, alone);
        }
        // The colon before a port; those inside an IPv6 address without brackets are none.
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && (text.IndexOf(':') == colon || text[..colon].EndsWith(']'));
        var host = (hasPort ? text[..colon] : text).TrimStart('[').TrimEnd(']');
        int? port = hasPort ? Number(text[(colon + 1)..]) ?? throw Invalid(text) : null;
        return host switch
        {
            "" or "localhost" => (IPAddress.Loopback, port),
            "*" or "+" => (IPAddress.Any, port),
            _ => (IPAddress.TryParse(host, out var address) ? address : throw Invalid(text), port),
        };
    }

    private static int? PortOf(Settings settings) => settings.FromEnvironment("PRYX_PORT") is not { } text ? null : Number(text) ?? throw Invalid(text);

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Checked(number) : null;

    private static int Checked(int port) => port is >= 0 and <= IPEndPoint.MaxPort ? port
        : throw new PryxException("ADDRESS_INVALID", $"{port} is no port.", "use one between 1 and 65535, or :0 for a free one");

    private static PryxException Invalid(string text) =>
        new("ADDRESS_INVALID", $"'{text}' is no address to listen on.", "use a port of this machine (:8080), an IP address with a port (127.0.0.1:8080), or :0 for a free one");
}
