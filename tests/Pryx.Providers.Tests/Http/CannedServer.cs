using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Pryx.Providers.Tests.Http;

/// <summary>Answers every request with the same bytes, in pieces of a chosen size, and keeps what was asked.</summary>
internal sealed class CannedServer(string body, string contentType = "text/event-stream") : HttpMessageHandler
{
    public int PieceBytes { get; init; } = int.MaxValue;
    public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;
    public (string Name, string Value)[] Headers { get; init; } = [];

    /// <summary>What happens after the bytes: the stream ends, breaks, or nothing more comes.</summary>
    public Ending Ending { get; init; } = Ending.Closes;
    public Exception? Failure { get; init; }

    public string Asked { get; private set; } = "";
    public string? Url { get; private set; }
    public Dictionary<string, string> AskedHeaders { get; } = new(StringComparer.OrdinalIgnoreCase);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Get || request.RequestUri!.AbsolutePath == "/api/show")
            return new(HttpStatusCode.NotFound);
        Url = request.RequestUri.ToString();
        Asked = await request.Content!.ReadAsStringAsync(cancellationToken);
        foreach (var (name, values) in request.Headers)
            AskedHeaders[name] = string.Join(", ", values);
        if (Failure is not null)
            throw Failure;
        if (Ending == Ending.NeverAnswers)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        var response = new HttpResponseMessage(Status) { Content = new StreamContent(new PiecewiseStream(Encoding.UTF8.GetBytes(body), PieceBytes, Ending)) };
        if (contentType.Length > 0)
            response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in Headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }
}

internal enum Ending { Closes, Breaks, StaysSilent, NeverAnswers }

internal sealed class PiecewiseStream(byte[] bytes, int piece, Ending ending) : Stream
{
    private int _at;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == bytes.Length)
        {
            if (ending == Ending.Breaks)
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
            if (ending == Ending.StaysSilent)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
        var count = Math.Min(Math.Min(piece, buffer.Length), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
