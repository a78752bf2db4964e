using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pryx.Core.Sandbox;

/// <summary>Reads HTTP from a socket piece by piece; what was read too far is kept for the next piece.</summary>
internal sealed class SocketReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    /// <summary>Up to and with the empty line; null when the other side ended before.</summary>
    /// <exception cref="IOException">Longer than the limit.</exception>
    public async Task<byte[]?> ReadHeadAsync(int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8) is >= 0 and var at)
            {
                return Take(at + 4);
            }
            if (_end - _start > limit)
            {
                throw new IOException("the head is too long");
            }
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    public byte[] TakeRest() => Take(_end - _start);

    /// <exception cref="IOException">The body ended early.</exception>
    public async Task CopyAsync(Socket to, long length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new IOException("the body ended early");
            }
            var piece = Take((int)Math.Min(length, _end - _start));
            await SendAsync(to, piece, cancellationToken).ConfigureAwait(false);
            length -= piece.Length;
        }
    }

    /// <summary>A chunked body to its end, written anew: sizes only, no extensions, no trailers.</summary>
    /// <exception cref="IOException">It is not chunks.</exception>
    public async Task CopyChunksAsync(Socket to, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = (await ReadLineAsync(cancellationToken).ConfigureAwait(false)).Split(';')[0].Trim();
            if (line.Length is 0 or > 12 || !long.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
            {
                throw new IOException("not a chunk");
            }
            if (size == 0)
            {
                while (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is not "")
                {
                    // Trailers are headers that nobody has looked at.
                }
                await SendAsync(to, "0\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
                return;
            }
            await SendAsync(to, Encoding.ASCII.GetBytes($"{size:x}\r\n"), cancellationToken).ConfigureAwait(false);
            await CopyAsync(to, size, cancellationToken).ConfigureAwait(false);
            if (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is not "")
            {
                throw new IOException("not the end of a chunk");
            }
            await SendAsync(to, "\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Everything the one sends, until it ends.</summary>
    public static async Task DrainAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            await SendAsync(to, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
        to.Shutdown(SocketShutdown.Send);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8) is >= 0 and var at)
            {
                return Encoding.ASCII.GetString(Take(at + 2).AsSpan(0, at));
            }
            if (_end - _start > 1024 || !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new IOException("not a line");
            }
        }
    }

    private byte[] Take(int count)
    {
        var piece = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return piece;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = _end == _buffer.Length ? 0 : await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
        }
    }
}
