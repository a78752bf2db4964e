using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pryx.Core.Events;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Conversations;

/// <summary>
/// One reader of a turn as server-sent events: what is stored, then what comes, until the terminal frame. The store is the buffer: a slow
/// reader is waited for, loses nothing and holds up nobody.
/// </summary>
public sealed class ConversationFeed(EventLog events, TimeProvider time)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    // A turn that another process runs is seen only by looking.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <param name="after">Only what has a higher number is sent.</param>
    /// <param name="existsAsync">False when the turn was deleted: then nothing more will come.</param>
    public async Task WriteAsync(
        HttpContext http, Turn turn, ConversationModel model, TurnFrames frames, StreamFilter filter, long after, Func<CancellationToken, Task<bool>> existsAsync)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, Stopping(http));
        // A reader may pause for as long as it likes; a server that ends does not wait for it.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.Connection = "keep-alive";
        using var ticks = new PeriodicTimer(KeepAlive, time);
        try
        {
            await SendAsync(http, ":keepalive\n\n"u8.ToArray(), leaving.Token);
            var first = await events.ReadFirstVersionAsync(turn.Id, leaving.Token);
            if (first == 0)
            {
                // Its events are gone, and nothing more will come.
                return;
            }
            await using var feed = events.SubscribeAsync(turn.SessionId, first - 1, canApprove: false, Look, leaving.Token).GetAsyncEnumerator(leaving.Token);
            var next = feed.MoveNextAsync().AsTask();
            var tick = ticks.WaitForNextTickAsync(leaving.Token).AsTask();
            while (!frames.HasEnded)
            {
                if (await Task.WhenAny(next, tick) == tick)
                {
                    await tick;
                    await SendAsync(http, ":keepalive\n\n"u8.ToArray(), leaving.Token);
                    if (!await existsAsync(leaving.Token))
                    {
                        return;
                    }
                    tick = ticks.WaitForNextTickAsync(leaving.Token).AsTask();
                    continue;
                }
                if (!await next)
                {
                    return;
                }
                if (feed.Current is { IsProgress: false } e && e.TurnId == turn.Id)
                {
                    foreach (var frame in frames.Translate(e).Where(frame => frame.Seq > after && filter.Shows(frame)))
                    {
                        await SendAsync(http, frame.ToBytes(turn.Id, model, filter.ShowsDetails(frame)), leaving.Token);
                    }
                }
                next = frames.HasEnded ? next : feed.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The reader has left, or the server ends: the turn knows nothing of either.
        }
    }

    /// <summary>The number after the last colon; 0, which is the start, for what is none.</summary>
    public static long AfterOf(HttpContext http)
    {
        var text = http.Request.Headers["Last-Event-ID"].ToString();
        return long.TryParse(text.AsSpan(text.LastIndexOf(':') + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : 0;
    }

    private static async Task SendAsync(HttpContext http, byte[] bytes, CancellationToken cancellationToken)
    {
        await http.Response.Body.WriteAsync(bytes, cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
    }

    private static CancellationToken Stopping(HttpContext http) => http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
}
