using System.Text;
using Pryx.Core.Secrets.Detection;

namespace Pryx.Core.Secrets.Masking;

/// <summary>Masks the lines of one text, one after the other.</summary>
internal sealed class LineMask(SessionSecrets secrets)
{
    private readonly PrivateKeyLines _keys = new();
    private readonly List<SecretSpan> _found = [];

    public string Mask(string line) => TryMask(line, out var masked) ? masked : line;

    public void AppendTo(StringBuilder output, ReadOnlySpan<char> line)
    {
        if (TryMask(line, out var masked))
        {
            output.Append(masked);
        }
        else
        {
            output.Append(line);
        }
    }

    /// <returns>False when there is nothing to mask.</returns>
    public bool TryMask(ReadOnlySpan<char> line, out string masked)
    {
        masked = "";
        _found.Clear();
        var body = line.EndsWith('\n') ? line[..^1] : line;
        SecretDetector.Find(body, isEager: false, _found);
        _keys.Take(body, _found);
        secrets.FindKnown(body, _found);
        if (_found.Count == 0)
        {
            return false;
        }
        if (_found.Count > 1)
        {
            _found.Sort(static (one, other) => one.Start != other.Start ? one.Start.CompareTo(other.Start) : other.Length.CompareTo(one.Length));
        }
        var output = new StringBuilder(line.Length + 32);
        var at = 0;
        for (var i = 0; i < _found.Count; i++)
        {
            var span = Merged(ref i);
            if (IsPlaceholder(body, span))
            {
                continue;
            }
            output.Append(line[at..span.Start]).Append(secrets.PlaceholderOf(body.Slice(span.Start, span.Length).ToString(), span.Kind, span.IsDistinct));
            at = span.End;
        }
        masked = output.Append(line[at..]).ToString();
        return at > 0;
    }

    // Where two overlap, all of both is secret.
    private SecretSpan Merged(ref int index)
    {
        var span = _found[index];
        while (index + 1 < _found.Count && _found[index + 1].Start < span.End)
        {
            index++;
            span = span with { Length = Math.Max(span.End, _found[index].End) - span.Start };
        }
        return span;
    }

    private static bool IsPlaceholder(ReadOnlySpan<char> line, SecretSpan span) =>
        Placeholder.Next(line.Slice(span.Start, span.Length), 0) is { Length: > 0 };
}
