namespace Pryx.Agent.Shell.Programs;

/// <summary>Finds the host in what programs take for an address.</summary>
internal static class HostText
{
    /// <summary>The host, with its port where one is written; null when the text names none.</summary>
    public static string? Of(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
        {
            if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
            var rest = text.AsSpan(scheme + 3);
            var end = rest.IndexOfAny("/?#\\");
            rest = end < 0 ? rest : rest[..end];
            rest = rest[(rest.LastIndexOf('@') + 1)..];
            return rest.IsEmpty ? null : rest.ToString();
        }
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var host = text.AsSpan(at + 1);
        var colon = host.IndexOf(':');
        var slash = host.IndexOf('/');
        if (colon >= 0 && (slash < 0 || colon < slash) && colon + 1 < host.Length && char.IsAsciiDigit(host[colon + 1]))
        {
            // host:port
            return (slash < 0 ? host : host[..slash]).ToString();
        }
        host = colon >= 0 && (slash < 0 || colon < slash) ? host[..colon] : slash >= 0 ? host[..slash] : host;
        return host.IsEmpty ? null : host.ToString();
    }

    /// <summary>True for <c>host:path</c> and addresses with a scheme, as scp, rsync and git take them.</summary>
    public static bool IsRemote(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return colon > 0 && (slash < 0 || colon < slash) && !text.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
    }
}
