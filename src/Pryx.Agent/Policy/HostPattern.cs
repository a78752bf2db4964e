using System.Buffers;
using System.Text;

namespace Pryx.Agent.Policy;

/// <summary>
/// A host, exactly, or <c>*.example.org</c> for every name below it (not the name itself); with a port only that port,
/// without one only the scheme's own. ASCII only: names that merely look alike never match.
/// </summary>
public sealed class HostPattern
{
    private readonly string _text;
    private readonly bool _isBelow;

    private HostPattern(string text, bool isBelow) => (_text, _isBelow) = (text, isBelow);

    public static HostPattern? Parse(string text, out string? error)
    {
        var host = text.ToLowerInvariant();
        var isBelow = host.StartsWith("*.", StringComparison.Ordinal);
        var rest = isBelow ? host[2..] : host;
        error =
            !Ascii.IsValid(text) ? "write the host in its ASCII form (xn--…)" :
            rest.Contains('*') ? "a star is allowed only as the first label, as in '*.example.org'" :
            rest.Length == 0 || rest.AsSpan().IndexOfAny(NotHost) >= 0 || rest.StartsWith('.') ? "write a host, not an address, as in 'api.example.org' or 'localhost:8080'" :
            isBelow && !rest.Contains('.') ? "a star needs at least two labels behind it, as in '*.example.org'" :
            null;
        // ".example.org" keeps its dot, so that evilexample.org does not end with it.
        return error is not null ? null : new(isBelow ? "." + rest : rest, isBelow);
    }

    private static readonly SearchValues<char> NotHost = SearchValues.Create("/@\\ \t?#");

    public bool Covers(ReadOnlySpan<char> host)
    {
        if (!Ascii.IsValid(host) || host.Contains('@'))
        {
            return false;
        }
        host = host.EndsWith(".") ? host[..^1] : host;
        return _isBelow
            ? host.Length > _text.Length && host.EndsWith(_text, StringComparison.OrdinalIgnoreCase)
            : host.Equals(_text, StringComparison.OrdinalIgnoreCase);
    }
}
