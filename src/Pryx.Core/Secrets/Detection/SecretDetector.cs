using System.Buffers;

namespace Pryx.Core.Secrets.Detection;

/// <summary>
/// Finds secrets by their shape, by the name beside them, and in addresses. Made for lines: each place is looked at once and not far,
/// whatever a text is made of, so the time grows with its length alone.
/// </summary>
internal static class SecretDetector
{
    private const int LongestJwt = 8000;

    private static readonly SearchValues<string> Anchors = SearchValues.Create(
        (string[])[.. TokenShape.All.Select(shape => shape.Prefix), .. SecretName.Anchors, "bearer ", "basic ", "://", "eyJ", ":AA"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> UrlSafe = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> Credential = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+/=-");
    private static readonly SearchValues<char> AuthorityEnd = SearchValues.Create(" \t\"'`<>/?#\\");
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <param name="line">Without its end; a private key's lines are <see cref="PrivateKeyLines"/>' matter.</param>
    /// <param name="isEager">For a log, where a word too many does no harm.</param>
    /// <param name="found">In order, without overlaps.</param>
    public static void Find(ReadOnlySpan<char> line, bool isEager, List<SecretSpan> found)
    {
        var at = 0;
        while (at < line.Length)
        {
            var next = line[at..].IndexOfAny(Anchors);
            if (next < 0)
            {
                return;
            }
            at += next;
            if (at > 0 && Placeholder.LengthAt(line[(at - 1)..]) is > 0 and var length)
            {
                // «secret:…» says of itself that it is one.
                at += length - 1;
                continue;
            }
            if (Match(line, at, isEager) is { } span && (found.Count == 0 || span.Start >= found[^1].End))
            {
                found.Add(span);
                at = Math.Max(span.End, at + 1);
                if (span.Kind == "aws-key-id" && !isEager)
                {
                    FindAwsSecret(line, at, found);
                }
            }
            else
            {
                at++;
            }
        }
    }

    private static SecretSpan? Match(ReadOnlySpan<char> line, int at, bool isEager)
    {
        var rest = line[at..];
        return rest[0] switch
        {
            ':' when rest.StartsWith("://", StringComparison.Ordinal) => UrlPassword(line, at + 3),
            ':' when rest.StartsWith(":AA", StringComparison.Ordinal) => TelegramToken(line, at),
            'e' when rest.StartsWith("eyJ", StringComparison.Ordinal) && Jwt(line, at) is { } jwt => jwt,
            'b' or 'B' when SchemeLength(rest) is > 0 and var scheme => AfterScheme(line, at, at + scheme, isEager),
            _ => TokenShape.Match(line, at, isEager) ?? NamedValue.Match(line, at, isEager),
        };
    }

    private static int SchemeLength(ReadOnlySpan<char> rest) =>
        rest.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase) ? 7 : rest.StartsWith("basic ", StringComparison.OrdinalIgnoreCase) ? 6 : 0;

    private static SecretSpan? AfterScheme(ReadOnlySpan<char> line, int at, int start, bool isEager)
    {
        while (start < line.Length && line[start] == ' ')
        {
            start++;
        }
        var length = line[start..].IndexOfAnyExcept(Credential);
        length = length < 0 ? line.Length - start : length;
        var value = line.Slice(start, Math.Min(length, LongestJwt));
        var isOne = TokenShape.IsBoundary(line, at) && (isEager ? value.Length >= 8 : SecretLook.IsCredential(value));
        return isOne ? new(start, value.Length, TokenShape.Match(value, 0, isEager) is { } shape && shape.Length == value.Length ? shape.Kind : value.StartsWith("eyJ", StringComparison.Ordinal) ? "jwt" : "credential", SecretLook.IsDistinct(value)) : null;
    }

    private static SecretSpan? Jwt(ReadOnlySpan<char> line, int at)
    {
        if (!TokenShape.IsBoundary(line, at))
        {
            return null;
        }
        var end = at;
        for (var part = 0; part < 3; part++)
        {
            var rest = line[end..];
            rest = rest.Length > LongestJwt ? rest[..LongestJwt] : rest;
            var length = rest.IndexOfAnyExcept(UrlSafe);
            length = length < 0 ? rest.Length : length;
            if (length < 10 || (part < 2 && (length == rest.Length || rest[length] != '.')))
            {
                return null;
            }
            end += length + (part < 2 ? 1 : 0);
        }
        return new(at, end - at, "jwt", true);
    }

    // 123456789:AA…, 35 characters behind the colon.
    private static SecretSpan? TelegramToken(ReadOnlySpan<char> line, int colon)
    {
        var start = colon;
        while (start > 0 && colon - start < 11 && char.IsAsciiDigit(line[start - 1]))
        {
            start--;
        }
        var rest = line[(colon + 1)..];
        var length = rest.IndexOfAnyExcept(UrlSafe);
        length = length < 0 ? rest.Length : length;
        return colon - start is >= 8 and <= 10 && length == 35 ? new(start, colon + 36 - start, "telegram-token", true) : null;
    }

    // user:password@host
    private static SecretSpan? UrlPassword(ReadOnlySpan<char> line, int start)
    {
        var rest = line[start..];
        rest = rest.Length > 512 ? rest[..512] : rest;
        var end = rest.IndexOfAny(AuthorityEnd);
        rest = end < 0 ? rest : rest[..end];
        var at = rest.LastIndexOf('@');
        var colon = at < 0 ? -1 : rest[..at].IndexOf(':');
        if (colon < 0 || at - colon < 2 || Placeholder.MayContain(rest[..at]))
        {
            return null;
        }
        var password = rest[(colon + 1)..at];
        var isStandIn = password[0] is '$' or '<' or '[' or '{' or '%' or '*' || password is "password" or "pass" or "PASSWORD" or "pwd" or "secret" or "xxx" or "port";
        return isStandIn ? null : new(start + colon + 1, password.Length, "password", SecretLook.IsDistinct(password));
    }

    // An id is followed by its secret in a table or a JSON line: 40 characters of base64 by themselves.
    private static void FindAwsSecret(ReadOnlySpan<char> line, int from, List<SecretSpan> found)
    {
        var limit = Math.Min(line.Length, from + 200);
        while (from < limit)
        {
            var skip = line[from..limit].IndexOfAny(Base64);
            if (skip < 0)
            {
                return;
            }
            from += skip;
            var length = line[from..].IndexOfAnyExcept(Base64);
            length = length < 0 ? line.Length - from : length;
            if (length == 40 && line.Slice(from, length).ContainsAnyInRange('0', '9') && line.Slice(from, length).ContainsAnyInRange('A', 'Z') && line.Slice(from, length).ContainsAnyInRange('a', 'z'))
            {
                found.Add(new(from, length, "aws-secret", true));
                return;
            }
            from += length;
        }
    }
}
