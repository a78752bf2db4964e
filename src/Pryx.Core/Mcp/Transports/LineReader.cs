using System.Buffers;

namespace Pryx.Core.Mcp.Transports;

/// <summary>Reads lines of bytes and no more of one than allowed: a program that never ends its line must not take the memory of this one.</summary>
internal sealed class LineReader(Stream stream, int maxLine) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _start, _end, _seen;

    /// <summary>The next line without its end, valid until the next call; null at the end.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var newLine = _buffer.AsSpan(_seen, _end - _seen).IndexOf((byte)'\n');
            if (newLine >= 0)
            {
                var line = _buffer.AsMemory(_start, _seen + newLine - _start);
                _start = _seen = _seen + newLine + 1;
                return line;
            }
            _seen = _end;
            if (_end - _start > maxLine)
            {
                throw new InvalidDataException($"it sent a message of more than {maxLine / 1024 / 1024} MB");
            }
            Room();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                var rest = _buffer.AsMemory(_start, _end - _start);
                _start = _seen = _end;
                // Not "? null : rest": null is also an empty memory.
                return rest.IsEmpty ? default(ReadOnlyMemory<byte>?) : rest;
            }
            _end += read;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Room()
    {
        if (_end < _buffer.Length)
        {
            return;
        }
        var kept = _end - _start;
        var target = kept * 2 > _buffer.Length ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, kept);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }
        (_start, _seen, _end) = (0, kept, kept);
    }
}
