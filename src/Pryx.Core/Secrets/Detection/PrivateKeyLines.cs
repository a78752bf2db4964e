using System.Buffers;

namespace Pryx.Core.Secrets.Detection;

/// <summary>
/// Follows a private key over its lines. Each line's own part is a secret of its own, so that numbers, marks and names that a tool
/// puts before a line stay where they are, and the text keeps its lines.
/// </summary>
internal sealed class PrivateKeyLines
{
    private const int MostLines = 400;
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
    private static readonly SearchValues<char> LineMarks = SearchValues.Create("0123456789+->:|");
    private int _left;

    /// <summary>Adds what of the line belongs to a key.</summary>
    public void Take(ReadOnlySpan<char> line, List<SecretSpan> found)
    {
        if (_left > 0)
        {
            TakeBody(line, found);
            return;
        }
        var begin = line.IndexOf(Begin, StringComparison.Ordinal);
        if (begin < 0 || !IsPrivate(line[begin..], Begin.Length, out var headerLength))
        {
            return;
        }
        var body = begin + headerLength;
        var rest = line[body..];
        var end = rest.IndexOf(End, StringComparison.Ordinal);
        if (end < 0 && rest.TrimEnd("\r\"'`, ").IsEmpty)
        {
            _left = MostLines;
            return;
        }
        // All of it in one line, as in JSON and .env.
        var (start, length) = Trim(rest[..(end < 0 ? rest.Length : end)]);
        if (length >= 16)
        {
            found.Add(new(body + start, length, "private-key", true));
        }
    }

    private void TakeBody(ReadOnlySpan<char> line, List<SecretSpan> found)
    {
        _left--;
        if (line.Contains(End, StringComparison.Ordinal))
        {
            _left = 0;
            return;
        }
        var text = line.TrimEnd("\r\"'`, \t");
        if (text.IsEmpty || text.Contains(": ", StringComparison.Ordinal))
        {
            // Proc-Type: 4,ENCRYPTED
            return;
        }
        var start = text.LastIndexOfAnyExcept(Base64) + 1;
        var before = text[..start];
        if (start == text.Length || before.TrimEnd().Length > 200 || (text.Length - start < 24 && before.Trim().IndexOfAnyExcept(LineMarks) >= 0))
        {
            // No line of a key: what began was cut off.
            _left = 0;
            return;
        }
        found.Add(new(start, text.Length - start, "private-key", text.Length - start >= 24));
    }

    private static bool IsPrivate(ReadOnlySpan<char> text, int from, out int length)
    {
        length = 0;
        var header = text.Length > 80 ? text[..80] : text;
        var close = header[from..].IndexOf("-----", StringComparison.Ordinal);
        if (close < 0 || !header.Slice(from, close).Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return false;
        }
        length = from + close + 5;
        return true;
    }

    private static (int Start, int Length) Trim(ReadOnlySpan<char> body)
    {
        var start = 0;
        while (start < body.Length && (body[start] is ' ' or '"' or '\'' || (body[start] == '\\' && start + 1 < body.Length)))
        {
            start += body[start] == '\\' ? 2 : 1;
        }
        var length = body[Math.Min(start, body.Length)..].TrimEnd(" \"'\r").Length;
        while (length >= 2 && body[start + length - 2] == '\\' && body[start + length - 1] is 'n' or 'r')
        {
            length -= 2;
        }
        return (start, length);
    }
}
