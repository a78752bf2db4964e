using System.Buffers;
using System.Security.Cryptography;

namespace Pryx.Core.Secrets;

/// <summary>
/// What stands for a secret: <c>«secret:KIND:ID»</c>. The id is random, so that no text from outside can name one that was issued.
/// The marks mean nothing to a shell, to JSON or to any programming language.
/// </summary>
internal static class Placeholder
{
    public const string Opening = "«secret:";
    private const char Closing = '»';
    private const string IdChars = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly SearchValues<char> IdSet = SearchValues.Create(IdChars);
    private static readonly SearchValues<char> KindSet = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-");
    private const int IdLength = 8;
    private const int LongestKind = 32;

    public static string New(string kind) => $"{Opening}{kind}:{RandomNumberGenerator.GetString(IdChars, IdLength)}{Closing}";

    public static bool MayContain(ReadOnlySpan<char> text) => text.Contains(Opening, StringComparison.Ordinal);

    /// <summary>The kind that a placeholder names.</summary>
    public static string KindOf(string placeholder) => placeholder[Opening.Length..^(IdLength + 2)];

    /// <summary>The next text that has the shape of one, issued or not; an empty range when there is none.</summary>
    public static (int Start, int Length) Next(ReadOnlySpan<char> text, int from)
    {
        while (from < text.Length)
        {
            var at = text[from..].IndexOf(Opening, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }
            from += at;
            if (LengthAt(text[from..]) is > 0 and var length)
            {
                return (from, length);
            }
            from += Opening.Length;
        }
        return (0, 0);
    }

    /// <summary>How long the one is that the text begins with; 0 when it begins with none.</summary>
    public static int LengthAt(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(Opening, StringComparison.Ordinal))
        {
            return 0;
        }
        var rest = text[Opening.Length..];
        var close = (rest.Length > LongestKind + IdLength + 2 ? rest[..(LongestKind + IdLength + 2)] : rest).IndexOf(Closing);
        var isOne = close > IdLength && rest[close - IdLength - 1] == ':' && rest[(close - IdLength)..close].IndexOfAnyExcept(IdSet) < 0
            && rest[..(close - IdLength - 1)].IndexOfAnyExcept(KindSet) < 0;
        return isOne ? Opening.Length + close + 1 : 0;
    }
}
