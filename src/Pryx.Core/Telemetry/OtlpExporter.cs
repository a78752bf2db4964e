using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Pryx.Core.Tracing;

namespace Pryx.Core.Telemetry;

/// <summary>
/// Sends ended spans to a collector of the user's choice, as OTLP over HTTP with JSON; off until an endpoint is set. Where it stands is kept in
/// the store, so a restart neither skips nor repeats more than the batch that was under way. What was before the endpoint was set is not sent.
/// </summary>
public sealed class OtlpExporter(SpanStore spans, TelemetryStore store, Func<TelemetryOptions> options, Lazy<HttpMessageInvoker> http, string version, TimeProvider time)
{
    private const string Cursor = "otlp_cursor";
    private const int Batch = 512;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private TimeSpan _pause = Interval;
    private bool _isOff;

    /// <summary>Spans since the start of Core.</summary>
    public long Exported { get; private set; }

    /// <summary>Spans that the collector refused for good.</summary>
    public long Dropped { get; private set; }
    public string? LastError { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await ExportAsync(cancellationToken);
            await Task.Delay(LastError is null ? Interval : _pause, time, cancellationToken);
        }
    }

    /// <summary>One batch after another until nothing is left or one fails.</summary>
    public async Task ExportAsync(CancellationToken cancellationToken)
    {
        if (options().TraceEndpoint is not { } endpoint)
        {
            // Looked at once: what happens while it is off is nobody's business later.
            if (!_isOff)
            {
                await store.SetAsync(Cursor, null, cancellationToken);
                (_isOff, LastError) = (true, null);
            }
            return;
        }
        _isOff = false;
        var stored = await store.GetAsync(Cursor, cancellationToken);
        var cursor = stored is null ? await spans.ReadLastSeqAsync(cancellationToken) : long.Parse(stored, CultureInfo.InvariantCulture);
        if (stored is null)
        {
            await MoveAsync(cursor, cancellationToken);
        }
        while (await spans.ReadEndedAsync(cursor, Batch, cancellationToken) is { Count: > 0 } batch)
        {
            var (isTaken, mayRepeat) = await PostAsync(endpoint, batch, cancellationToken);
            if (!isTaken && mayRepeat)
            {
                _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                return;
            }
            Exported += isTaken ? batch.Count : 0;
            Dropped += isTaken ? 0 : batch.Count;
            _pause = Interval;
            cursor = batch[^1].Seq;
            await MoveAsync(cursor, cancellationToken);
        }
    }

    private Task MoveAsync(long cursor, CancellationToken cancellationToken) => store.SetAsync(Cursor, cursor.ToString(CultureInfo.InvariantCulture), cancellationToken);

    private async Task<(bool IsTaken, bool MayRepeat)> PostAsync(Uri endpoint, IReadOnlyList<Span> batch, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(OtlpJson.Of(batch, version)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var header in options().TraceHeaders)
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        try
        {
            using var response = await http.Value.SendAsync(request, limit.Token);
            LastError = response.IsSuccessStatusCode ? null : $"the collector answered {(int)response.StatusCode}";
            // What OTLP names as worth repeating; a wrong key or path may be put right, a refused batch will not.
            return (response.IsSuccessStatusCode, response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LastError = "the collector could not be reached";
            return (false, true);
        }
    }
}
