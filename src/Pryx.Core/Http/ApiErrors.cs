using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;

namespace Pryx.Core.Http;

/// <summary>
/// The edge of every request: gives it an id, and turns whatever a route throws into the one error body. What nobody expected is
/// logged under its trace id and shown without its details.
/// </summary>
public sealed class ApiErrors(RequestDelegate next, TimeProvider time, Action<string, Exception> onUnexpected)
{
    private static readonly object IdKey = new();

    /// <summary>As in the X-Request-Id of the answer.</summary>
    public static string RequestIdOf(HttpContext http) => http.Items[IdKey] as string ?? "";

    public async Task InvokeAsync(HttpContext http)
    {
        // The caller's own id is kept where it can do no harm in a log.
        var id = http.Request.Headers["X-Request-Id"] is [{ Length: > 0 and <= 64 } given, ..] && given.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? given
            : $"req-{Guid.NewGuid():N}";
        http.Items[IdKey] = id;
        http.Response.Headers["X-Request-Id"] = id;
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: 404 or 405, ContentLength: null, ContentType: null } && http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>() is null)
            {
                var (code, message) = http.Response.StatusCode == 404
                    ? ("NOT_FOUND", $"There is nothing at {http.Request.Path}.")
                    : ("METHOD_NOT_ALLOWED", $"{http.Request.Path} does not take {http.Request.Method}.");
                await WriteAsync(http, new PryxException(code, message, "GET /openapi.json lists every route."));
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left: there is nobody to tell.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, Known(e));
        }
    }

    public Task WriteAsync(HttpContext http, PryxException error) => WriteAsync(http, error, time);

    public static async Task WriteAsync(HttpContext http, PryxException error, TimeProvider time)
    {
        var contract = http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>()?.Contract
            ?? (http.Request.Path.StartsWithSegments("/api/v1/conversations") || http.Request.Path.StartsWithSegments("/api/v1/turns") ? ApiContract.Conversation : ApiContract.Pryx);
        var status = ErrorStatus.Of(error.Code);
        var id = RequestIdOf(http);
        // That contract's body has four fields and no others.
        var body = new ErrorBody(contract == ApiContract.Conversation ? new ErrorDetail(ConversationCode(error.Code, status), error.Message)
        {
            Details = error.Details,
            ConversationRequestId = id,
        } : new ErrorDetail(error.Code, error.Message)
        {
            Next = error.Next,
            Details = error.Details,
            RequestId = id,
            Timestamp = time.GetUtcNow(),
            TraceId = error.TraceId ?? Activity.Current?.TraceId.ToString(),
            Surface = http.Request.Headers.ContainsKey("X-Pryx-Surface") ? http.Surface() : null,
            RetryAfterMs = (long?)error.RetryAfter?.TotalMilliseconds,
        });
        http.Response.Clear();
        http.Response.Headers["X-Request-Id"] = id;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (error.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        if (status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }
        await http.WriteAsync(body, ProtocolJson.Default.ErrorBody, status);
    }

    private PryxException Known(Exception e)
    {
        switch (e)
        {
            case PryxException known:
                return known;
            case ModelException model:
                return new PryxException(model.Code, model.Message, inner: model);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new PryxException("PAYLOAD_TOO_LARGE", "The body is larger than this route takes.", inner: e);
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return new PryxException("TIMEOUT", "The body came too slowly.", inner: e);
            case BadHttpRequestException bad:
                return new PryxException("VALIDATION_ERROR", "The request can not be read: " + bad.Message, inner: e);
            default:
                var trace = Activity.Current?.TraceId.ToString() ?? ActivityTraceId.CreateRandom().ToString();
                onUnexpected(trace, e);
                return new PryxException("INTERNAL_ERROR", "An unexpected error occurred", "the log has it under the trace id", inner: e) { TraceId = trace };
        }
    }

    // The conversation API knows seven codes and two of its extension.
    private static string ConversationCode(string code, int status) => code switch
    {
        "INVALID_JSON" or "INVALID_CONTENT_TYPE" or "PAYLOAD_TOO_LARGE" or "UNAUTHORIZED" or "INTERNAL_ERROR" => code,
        _ => status switch
        {
            400 => "VALIDATION_ERROR",
            404 => "NOT_FOUND",
            409 => "CONFLICT",
            503 or 507 => "SERVICE_UNAVAILABLE",
            >= 500 => "INTERNAL_ERROR",
            _ => code,
        },
    };
}
