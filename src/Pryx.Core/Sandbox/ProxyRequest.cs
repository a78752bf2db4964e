using System.Globalization;
using System.Text;
using Pryx.Core.Network;

namespace Pryx.Core.Sandbox;

/// <summary>The head of one request to the proxy, read so that no server behind it can read it in another way.</summary>
/// <param name="Host">Read strictly.</param>
/// <param name="Head">What the server gets; empty for a tunnel.</param>
/// <param name="BodyLength">Bytes of body that follow; null when it comes in chunks.</param>
internal sealed record ProxyRequest(HostName Host, int Port, bool IsTunnel, byte[] Head, long? BodyLength)
{
    /// <summary>In bytes.</summary>
    public const int MaxHead = 32 * 1024;

    // Between this client and this proxy; the server must not see them, and one connection serves one request.
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Upgrade", "HTTP2-Settings",
    };

    /// <param name="head">Up to and with the empty line.</param>
    /// <param name="why">Why it is refused.</param>
    public static ProxyRequest? Read(ReadOnlySpan<byte> head, out string why)
    {
        why = "this is not an HTTP request that a proxy takes";
        foreach (var value in head)
        {
            if (value > 0x7e || (value < 0x20 && value is not ((byte)'\r' or (byte)'\n' or (byte)'\t')))
            {
                return null;
            }
        }
        var lines = Encoding.ASCII.GetString(head).Split("\r\n");
        if (lines.Length < 3 || lines[^1] != "" || lines[^2] != "" || lines.Any(line => line.Contains('\r') || line.Contains('\n')))
        {
            return null;
        }
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"] || !method.All(IsToken))
        {
            return null;
        }
        var headers = new List<(string Name, string Value)>();
        foreach (var line in lines.AsSpan(1, lines.Length - 3))
        {
            // A line that goes on with the next one, or a space before the colon, is where two readers begin to disagree.
            if (line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon) || !line.AsSpan(0, colon).ToString().All(IsToken))
            {
                return null;
            }
            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }
        return method == "CONNECT" ? Tunnel(target, ref why) : Plain(method, target, headers, ref why);
    }

    private static ProxyRequest? Tunnel(string target, ref string why)
    {
        var colon = target.LastIndexOf(':');
        if (colon <= 0 || !TryPort(target[(colon + 1)..], out var port) || HostName.Read(target[..colon], out var reason) is not { } host)
        {
            why = $"'{target}' is not a host and a port";
            return null;
        }
        _ = reason;
        return new(host, port, true, [], 0);
    }

    private static ProxyRequest? Plain(string method, string target, List<(string Name, string Value)> headers, ref string why)
    {
        if (!target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            why = "only http:// addresses are requested in the open; use CONNECT for the others";
            return null;
        }
        var rest = target[7..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#') is >= 0 and var at ? at : rest.Length;
        var authority = rest[..end];
        var path = rest[end..].Split('#')[0];
        var colon = authority.EndsWith(']') ? -1 : authority.LastIndexOf(':');
        var port = 80;
        if (authority.Contains('@') || authority.Contains('\\') || (colon >= 0 && !TryPort(authority[(colon + 1)..], out port))
            || HostName.Read(colon >= 0 ? authority[..colon] : authority, out _) is not { } host)
        {
            why = $"'{authority}' is not a plain host";
            return null;
        }
        if (BodyOf(headers, out var length, out var isChunked) is { } trouble)
        {
            why = trouble;
            return null;
        }
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{method} {(path.StartsWith('/') ? path : "/" + path)} HTTP/1.1\r\nHost: {(host.Address is { } address && host.Text.Contains(':') ? $"[{address}]" : host.Text)}{(port == 80 ? "" : $":{port}")}\r\nConnection: close\r\n");
        var named = headers.Where(header => header.Name.Equals("Connection", StringComparison.OrdinalIgnoreCase)).SelectMany(header => header.Value.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers.Where(header => !NotPassedOn.Contains(header.Name) && (!named.Contains(header.Name) || header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || header.Name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))))
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        return new(host, port, false, Encoding.ASCII.GetBytes(text.Append("\r\n").ToString()), isChunked ? null : length);
    }

    private static string? BodyOf(List<(string Name, string Value)> headers, out long length, out bool isChunked)
    {
        length = 0;
        isChunked = false;
        var lengths = headers.Where(header => header.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        var encodings = headers.Where(header => header.Name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        if (lengths.Count + encodings.Count > 1)
        {
            return "it says in two ways how long its body is";
        }
        isChunked = encodings is [var encoding] && encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        return encodings.Count == 1 && !isChunked ? "its transfer encoding is not chunked"
            : lengths is [var text] && (text.Length is 0 or > 15 || !text.All(char.IsAsciiDigit) || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length)) ? "its length is not a number"
            : null;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && text.Length <= 5 && port is > 0 and <= 65535;

    private static bool IsToken(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);
}
