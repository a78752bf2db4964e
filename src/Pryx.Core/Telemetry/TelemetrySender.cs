using System.Net;
using System.Text;

namespace Pryx.Core.Telemetry;

/// <summary>
/// Sends what waits to the endpoint, when there is one: <c>POST {endpoint}/telemetry/ingest</c> with <c>{"events":[…]}</c>. An answer that can not be
/// repaired drops the batch; otherwise it is tried again, after 5 seconds at first and a quarter of an hour at last.
/// </summary>
public sealed class TelemetrySender(TelemetryStore store, TelemetryRecorder recorder, TelemetryDesk desk, Lazy<HttpMessageInvoker> http, TimeProvider time)
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private TimeSpan _pause = Interval;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await desk.SettleAsync(cancellationToken);
            await recorder.FlushAsync(cancellationToken);
            if (time.GetUtcNow() >= _next)
            {
                await SendAsync(cancellationToken);
            }
        }
    }

    /// <summary>One batch at a time until nothing waits or one fails.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        while (desk.Options is { IsEnabled: true, Endpoint: { } endpoint } && await store.ReadWaitingAsync(Batch, cancellationToken) is { Count: > 0 } waiting)
        {
            var trouble = await PostAsync(endpoint, waiting, cancellationToken);
            desk.LastError = trouble;
            if (trouble is { } why && why != Refused)
            {
                _next = time.GetUtcNow() + _pause;
                _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                return;
            }
            _pause = Interval;
            await store.MarkSentAsync(waiting, cancellationToken);
        }
    }

    private const string Refused = "the endpoint refused a batch; it was dropped";

    private async Task<string?> PostAsync(Uri endpoint, List<StoredEvent> events, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder(endpoint) { Path = endpoint.AbsolutePath.TrimEnd('/') + "/telemetry/ingest" }.Uri)
        {
            Content = new StringContent($$"""{"events":[{{string.Join(',', events.Select(sent => sent.Body))}}]}""", Encoding.UTF8, "application/json"),
        };
        try
        {
            using var response = await http.Value.SendAsync(request, limit.Token);
            return response.IsSuccessStatusCode ? null
                : response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode is >= 500 or 401 or 403 or 404 ? $"the endpoint answered {(int)response.StatusCode}"
                : Refused;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "the endpoint could not be reached";
        }
    }
}
