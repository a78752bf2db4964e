using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Pryx.Core.Network;

/// <summary>
/// A host as somebody wrote it, read so that there is only one way to read it. Programs disagree about <c>127.1</c>, <c>0x7f000001</c>,
/// <c>2130706433</c> and <c>0177.0.0.1</c>; here they are nothing at all.
/// </summary>
/// <param name="Text">In lower case, without a last dot; an address in its shortest form.</param>
/// <param name="Address">Set when the host is an address and not a name.</param>
public sealed record HostName(string Text, IPAddress? Address)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const int MaxLength = 253, MaxLabel = 63;

    /// <param name="why">Why it is not a host, as the end of "refused: …".</param>
    public static HostName? Read(string text, out string? why)
    {
        why = null;
        if (text.StartsWith('[') || text.Contains(':'))
        {
            var inner = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
            if (inner.Contains('%') || inner.Contains('[') || inner.Contains(']') || inner.Contains('/') || !IPAddress.TryParse(inner, out var six) || six.AddressFamily != AddressFamily.InterNetworkV6)
            {
                why = "it is not a plain IPv6 address";
                return null;
            }
            return new(six.ToString(), six);
        }
        var name = (text.EndsWith('.') ? text[..^1] : text).ToLowerInvariant();
        if (name.Length is 0 or > MaxLength)
        {
            why = name.Length == 0 ? "it is empty" : "it is too long";
            return null;
        }
        var labels = name.Split('.');
        foreach (var label in labels)
        {
            if (label.Length is 0 or > MaxLabel || label.Any(character => !char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character is not ('-' or '_')) || label[0] == '-' || label[^1] == '-')
            {
                why = "it is not a plain host name (ASCII letters, digits, dots and hyphens; other scripts in their xn-- form)";
                return null;
            }
        }
        // What ends in a number is an address to some library, and which one depends on the library.
        var last = labels[^1];
        if (!char.IsAsciiDigit(last[0]) || !IsNumber(last))
        {
            return new(name, null);
        }
        if (labels.Length == 4 && labels.All(IsPlainByte))
        {
            return new(name, new IPAddress([.. labels.Select(label => byte.Parse(label, System.Globalization.CultureInfo.InvariantCulture))]));
        }
        why = "it is an address in an unusual form; write four decimal numbers";
        return null;
    }

    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.Ordinal) && label.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0);

    private static bool IsPlainByte(string label) => label.Length <= 3 && label.All(char.IsAsciiDigit) && (label.Length == 1 || label[0] != '0') && int.Parse(label, System.Globalization.CultureInfo.InvariantCulture) <= 255;
}
