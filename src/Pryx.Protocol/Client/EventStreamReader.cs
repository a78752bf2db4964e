using System.Buffers;
using System.Text.Json;
using Pryx.Protocol.Events;

namespace Pryx.Protocol.Client;

/// <summary>Events out of server-sent events. Only <c>data</c> counts: it has version and name in it.</summary>
internal sealed class EventStreamReader(Stream stream, TimeProvider time)
{
    // Three signs of life missed: the connection is dead although nobody said so.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly byte[] _data = "data:"u8.ToArray();
    private readonly ArrayBufferWriter<byte> _payload = new();
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Null at the end of the stream.</summary>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    public async Task<PryxEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        _payload.ResetWrittenCount();
        while (true)
        {
            if (await ReadLineAsync(cancellationToken) is not { } line)
            {
                return null; // An event that is cut in the middle is none.
            }
            if (line.Length == 0)
            {
                if (_payload.WrittenCount > 0)
                {
                    return JsonSerializer.Deserialize(_payload.WrittenSpan, ProtocolJson.Default.PryxEvent);
                }
            }
            else if (line.Span.StartsWith(_data))
            {
                var rest = line[_data.Length..];
                _payload.Write(rest.Span is [(byte)' ', ..] ? rest.Span[1..] : rest.Span);
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var searched = _start;
        while (true)
        {
            var at = Array.IndexOf(_buffer, (byte)'\n', searched, _end - searched);
            if (at >= 0)
            {
                var line = _buffer.AsMemory(_start, at - _start);
                _start = at + 1;
                return line.Span is [.., (byte)'\r'] ? line[..^1] : line;
            }
            searched = _end;
            if (_end == _buffer.Length)
            {
                MakeRoom();
                searched = _end;
            }
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).AsTask().WaitAsync(Patience, time, cancellationToken);
            if (read == 0)
            {
                return null;
            }
            _end += read;
        }
    }

    private void MakeRoom()
    {
        var target = _start > 0 ? _buffer : new byte[_buffer.Length * 2];
        Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
        (_start, _end, _buffer) = (0, _end - _start, target);
    }
}
