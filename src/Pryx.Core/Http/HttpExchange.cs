using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Http;

/// <summary>What every endpoint does with a request and its answer.</summary>
public static class HttpExchange
{
    // Two readers that disagree on which of two equal names counts would judge one thing and do another.
    private static readonly JsonDocumentOptions ParseOptions = new()
    {
        MaxDepth = 32,
#if NET10_0_OR_GREATER
        AllowDuplicateProperties = false,
#endif
    };

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>The JSON body.</summary>
    /// <exception cref="PryxException">INVALID_CONTENT_TYPE, INVALID_JSON (no JSON), VALIDATION_ERROR (JSON of another shape), PAYLOAD_TOO_LARGE.</exception>
    public static async Task<T> ReadAsync<T>(this HttpContext http, JsonTypeInfo<T> type)
    {
        using var document = await http.ReadDocumentAsync();
        try
        {
            return document.RootElement.Deserialize(type) ?? throw new PryxException("VALIDATION_ERROR", "body: a JSON object is expected, not null");
        }
        catch (JsonException e)
        {
            var field = e.Path is { Length: > 2 } path ? path[2..] : "body";
            throw new PryxException("VALIDATION_ERROR", $"{field}: {Reason(e)}", inner: e);
        }
    }

    /// <summary>The JSON body; a new one of defaults when the request has none.</summary>
    /// <exception cref="PryxException">As of <see cref="ReadAsync"/>.</exception>
    public static async Task<T> ReadOrDefaultAsync<T>(this HttpContext http, JsonTypeInfo<T> type) where T : new() =>
        http.Request.ContentLength == 0 || http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } ? new T() : await http.ReadAsync(type);

    /// <summary>The JSON body; <paramref name="ifAbsent"/> when the request has none.</summary>
    /// <exception cref="PryxException">As of <see cref="ReadAsync"/>.</exception>
    public static async Task<T> ReadOrDefaultAsync<T>(this HttpContext http, JsonTypeInfo<T> type, Func<T> ifAbsent) =>
        http.Request.ContentLength == 0 || http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } ? ifAbsent() : await http.ReadAsync(type);

    /// <summary>The JSON body, unread; the caller disposes it.</summary>
    /// <exception cref="PryxException">INVALID_CONTENT_TYPE, INVALID_JSON, PAYLOAD_TOO_LARGE.</exception>
    public static async Task<JsonDocument> ReadDocumentAsync(this HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new PryxException("INVALID_CONTENT_TYPE", "The body must be JSON.", "send Content-Type: application/json");
        }
        using var buffer = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, 64 * 1024));
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        var bytes = new ReadOnlyMemory<byte>(buffer.GetBuffer(), 0, (int)buffer.Length);
        // The parser looks into texts only when they are asked for: too late for an answer.
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new PryxException("INVALID_JSON", "The body is not valid JSON: it is not UTF-8.");
        }
        try
        {
            return JsonDocument.Parse(bytes.Span.StartsWith(Utf8Mark) ? bytes[Utf8Mark.Length..] : bytes, ParseOptions);
        }
        catch (JsonException e)
        {
            throw new PryxException("INVALID_JSON", e.LineNumber is { } line ? $"The body is not valid JSON (line {line + 1}, byte {e.BytePositionInLine})." : "The body is not valid JSON: a name stands twice in one object.", inner: e);
        }
        catch (InvalidOperationException e)
        {
            throw new PryxException("INVALID_JSON", "The body is not valid JSON: a name in it is no Unicode text.", inner: e);
        }
    }

    public static async Task WriteAsync<T>(this HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        // With its length known it is one write, and a failure while serializing can still become an error body.
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    public static Task NoContent(this HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>The caller has left, or the gateway is about to end: for answers that take their time.</summary>
    public static CancellationTokenSource Leaving(this HttpContext http) => CancellationTokenSource.CreateLinkedTokenSource(
        http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);

    /// <summary>A part of the path, decoded.</summary>
    public static string RouteText(this HttpContext http, string name) => (string?)http.Request.RouteValues[name] ?? "";

    /// <exception cref="PryxException">SESSION_NOT_FOUND: also for what is no UUID.</exception>
    public static SessionId RouteSession(this HttpContext http, string name = "id") => SessionId.TryParse(http.RouteText(name), out var id)
        ? id
        : throw new PryxException("SESSION_NOT_FOUND", "There is no such session.", "pryx session list shows those there are.");

    /// <summary>Null when it is absent or empty.</summary>
    public static string? QueryText(this HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>Moved to the nearer end when it is outside.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR: it is no whole number.</exception>
    public static int QueryNumber(this HttpContext http, string name, int ifAbsent, int min, int max) => http.QueryText(name) switch
    {
        null => ifAbsent,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => (int)Math.Clamp(number, min, max),
        _ => throw new PryxException("VALIDATION_ERROR", $"{name}: a whole number is expected"),
    };

    /// <summary>A place or version, from 0.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR: it is no whole number.</exception>
    public static long QueryLong(this HttpContext http, string name, long ifAbsent = 0) => http.QueryText(name) switch
    {
        null => ifAbsent,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new PryxException("VALIDATION_ERROR", $"{name}: a whole number from 0 is expected"),
    };

    public static bool QueryFlag(this HttpContext http, string name) => http.QueryText(name)?.ToLowerInvariant() is "1" or "true" or "yes";

    /// <summary>The surface that asks, from <c>X-Pryx-Surface</c>; <c>http</c> when it does not say.</summary>
    public static string Surface(this HttpContext http) =>
        http.Request.Headers["X-Pryx-Surface"] is [{ Length: > 0 and <= 32 } surface, ..] && surface.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? surface : "http";

    // The serializer's own messages name types of this program.
    private static string Reason(JsonException e)
    {
        const string Converted = "could not be converted to ";
        const string Missing = "missing required properties including: ";
        var text = e.Message;
        if (text.IndexOf(Missing, StringComparison.Ordinal) is >= 0 and var missing)
        {
            return $"missing: {text[(missing + Missing.Length)..].Split('.')[0].Replace("'", "", StringComparison.Ordinal)}";
        }
        if (text.Contains("allow null values", StringComparison.Ordinal) || text.Contains("allow setting null values", StringComparison.Ordinal))
        {
            return "null is not allowed";
        }
        var type = text.IndexOf(Converted, StringComparison.Ordinal) is >= 0 and var at ? text[(at + Converted.Length)..] : "";
        return type.Contains("System.String", StringComparison.Ordinal) ? type.Contains("System.Collections", StringComparison.Ordinal) ? "a list of texts is expected" : "a text is expected"
            : type.Contains("System.Int", StringComparison.Ordinal) ? "a whole number is expected"
            : type.Contains("System.Boolean", StringComparison.Ordinal) ? "true or false is expected"
            : type.Contains("System.Collections", StringComparison.Ordinal) ? "a list is expected"
            : "another kind of value is expected";
    }
}
