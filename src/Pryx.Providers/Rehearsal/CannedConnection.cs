namespace Pryx.Providers.Rehearsal;

/// <summary>A connection that takes any request and gives one streamed reply, head and chunks apart, as a server does.</summary>
internal sealed class CannedConnection : Stream
{
    private static readonly byte[][] Pieces =
    [
        [.. "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8],
        Chunk("""{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null}]}"""u8),
        Chunk("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"""u8),
        [.. Chunk("[DONE]"u8), .. "0\r\n\r\n"u8],
    ];

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _piece;
    private int _offset;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _asked.Task.WaitAsync(cancellationToken);
        // Asynchronous every time, as bytes from a network are: the code that goes on after a wait is to be warmed up too.
        await Task.Yield();
        if (_piece == Pieces.Length || buffer.IsEmpty)
            return 0;
        var rest = Pieces[_piece].AsMemory(_offset);
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        (_piece, _offset) = count == rest.Length ? (_piece + 1, 0) : (_piece, _offset + count);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _asked.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => _asked.TrySetResult();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private static byte[] Chunk(ReadOnlySpan<byte> data)
    {
        byte[] line = [.. "data: "u8, .. data, .. "\n\n"u8];
        return [.. System.Text.Encoding.ASCII.GetBytes($"{line.Length:x}\r\n"), .. line, .. "\r\n"u8];
    }
}
