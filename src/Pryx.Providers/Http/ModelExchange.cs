using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>
/// One request to a provider and its streamed answer. Whatever goes wrong comes out as a <see cref="ModelException"/>,
/// except the caller's own cancellation.
/// </summary>
internal sealed class ModelExchange : IAsyncDisposable
{
    private const int MaxErrorBodyBytes = 64 * 1024;
    private static readonly string[] RequestIdHeaders =
        ["x-request-id", "request-id", "x-generation-id", "apim-request-id", "x-amzn-requestid", "cf-ray"];

    private WireEndpoint _endpoint;
    private readonly SilenceWatch _watch;
    private readonly CancellationToken _cancellationToken;
    private HttpResponseMessage? _response;
    private WatchedStream? _stream;
    private IAsyncEnumerator<SseItem<WireEvent>>? _events;
    private PipeReader? _lines;

    private ModelExchange(WireEndpoint endpoint, CancellationToken cancellationToken)
    {
        _endpoint = endpoint;
        _cancellationToken = cancellationToken;
        _watch = new(endpoint.IdleLimit, endpoint.Time, cancellationToken);
    }

    public string? RequestId { get; private set; }

    /// <summary>What the provider still takes; null when it does not say.</summary>
    public RateLimitState? RateLimits { get; private set; }

    /// <summary>Sends the body and returns once the head of a streaming answer has arrived.</summary>
    /// <param name="path">Appended to the base URL.</param>
    /// <param name="body">JSON; must not change until the exchange is disposed.</param>
    /// <param name="contentTypes">Media types the stream may have; none given in the answer is accepted too.</param>
    public static async Task<ModelExchange> SendAsync(
        WireEndpoint endpoint, string path, ReadOnlyMemory<byte> body, string[] contentTypes, CancellationToken cancellationToken)
    {
        var exchange = new ModelExchange(endpoint, cancellationToken);
        try
        {
            await exchange.SendAsync(path, body, contentTypes);
            return exchange;
        }
        catch (Exception failure)
        {
            await exchange.DisposeAsync();
            if (exchange.Translate(failure, ModelFailure.Network) is { } translated)
                throw translated;
            throw;
        }
    }

