using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pryx.Providers.Http;

/// <summary>What a provider says about a failure, gathered from the shapes they use.</summary>
/// <param name="Message">In the provider's words; null when it said nothing.</param>
/// <param name="Code">Its error code and type, space-separated, lower case.</param>
/// <param name="Status">An HTTP status inside the body (OpenRouter, xAI), where the stream's own was 200.</param>
internal sealed partial record ErrorBody(string? Message, string Code, int? Status, bool IsErrorObject)
{
    public string? RequestId { get; private init; }

    /// <summary>Said in the body, where others say it in a header.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public static ErrorBody Read(byte[] body)
    {
        if (body.Length == 0)
            return new(null, "", null, false);
        try
        {
            using var json = JsonDocument.Parse(body);
            return Read(json.RootElement);
        }
        catch (JsonException)
        {
            return new(PlainText(Encoding.UTF8.GetString(body)), "", null, false);
        }
    }

    public static ErrorBody Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
            root = root[0];
        // The Responses wire wraps its failure in the response object.
        var holder = root.Child("response"u8) is { } response && response.Child("error"u8) is not null ? response : root;
        var error = holder.Child("error"u8);
        var detail = error is { ValueKind: JsonValueKind.Object } ? error.Value : holder;
        var message = error.AsText()
            ?? detail.Text("message"u8)
            ?? detail.Text("detail"u8)
            ?? FirstDetail(detail)
            ?? (error is null ? null : error.Value.GetRawText());
        if (detail.Child("metadata"u8).Text("raw"u8) is { Length: > 0 } upstream && message?.Contains(upstream, StringComparison.Ordinal) != true)
            message = $"{message}: {upstream}";
        var type = detail.Text("type"u8) is var named and not "error" ? named : null;
        var (reasons, wait) = ReadGoogle(detail);
        var code = $"{detail.Text("code"u8)} {type} {detail.Text("status"u8)} {reasons}".Trim().ToLowerInvariant();
        var number = detail.Number("code"u8) ?? detail.Number("status_code"u8) ?? detail.Number("status"u8);
        return new(message, code, number is >= 300 and < 600 ? (int)number : null, message is not null && (error is not null || root.Text("type"u8) == "error"))
        {
            RequestId = root.Text("request_id"u8),
            RetryAfter = wait,
        };
    }

    /// <summary>google.rpc.Status: why (<c>API_KEY_INVALID</c>), which quota (<c>…PerDay…</c>), and how long to wait ("34.5s"), in a list of typed details.</summary>
    private static (string Reasons, TimeSpan? Wait) ReadGoogle(JsonElement detail)
    {
        var reasons = new List<string>();
        TimeSpan? wait = null;
        foreach (var item in detail.Items("details"u8))
        {
            if (item.Text("reason"u8) is { } reason)
                reasons.Add(reason);
            foreach (var violation in item.Items("violations"u8))
                if (violation.Text("quotaId"u8) is { } quota)
                    reasons.Add(quota);
            if (item.Text("retryDelay"u8) is [.., 's'] delay
                && double.TryParse(delay.AsSpan(0, delay.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < TimeSpan.FromDays(7).TotalSeconds)
                wait = TimeSpan.FromSeconds(seconds);
        }
        return (string.Join(' ', reasons), wait);
    }

    /// <summary>FastAPI servers list what was wrong with each field.</summary>
    private static string? FirstDetail(JsonElement holder)
    {
        foreach (var item in holder.Items("detail"u8))
            return item.Text("msg"u8) ?? item.GetRawText();
        return null;
    }

    private static string? PlainText(string body)
    {
        var text = body.AsSpan().TrimStart().StartsWith("<", StringComparison.Ordinal)
            ? Tag().Replace(Invisible().Replace(body, " "), " ")
            : body;
        text = Space().Replace(text, " ").Trim();
        return text.Length == 0 ? null : text;
    }

    [GeneratedRegex("<(script|style)[^>]*>.*?</\\1>", RegexOptions.Singleline | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 500)]
    private static partial Regex Invisible();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 500)]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+", RegexOptions.None, matchTimeoutMilliseconds: 500)]
    private static partial Regex Space();
}
