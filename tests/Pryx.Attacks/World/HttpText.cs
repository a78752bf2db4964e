using System.Globalization;
using System.Text;

namespace Pryx.Attacks.World;

/// <summary>A request as far as a server needs it that answers everybody.</summary>
internal sealed record HttpText(string Method, string Path)
{
    /// <summary>Takes one whole request from the front of what has come; null while there is none.</summary>
    public static HttpText? TakeRequest(StringBuilder from)
    {
        var text = from.ToString();
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var line = text.Split("\r\n")[0].Split(' ');
        if (end < 0 || line is not [var method, var path, var version] || !version.StartsWith("HTTP/", StringComparison.Ordinal))
        {
            return null;
        }
        var body = 0;
        foreach (var header in text[..end].Split("\r\n").Skip(1))
        {
            if (header.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase))
            {
                _ = int.TryParse(header["content-length:".Length..], CultureInfo.InvariantCulture, out body);
            }
        }
        if (Encoding.UTF8.GetByteCount(text.AsSpan(end + 4)) < body)
        {
            return null;
        }
        from.Clear();
        // What a proxy is asked names the whole address.
        return new(method, Uri.TryCreate(path, UriKind.Absolute, out var url) && url.Scheme.StartsWith("http", StringComparison.Ordinal) ? url.PathAndQuery : path);
    }
}
