using System.Buffers;
using System.Text;
using Pryx.Agent.Secrets;

namespace Pryx.Core.Secrets.Masking;

/// <summary>
/// Masks line by line, so that the pieces a text comes in make no difference. A line that does not end is cut where the text itself says:
/// behind 16,000 characters, at the next that no token contains.
/// </summary>
internal sealed class MaskedLines(Func<LineMask> newMask) : IStreamMask
{
    internal const int LongLine = 16_000;
    internal const int LongestLine = 32_000;

    private static readonly SearchValues<char> BetweenTokens = SearchValues.Create("\n ,;<>(){}");
    private readonly LineMask _mask = newMask();
    private readonly StringBuilder _rest = new();

    public string Write(ReadOnlySpan<char> text)
    {
        if (_rest.Length == 0)
        {
            return Take(text);
        }
        _rest.Append(text);
        if (_rest.Length < LongLine && text.IndexOf('\n') < 0)
        {
            return "";
        }
        var all = _rest.ToString();
        _rest.Clear();
        return Take(all);
    }

    public string Finish()
    {
        var rest = _rest.ToString();
        _rest.Clear();
        return rest.Length == 0 ? "" : _mask.Mask(rest);
    }

    /// <summary>The whole text at once.</summary>
    public string MaskAll(string text)
    {
        var rest = text.AsSpan();
        StringBuilder? output = null;
        var kept = 0; // Up to here nothing has changed.
        while (!rest.IsEmpty)
        {
            var length = LengthOf(rest);
            length = length == 0 ? rest.Length : length;
            var line = rest[..length];
            if (_mask.TryMask(line, out var masked))
            {
                output ??= new StringBuilder(text.Length + 256).Append(text, 0, kept);
                output.Append(masked);
            }
            else
            {
                output?.Append(line);
                kept += output is null ? length : 0;
            }
            rest = rest[length..];
        }
        return output?.ToString() ?? text;
    }

    private string Take(ReadOnlySpan<char> text)
    {
        var output = new StringBuilder();
        while (!text.IsEmpty && LengthOf(text) is > 0 and var length)
        {
            _mask.AppendTo(output, text[..length]);
            text = text[length..];
        }
        _rest.Append(text);
        return output.ToString();
    }

    /// <returns>0 when more has to come before it can be said.</returns>
    private static int LengthOf(ReadOnlySpan<char> text)
    {
        var near = text.Length > LongLine ? text[..LongLine] : text;
        var end = near.IndexOf('\n');
        if (end >= 0)
        {
            return end + 1;
        }
        if (text.Length <= LongLine)
        {
            return 0;
        }
        var far = text.Length > LongestLine ? text[LongLine..LongestLine] : text[LongLine..];
        end = far.IndexOfAny(BetweenTokens);
        return end >= 0 ? LongLine + end + 1 : text.Length >= LongestLine ? LongestLine : 0;
    }
}
