using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pryx.Core.Events;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;

namespace Pryx.Core.Streams;

/// <summary>
/// The events over HTTP: a page of those stored, and the live stream as server-sent events. In the stream <c>id</c> is the version, so
/// that a reader whose connection was cut goes on where it was; progress has no id.
/// </summary>
public sealed class EventStreamEndpoints(EventLog events)
{
    // Proxies and clients take a silent connection for a dead one.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    // What another process of this data directory stores is found by looking.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private const int PageLimit = 1000;
    private const int FlushSize = 32 * 1024;
    private static readonly ApiParameter After = new("after", "Only what came after this version", "integer");
    private static readonly ApiParameter Session = new("session_id", "Only events of this session");
    private static readonly ApiParameter Name = new("event", "Only events of this name; may be repeated");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/events", "Committed events, oldest first, with the newest version there is")
        { Query = [After, Session, Name, new("limit", "At most so many, up to 1,000; 0 asks for the version alone", "integer")], Response = ProtocolJson.Default.EventPage }, PageAsync);
        routes.Add(new("GET", "/api/v1/events/stream", "Every committed event after a version, once and in order, progress between them, as server-sent events; Last-Event-ID goes on where a reader was")
        { Query = [After, Session, Name, new("can_approve", "1: this reader answers approvals; needs the scope Approve", "boolean")], ContentType = "text/event-stream" }, StreamAsync);
    }

    private async Task PageAsync(HttpContext http)
    {
        var filter = EventFilter.Of(http);
        var page = await events.ReadPageAsync(filter.SessionId, http.QueryLong("after"), filter.Names, http.QueryNumber("limit", 100, 0, PageLimit), http.RequestAborted);
        await http.WriteAsync(page, ProtocolJson.Default.EventPage);
    }

    private async Task StreamAsync(HttpContext http)
    {
        var filter = EventFilter.Of(http);
        var after = await StartAsync(http);
        var canApprove = http.QueryFlag("can_approve") && Caller.Of(http).May(Scopes.Approve);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, Stopping(http));
        // Before the headers: whoever has them may rely on being heard and seen.
        var subscription = events.SubscribeAsync(filter.SessionId, after, canApprove, LookInterval, ending.Token);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await http.Response.BodyWriter.WriteAsync(": pryx events\n\n"u8.ToArray(), ending.Token);
            await SendAsync(http, filter, subscription, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The reader left, or the server ends: it comes back with its last version.
        }
    }

    private async Task SendAsync(HttpContext http, EventFilter filter, IAsyncEnumerable<PryxEvent> subscription, CancellationToken cancellationToken)
    {
        var writer = http.Response.BodyWriter;
        await using var reader = subscription.GetAsyncEnumerator(cancellationToken);
        var next = reader.MoveNextAsync().AsTask();
        var unsent = 0;
        var lastSign = events.Time.GetTimestamp();
        while (true)
        {
            // What the filter holds back is no sign of life: the reader's patience counts, not ours.
            var silence = events.Time.GetElapsedTime(lastSign);
            if (unsent == 0 && silence >= KeepAlive)
            {
                unsent = Write(writer, ": keepalive\n\n"u8);
            }
            if (unsent > FlushSize || (unsent > 0 && !next.IsCompleted))
            {
                await writer.FlushAsync(cancellationToken);
                (unsent, lastSign) = (0, events.Time.GetTimestamp());
                continue;
            }
            if (!await IsCompletedAsync(next, KeepAlive - silence, cancellationToken))
            {
                continue;
            }
            if (!await next)
            {
                return;
            }
            if (filter.Passes(reader.Current))
            {
                unsent += Write(writer, reader.Current);
            }
            next = reader.MoveNextAsync().AsTask();
        }
    }

    /// <summary>False: so long has nothing come that a sign of life is due.</summary>
    private async Task<bool> IsCompletedAsync(Task next, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (next.IsCompleted)
        {
            return true;
        }
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(next, Task.Delay(patience, events.Time, timer.Token));
        await timer.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == next;
    }

    private static int Write(IBufferWriter<byte> writer, PryxEvent e)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(e, ProtocolJson.Default.PryxEvent);
        var head = e.IsProgress ? $"event: {e.Event}\ndata: " : string.Create(CultureInfo.InvariantCulture, $"id: {e.Version}\nevent: {e.Event}\ndata: ");
        var length = (int)Encoding.UTF8.GetBytes(head, writer);
        return length + Write(writer, data) + Write(writer, "\n\n"u8);
    }

    private static int Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> bytes)
    {
        BuffersExtensions.Write(writer, bytes);
        return bytes.Length;
    }

    /// <summary>The version to begin after: Last-Event-ID, else <c>after</c>, else now.</summary>
    private async Task<long> StartAsync(HttpContext http)
    {
        if (http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last, ..])
        {
            return long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw new PryxException("VALIDATION_ERROR", "Last-Event-ID: the id of an event is expected");
        }
        return http.QueryText("after") is null ? await events.ReadLastVersionAsync(http.RequestAborted) : http.QueryLong("after");
    }

    private static CancellationToken Stopping(HttpContext http) => http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
}
