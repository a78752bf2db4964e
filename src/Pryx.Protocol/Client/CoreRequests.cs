using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Protocol.Errors;

namespace Pryx.Protocol.Client;

/// <summary>Requests to Core: finds it, proves who is asking, tries again what may be tried again, and turns error bodies into <see cref="PryxException"/>.</summary>
internal sealed class CoreRequests(HttpMessageInvoker http, PryxHttpOptions options)
{
    private const string Gone = "CORE_GONE";
    private CoreAddress? _core;
    private bool _isAway;

    /// <summary>The JSON answer; default where Core says that there is nothing (204, or 404 with <paramref name="notFoundIsNothing"/>).</summary>
    public Task<T?> SendAsync<T>(CoreRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken, bool notFoundIsNothing = false) => ExchangeAsync(request, async (response, token) =>
    {
        if (response.StatusCode == HttpStatusCode.NoContent || (notFoundIsNothing && response.StatusCode == HttpStatusCode.NotFound))
        {
            return default;
        }
        await ThrowIfFailedAsync(response, token);
        await using var stream = await response.Content.ReadAsStreamAsync(token);
        return await JsonSerializer.DeserializeAsync(stream, type, token);
    }, cancellationToken);

    /// <summary>False for 404.</summary>
    public Task<bool> DoAsync(CoreRequest request, CancellationToken cancellationToken) => ExchangeAsync(request, static async (response, token) =>
    {
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        await ThrowIfFailedAsync(response, token);
        return true;
    }, cancellationToken);

    /// <summary>An answer whose body is still to be read; the caller disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(CoreRequest request, CancellationToken cancellationToken) => ExchangeAsync(request, static async (response, token) =>
    {
        await ThrowIfFailedAsync(response, token);
        return response;
    }, cancellationToken);

    public static bool IsCut(Exception e) => e is HttpRequestException or IOException or TimeoutException;

    private async Task<T> ExchangeAsync<T>(CoreRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> readAsync, CancellationToken cancellationToken)
    {
        var retries = new RetryDelays(request.IsRepeatable, options.NetworkRetries);
        while (true)
        {
            var (result, wait) = await TryAsync(request, readAsync, retries, cancellationToken);
            if (wait is not { } delay)
            {
                return result!;
            }
            await Task.Delay(delay, options.Time, cancellationToken);
        }
    }

    /// <returns>The result, or how long to wait before the next attempt.</returns>
    private async Task<(T? Result, TimeSpan? Wait)> TryAsync<T>(CoreRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> readAsync, RetryDelays retries, CancellationToken cancellationToken)
    {
        var wasSent = false;
        HttpResponseMessage? response = null;
        var isHandedOut = false;
        try
        {
            _core ??= await options.FindCoreAsync(cancellationToken) ?? throw new HttpRequestException(HttpRequestError.ConnectionError, "No Core runs.");
            using var message = Build(request, _core);
            try
            {
                response = await http.SendAsync(message, cancellationToken);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError))
            {
                wasSent = true;
                throw;
            }
            wasSent = true;
            Reached();
            if (retries.After(response.StatusCode, response.Headers.RetryAfter?.Delta) is { } wait)
            {
                _core = response.StatusCode == HttpStatusCode.Unauthorized ? null : _core;
                return (default, wait);
            }
            var result = await readAsync(response, cancellationToken);
            isHandedOut = result is HttpResponseMessage;
            return (result, null);
        }
        catch (Exception e) when (IsCut(e))
        {
            _core = null;
            if (retries.AfterNetwork(wasSent) is { } wait)
            {
                Missed(wait);
                return (default, wait);
            }
            throw new PryxException(Gone, wasSent && !request.IsRepeatable
                ? "Core went away before it answered: what was asked may or may not have been done."
                : "Core does not answer any more.", "start it again with: pryx serve", e);
        }
        finally
        {
            if (!isHandedOut)
            {
                response?.Dispose();
            }
        }
    }

    private HttpRequestMessage Build(CoreRequest request, CoreAddress core)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(core.Url, request.Path)) { Content = request.Body is { } body ? Json(body) : null };
        message.Headers.Authorization = core.Token is null ? null : new AuthenticationHeaderValue("Bearer", core.Token);
        message.Headers.Add("X-Pryx-Surface", options.Surface);
        if (request.LastEventId is { } last)
        {
            message.Headers.Add("Last-Event-ID", last);
        }
        return message;
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private void Missed(TimeSpan wait)
    {
        if (!_isAway && wait > TimeSpan.Zero)
        {
            _isAway = true;
            options.OnReachable(false);
        }
    }

    private void Reached()
    {
        if (_isAway)
        {
            _isAway = false;
            options.OnReachable(true);
        }
    }

    private static async Task ThrowIfFailedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }
        ErrorDetail? error = null;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            error = (await JsonSerializer.DeserializeAsync(stream, ProtocolJson.Default.ErrorBody, cancellationToken))?.Error;
        }
        catch (JsonException)
        {
            // Something between us and Core answered in its own words.
        }
        throw error is null
            ? new PryxException($"HTTP_{(int)response.StatusCode}", $"Core answered {(int)response.StatusCode} without saying why.")
            : new PryxException(error.Code, error.Message, error.Next)
            {
                Details = error.Details,
                TraceId = error.TraceId,
                RetryAfter = error.RetryAfterMs is { } wait ? TimeSpan.FromMilliseconds(wait) : null,
            };
    }
}

/// <param name="Path">With its query, escaped.</param>
internal sealed record CoreRequest(HttpMethod Method, string Path)
{
    public byte[]? Body { get; init; }
    public string? LastEventId { get; init; }

    /// <summary>Carried out twice it does no more than once.</summary>
    public bool IsRepeatable { get; init; } = Method == HttpMethod.Get || Method == HttpMethod.Delete || Method == HttpMethod.Put;

    public static CoreRequest Get(string path) => new(HttpMethod.Get, path);

    public static CoreRequest Delete(string path) => new(HttpMethod.Delete, path);

    public static CoreRequest Post<T>(string path, T body, JsonTypeInfo<T> type) => new(HttpMethod.Post, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type) };
}
