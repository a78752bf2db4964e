namespace Pryx.Providers.Http;

/// <summary>A response stream whose reads are watched for silence and whose single event is bounded.</summary>
internal sealed class WatchedStream(Stream inner, SilenceWatch watch) : Stream
{
    /// <summary>Far above any event a provider sends (images included); below what would hurt the machine.</summary>
    private const int MaxEventBytes = 32 * 1024 * 1024;
    private int _eventBytes;
    private bool _closesLastEvent;

    /// <summary>True once the empty line was given out that the server had left out.</summary>
    public bool IsClosedByUs { get; private set; }

    public void BeginEvent() => _eventBytes = 0;

    /// <summary>An event counts only with the empty line behind it, which some servers leave out behind the last: the stream is to end with one.</summary>
    public WatchedStream ClosingLastEvent()
    {
        _closesLastEvent = true;
        return this;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Begin();
        try
        {
            var read = await inner.ReadAsync(buffer, watch.Token);
            if (read == 0 && _closesLastEvent && !IsClosedByUs && buffer.Length > 1)
            {
                IsClosedByUs = true;
                "\n\n"u8.CopyTo(buffer.Span);
                return 2;
            }
            _eventBytes += read;
            return _eventBytes <= MaxEventBytes ? read : throw new InvalidDataException("One event is larger than 32 MB.");
        }
        finally
        {
            watch.End();
        }
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
