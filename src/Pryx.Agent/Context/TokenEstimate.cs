using System.Text;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>How many tokens a text is likely to be, by the kinds of characters in it; a real tokenizer's tables can not be shipped for most models.</summary>
public static class TokenEstimate
{
    private const int LongestWord = 6;
    private const int LeastBlob = 24;

    public static long Of(string text, ModelInfo model) => Of(text, TokenWeights.For(model));

    /// <summary>What no tokenizer exceeds: each falls back on bytes, so a token is at least one of them.</summary>
    public static long AtMost(string text) => Encoding.UTF8.GetByteCount(text);

    internal static long Of(ReadOnlySpan<char> text, TokenWeights weights)
    {
        double tokens = 0;
        var at = 0;
        while (at < text.Length)
        {
            var first = text[at];
            if (char.IsAsciiLetter(first))
            {
                tokens += Letters(text, ref at, weights);
            }
            else if (char.IsAsciiDigit(first))
            {
                var from = at;
                while (++at < text.Length && char.IsAsciiDigit(text[at]))
                {
                }
                tokens += (at - from + 2) / 3 * weights.Digits;
            }
            else if (first == ' ')
            {
                var from = at;
                while (++at < text.Length && text[at] == ' ')
                {
                }
                tokens += at - from > 1 ? weights.Space : 0;
            }
            else if (first is '\n' or '\r' or '\t')
            {
                while (++at < text.Length && text[at] <= ' ')
                {
                }
                tokens += weights.Space;
            }
            else if (first < 128)
            {
                var from = at;
                while (++at < text.Length && text[at] is > ' ' and < (char)128 && !char.IsAsciiLetterOrDigit(text[at]))
                {
                }
                tokens += weights.Sign + (at - from - 1) * weights.MoreSigns;
            }
            else
            {
                tokens += OfWide(first, weights);
                at++;
            }
        }
        return (long)Math.Ceiling(tokens);
    }

    private static double Letters(ReadOnlySpan<char> text, ref int at, TokenWeights weights)
    {
        var blob = BlobLength(text[at..]);
        if (blob > 0)
        {
            at += blob;
            return blob * weights.Blob;
        }
        var from = at++;
        if (char.IsAsciiLetterUpper(text[from]))
        {
            while (at < text.Length && char.IsAsciiLetterUpper(text[at]))
            {
                at++;
            }
            if (at - from > 1)
            {
                // The last capital begins the next word.
                at -= at < text.Length && char.IsAsciiLetterLower(text[at]) ? 1 : 0;
                return (at - from) * weights.Capital;
            }
        }
        while (at < text.Length && char.IsAsciiLetterLower(text[at]))
        {
            at++;
        }
        return weights.Word + Math.Max(0, at - from - LongestWord) * weights.LongWord;
    }

    // Letters of both kinds, digits and base64's signs in a long run that changes its kind more often than words do; 0 when it is none.
    private static int BlobLength(ReadOnlySpan<char> text)
    {
        var (length, changes, before) = (0, 0, 0);
        for (; length < text.Length; length++)
        {
            var kind = text[length] switch { >= 'A' and <= 'Z' => 1, >= 'a' and <= 'z' => 2, >= '0' and <= '9' => 3, '+' or '/' or '=' => 4, _ => 0 };
            if (kind == 0)
            {
                break;
            }
            changes += before != 0 && kind != before ? 1 : 0;
            before = kind;
            if (length == LeastBlob - 1 && changes * 4 <= length)
            {
                return 0;
            }
        }
        return length >= LeastBlob && changes * 4 > length ? length : 0;
    }

    private static double OfWide(char letter, TokenWeights weights) => letter switch
    {
        >= '\u4e00' and <= '\u9fff' or >= '\u3400' and < '\u4dc0' or >= '\uf900' and < '\ufb00' => weights.Han,
        >= '\u3000' and < '\u3100' or >= '\uff00' and < '\ufff0' => weights.Kana,
        >= '\uac00' and < '\ud7b0' => weights.Hangul,
        < '\u0250' => weights.Accented,
        >= '\u0370' and < '\u0530' => weights.Cyrillic,
        _ => weights.Other,
    };
}
