using System.Buffers;
using System.Net.Sockets;

namespace Pryx.Core.Sandbox;

/// <summary>Passes bytes both ways between two sockets, in constant memory.</summary>
internal static class SocketPipe
{
    /// <summary>Until both sides have ended what they send. One that ended may still receive.</summary>
    /// <exception cref="SocketException">One side broke.</exception>
    public static Task JoinAsync(Socket one, Socket other, CancellationToken cancellationToken) =>
        Task.WhenAll(CopyAsync(one, other, cancellationToken), CopyAsync(other, one, cancellationToken));

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), cancellationToken).ConfigureAwait(false);
                }
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction waits on a side that will not come back.
            End(from);
            End(to);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        static void End(Socket socket)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Gone already.
            }
        }
    }
}
