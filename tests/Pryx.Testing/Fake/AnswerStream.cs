using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pryx.Testing.Fake;

/// <summary>Writes a wire's frames as the reply's <see cref="Trouble"/> demands.</summary>
/// <param name="onClosing">Called before the closing frames go out: whoever has read them finds the answer already counted.</param>
internal sealed class AnswerStream(HttpContext http, IWire wire, FakeRequest request, ScriptedReply reply, Action onClosing, CancellationToken cancellationToken)
{
    // So that the peer has read what came before the cut; a reset may otherwise take it along.
    private static readonly TimeSpan CutGrace = TimeSpan.FromMilliseconds(30);
    private readonly Trouble _trouble = reply.Trouble;
    private readonly HashSet<StreamPoint> _reached = [];

    /// <summary>Returns the outcome: completed, cut or error.</summary>
    public async Task<string> WriteAsync(IEnumerable<Frame> frames)
    {
        await DelayAsync(_trouble.BeforeHeaders);
        if (await StopAtAsync(StreamPoint.BeforeHeaders) is { } early)
        {
            return early;
        }
        http.Response.ContentType = wire.ContentType;
        http.Response.Headers.CacheControl = "no-cache";
        await http.Response.StartAsync(cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        if (await StopAtAsync(StreamPoint.AfterHeaders) is { } stopped)
        {
            return stopped;
        }
        if (_trouble.SendsComments)
        {
            await WriteTextAsync(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n");
        }
        await DelayAsync(_trouble.BeforeFirstChunk);
        foreach (var frame in frames)
        {
            if (frame.Kind is FrameKind.Close && !_reached.Contains(StreamPoint.BeforeEnd))
            {
                if (reply.Hangs)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                }
                if (await StopAtAsync(StreamPoint.BeforeEnd) is { } ended)
                {
                    return ended;
                }
                RequireReached();
                onClosing();
            }
            if (frame.Kind is FrameKind.Text or FrameKind.Call)
            {
                request.FirstContentAt ??= TimeProvider.System.GetUtcNow();
            }
            await WriteTextAsync(frame.Text);
            await DelayAsync(_trouble.BetweenChunks);
            var point = frame.Kind switch { FrameKind.Text => StreamPoint.MidText, FrameKind.Call => StreamPoint.MidToolCall, _ => (StreamPoint?)null };
            if (point is { } here && await StopAtAsync(here) is { } outcome)
            {
                return outcome;
            }
        }
        return "completed";
    }

    private void RequireReached()
    {
        StreamPoint?[] wanted = [_trouble.CutAt, _trouble.SilentAt, _trouble.MalformedAt, _trouble.ErrorAt];
        foreach (var point in wanted.OfType<StreamPoint>().Where(point => !_reached.Contains(point)))
        {
            throw new InvalidOperationException($"The reply never reached the point {point} of its trouble.");
        }
    }

    /// <summary>Does what the trouble wants the first time the point is reached; an outcome when the stream ends here.</summary>
    private async Task<string?> StopAtAsync(StreamPoint point)
    {
        if (!_reached.Add(point))
        {
            return null;
        }
        if (_trouble.MalformedAt == point)
        {
            await WriteTextAsync(wire.MalformedChunk());
        }
        if (_trouble.ErrorAt == point)
        {
            await WriteTextAsync(wire.StreamError());
            return "error";
        }
        if (_trouble.SilentAt == point)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        if (_trouble.CutAt == point)
        {
            await Task.Delay(CutGrace, TimeProvider.System, cancellationToken);
            http.Abort();
            return "cut";
        }
        return null;
    }

    private async Task WriteTextAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var piece in bytes.Chunk(_trouble.PieceBytes ?? Math.Max(1, bytes.Length)))
        {
            await http.Response.Body.WriteAsync(piece, cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
        }
        if (_trouble.BytesPerSecond is { } rate)
        {
            await DelayAsync(TimeSpan.FromSeconds((double)bytes.Length / rate));
        }
    }

    private Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, TimeProvider.System, cancellationToken) : Task.CompletedTask;
}