    /// <summary>The next server-sent event, or null when the stream is over.</summary>
    public async ValueTask<WireEvent?> NextEventAsync()
    {
        try
        {
            _events ??= SseParser.Create(_stream!.ClosingLastEvent(), static (_, data) => WireEvent.Parse(data)).EnumerateAsync(_watch.Token)
                .GetAsyncEnumerator(_watch.Token);
            _stream!.BeginEvent();
            while (await _events.MoveNextAsync())
                if (!_events.Current.Data.IsBlank)
                    return _events.Current.Data;
            return null;
        }
        catch (JsonException) when (_stream!.IsClosedByUs)
        {
            throw Cut(); // Half an event at the end of the stream is no bad JSON of the server's.
        }
        catch (Exception failure) when (Translate(failure, ModelFailure.StreamCut) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>The next line of newline-delimited JSON, or null when the stream is over.</summary>
    public async ValueTask<WireEvent?> NextLineAsync()
    {
        try
        {
            _lines ??= PipeReader.Create(_stream!, new(leaveOpen: true));
            _stream!.BeginEvent();
            while (true)
            {
                var read = await _lines.ReadAsync(_watch.Token);
                var buffer = read.Buffer;
                if (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = ParseLine(buffer.Slice(0, end));
                    _lines.AdvanceTo(buffer.GetPosition(1, end));
                    if (line is { } found)
                        return found;
                    continue;
                }
                if (read.IsCompleted)
                    return ParseLastLine(buffer);
                _lines.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (Exception failure) when (Translate(failure, ModelFailure.StreamCut) is { } translated)
        {
            throw translated;
        }
    }

    public ModelException Fail(ModelFailure failure, string what, Exception? inner = null) =>
        ModelErrors.Create(_endpoint, failure, what, inner, RequestId);

    /// <summary>An error object inside a stream that began well.</summary>
    public ModelException FailFromBody(JsonElement body) =>
        ModelErrors.FromBody(_endpoint, status: null, ErrorBody.Read(body), RequestId, retryAfter: null);

    public ModelException Cut() => Fail(ModelFailure.StreamCut, "closed the stream before the reply was complete");

    public async ValueTask DisposeAsync()
    {
        if (_events is not null)
        {
            try
            {
                await _events.DisposeAsync();
            }
            catch (Exception) when (_watch.IsSilent || _cancellationToken.IsCancellationRequested)
            {
                // The read that failed has been reported already.
            }
        }
        if (_lines is not null)
            await _lines.CompleteAsync();
        _response?.Dispose();
        _watch.Dispose();
    }

    private async Task SendAsync(string path, ReadOnlyMemory<byte> body, string[] contentTypes)
    {
        _response = await SendOnceAsync(path, body, contentTypes[0], rejected: null);
        // The provider ended the token before its time: once more with a new one, if there is a new one.
        if (_response.StatusCode == HttpStatusCode.Unauthorized && _endpoint is { Token: not null, Key: { } rejected })
        {
            _response.Dispose();
            _response = await SendOnceAsync(path, body, contentTypes[0], rejected);
        }
        RequestId = ReadRequestId(_response);
        RateLimits = RateLimitHeaders.Read(_response, _endpoint.Time);
        _stream = new(await _response.Content.ReadAsStreamAsync(_watch.Token), _watch);

        var mediaType = _response.Content.Headers.ContentType?.MediaType;
        if (!_response.IsSuccessStatusCode)
            throw await RefusalAsync(_response);
        if (mediaType is not null && !contentTypes.Contains(mediaType, StringComparer.OrdinalIgnoreCase))
            throw await WrongContentAsync(mediaType);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(string path, ReadOnlyMemory<byte> body, string accepted, string? rejected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint.BaseUrl + path)
        {
            Version = _endpoint.Http.DefaultRequestVersion,
            VersionPolicy = _endpoint.Http.DefaultVersionPolicy,
            Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.TryAddWithoutValidation("Accept", accepted);
        request.Headers.TryAddWithoutValidation("User-Agent", "pryx");
        _watch.Begin();
        _endpoint = await _endpoint.AuthorizeAsync(request, rejected, _watch.Token);
        var response = await _endpoint.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _watch.Token);
        _watch.End();
        return response;
    }

    private async Task<ModelException> RefusalAsync(HttpResponseMessage response)
    {
        var body = ErrorBody.Read(await ReadSomeAsync());
        return ModelErrors.FromBody(_endpoint, response, body, RequestId);
    }

    /// <summary>A gateway's error page, or a server that answers 200 with an error object.</summary>
    private async Task<ModelException> WrongContentAsync(string mediaType)
    {
        var body = ErrorBody.Read(await ReadSomeAsync());
        return body.IsErrorObject
            ? ModelErrors.FromBody(_endpoint, status: null, body, RequestId, retryAfter: null)
            : Fail(ModelFailure.MalformedStream,
                $"answered with {mediaType} instead of a stream ({ModelErrors.Shorten(_endpoint, body.Message ?? "an empty body")}); check that {_endpoint.BaseUrl} is its API");
    }

    private async Task<byte[]> ReadSomeAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxErrorBodyBytes);
        try
        {
            var length = 0;
            while (length < MaxErrorBodyBytes
                && await _stream!.ReadAsync(buffer.AsMemory(length, MaxErrorBodyBytes - length), _watch.Token) is > 0 and var read)
                length += read;
            return buffer[..length];
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            return []; // The status line alone still says what happened.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? ReadRequestId(HttpResponseMessage response)
    {
        foreach (var name in RequestIdHeaders)
            if (response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 and <= 200 } id)
                return id;
        return null;
    }

    private static WireEvent? ParseLine(ReadOnlySequence<byte> line)
    {
        if (line.IsSingleSegment)
            return IsBlank(line.FirstSpan) ? null : WireEvent.Parse(line.FirstSpan);
        var whole = line.ToArray();
        return IsBlank(whole) ? null : WireEvent.Parse(whole);
    }

    /// <summary>What came after the last newline. Half an object means the connection was cut, not that the server writes bad JSON.</summary>
    private WireEvent? ParseLastLine(ReadOnlySequence<byte> line)
    {
        try
        {
            return ParseLine(line);
        }
        catch (JsonException)
        {
            throw Cut();
        }
        finally
        {
            _lines!.AdvanceTo(line.End);
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t\r\n"u8).IsEmpty;

    /// <summary>The typed error for an exception, or null for one that is already right.</summary>
    private ModelException? Translate(Exception failure, ModelFailure connectionFailure) => failure switch
    {
        ModelException => null,
        OperationCanceledException when _cancellationToken.IsCancellationRequested => null,
        OperationCanceledException when _watch.IsSilent => Fail(ModelFailure.Silence,
            string.Create(CultureInfo.InvariantCulture, $"sent nothing for {_watch.Limit.TotalSeconds:0.##} s")),
        JsonException => Fail(ModelFailure.MalformedStream, "sent a chunk that is not valid JSON", failure),
        InvalidDataException => Fail(ModelFailure.MalformedStream, "sent an event larger than 32 MB", failure),
        HttpRequestException or IOException or OperationCanceledException when connectionFailure == ModelFailure.StreamCut =>
            Fail(ModelFailure.StreamCut, "broke the connection before the reply was complete", failure),
        HttpRequestException or IOException or OperationCanceledException => ModelErrors.Unreachable(_endpoint, failure),
        UriFormatException or InvalidOperationException or NotSupportedException when _response is null => Fail(ModelFailure.NotConfigured,
            $"can not be reached at \"{_endpoint.BaseUrl}\": that is no http or https URL", failure),
        _ => null,
    };
}
