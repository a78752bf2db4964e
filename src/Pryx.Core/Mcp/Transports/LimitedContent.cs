using System.Net;

namespace Pryx.Core.Mcp.Transports;

/// <summary>An answer whose messages may not be longer than a limit: the whole body, or of an event stream each event.</summary>
internal sealed class LimitedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly long _limit;
    private readonly bool _isEvents;
    private readonly Action _onTooLong;

    /// <param name="onTooLong">Called before the reader gets its exception.</param>
    public LimitedContent(HttpContent inner, long limit, Action onTooLong)
    {
        (_inner, _limit, _onTooLong) = (inner, limit, onTooLong);
        _isEvents = inner.Headers.ContentType?.MediaType is "text/event-stream";
        foreach (var (name, values) in inner.Headers)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => new Counting(await _inner.ReadAsStreamAsync(), this);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => new Counting(await _inner.ReadAsStreamAsync(cancellationToken), this);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var counting = await CreateContentReadStreamAsync();
        await counting.CopyToAsync(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private sealed class Counting(Stream inner, LimitedContent content) : Stream
    {
        private long _size;
        private bool _hasText;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count(buffer.Span[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            Count(buffer.AsSpan(offset, read));
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }
            base.Dispose(disposing);
        }

        // An event ends with an empty line; then the next one is counted.
        private void Count(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var end = content._isEvents ? bytes.IndexOf((byte)'\n') : -1;
                var part = end < 0 ? bytes : bytes[..(end + 1)];
                _size += part.Length;
                if (_size > content._limit)
                {
                    content._onTooLong();
                    throw new HttpRequestException($"A message was longer than {content._limit / (1024 * 1024)} MB.");
                }
                _hasText |= part.IndexOfAnyExcept((byte)'\r', (byte)'\n') >= 0;
                if (end >= 0)
                {
                    _size = _hasText ? _size : 0;
                    _hasText = false;
                }
                bytes = bytes[part.Length..];
            }
        }
    }
}
