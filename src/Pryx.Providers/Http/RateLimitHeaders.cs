using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>
/// What providers say in their headers of how much more they take: OpenAI's <c>x-ratelimit-remaining-requests</c> (Groq, Together, xAI and
/// others have the same), Anthropic's <c>anthropic-ratelimit-requests-remaining</c>, OpenRouter's <c>X-RateLimit-Remaining</c>.
/// </summary>
internal static class RateLimitHeaders
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Null when the answer says nothing of it.</summary>
    public static RateLimitState? Read(HttpResponseMessage response, TimeProvider time)
    {
        var headers = response.Headers.NonValidated;
        var requests = Number(headers, "x-ratelimit-remaining-requests") ?? Number(headers, "anthropic-ratelimit-requests-remaining") ?? Number(headers, "x-ratelimit-remaining");
        var tokens = Least(
            Number(headers, "x-ratelimit-remaining-tokens") ?? Number(headers, "anthropic-ratelimit-tokens-remaining"),
            Least(Number(headers, "anthropic-ratelimit-input-tokens-remaining"), Number(headers, "anthropic-ratelimit-output-tokens-remaining")));
        if (requests is null && tokens is null)
            return null;
        var now = time.GetUtcNow();
        return new(
            requests,
            Reset(headers, now, "x-ratelimit-reset-requests") ?? Reset(headers, now, "anthropic-ratelimit-requests-reset") ?? Reset(headers, now, "x-ratelimit-reset"),
            tokens,
            Reset(headers, now, "x-ratelimit-reset-tokens") ?? Reset(headers, now, "anthropic-ratelimit-tokens-reset")
                ?? Reset(headers, now, "anthropic-ratelimit-input-tokens-reset") ?? Reset(headers, now, "anthropic-ratelimit-output-tokens-reset"));
    }

    private static long? Least(long? one, long? other) => one is null || other < one ? other ?? one : one;

    private static long? Number(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out var values) && double.TryParse(values.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) && Math.Abs(number) < 1e15 ? (long)Math.Max(0, number) : null;

    /// <summary><c>6m0s</c>, <c>20ms</c>, <c>7.66s</c>, seconds, a time of RFC 3339, or a Unix time in seconds or milliseconds.</summary>
    private static TimeSpan? Reset(HttpHeadersNonValidated headers, DateTimeOffset now, string name)
    {
        if (!headers.TryGetValues(name, out var values) || values.ToString().Trim() is not { Length: > 0 and < 64 } text)
            return null;
        var wait = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? OfNumber(number, now)
            : OfUnits(text) ?? (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at - now : null);
        return wait is not { } found || found > Longest ? null : found > TimeSpan.Zero ? found : TimeSpan.Zero;
    }

    private static TimeSpan? OfNumber(double number, DateTimeOffset now) => number switch
    {
        > 1e14 => null,
        > 1e11 => DateTimeOffset.FromUnixTimeMilliseconds((long)number) - now,
        > 1e9 => DateTimeOffset.FromUnixTimeSeconds((long)number) - now,
        _ => TimeSpan.FromSeconds(number),
    };

    private static TimeSpan? OfUnits(string text)
    {
        var seconds = 0.0;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..];
            var end = rest.IndexOfAny(Digits);
            var unit = end < 0 ? rest : rest[..end];
            var size = unit switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, "d" => 86_400, _ => 0.0 };
            if (size == 0)
                return null;
            seconds += number * size;
            rest = rest[unit.Length..];
        }
        return seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
