using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pryx.Attacks.World;

/// <summary>The name server of the small world. Whoever asks for a name of the attacker's tells the attacker that name.</summary>
public sealed class InternetNames : IAsyncDisposable
{
    private const int Header = 12;
    private readonly Socket _socket;
    private readonly Internet _internet;
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _answering;

    internal InternetNames(NetworkSpace space, Internet internet)
    {
        _internet = internet;
        _socket = space.Run(static () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.1"), 53));
            return socket;
        });
        _answering = AnswerAsync(_closing.Token);
    }

    /// <summary>Names that change begin anew.</summary>
    public void Forget() => _asked.Clear();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _socket.Dispose();
        await _answering;
        _closing.Dispose();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
                if (Reply(buffer.AsSpan(0, got.ReceivedBytes)) is { } reply)
                {
                    await _socket.SendToAsync(reply, got.RemoteEndPoint, cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The world ends.
        }
    }

    private byte[]? Reply(ReadOnlySpan<byte> query)
    {
        if (query.Length < Header + 5)
        {
            return null;
        }
        var name = new StringBuilder();
        var at = Header;
        while (at < query.Length && query[at] is > 0 and var length && at + length < query.Length)
        {
            name.Append(Encoding.ASCII.GetString(query.Slice(at + 1, length))).Append('.');
            at += length + 1;
        }
        var end = at + 5;
        if (end > query.Length)
        {
            return null;
        }
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]);
        var text = name.ToString().TrimEnd('.');
        _internet.Hear(text.EndsWith(Addresses.EvilHost, StringComparison.OrdinalIgnoreCase), $"dns {text}");
        var address = type is 1 ? Addresses.Find(text, _asked.AddOrUpdate(text, 0, static (_, times) => times + 1)) : Addresses.Find(text, 0);
        var answers = type is 1 && address?.AddressFamily == AddressFamily.InterNetwork;
        byte[] reply = [.. query[..end], .. answers ? (byte[])[0xc0, Header, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, .. address!.GetAddressBytes()] : []];
        reply[2] = 0x85;
        reply[3] = (byte)(address is null ? 0x83 : 0x80);
        (reply[6], reply[7]) = (0, (byte)(answers ? 1 : 0));
        (reply[8], reply[9], reply[10], reply[11]) = (0, 0, 0, 0);
        return reply;
    }
}
