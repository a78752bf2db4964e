using System.Net;
using System.Net.Sockets;

namespace Pryx.Core.Network;

/// <summary>The address behind a host may not be reached from here.</summary>
public sealed class AddressRefusedException(string message) : Exception(message);

/// <summary>
/// The one way to connect to a host that a model or its command has named: read strictly, resolved once, every address judged, and
/// connected to an address that was judged. A name that changes its answer in between gains nothing.
/// </summary>
public static class GuardedConnection
{
    /// <param name="host">A name, or an address with or without brackets.</param>
    /// <param name="isAllowed">Judges an address; <see cref="PublicAddress.IsPublic"/> but in tests.</param>
    /// <exception cref="AddressRefusedException">Not a plain host, or none of its addresses may be reached.</exception>
    /// <exception cref="SocketException">No such name, or nobody answers.</exception>
    public static async Task<Socket> OpenAsync(
        string host, int port, Func<IPAddress, bool> isAllowed, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        var name = HostName.Read(host, out var why) ?? throw new AddressRefusedException($"{host} is refused: {why}.");
        var addresses = name.Address is { } literal ? [literal] : await resolve(name.Text, cancellationToken).ConfigureAwait(false);
        var allowed = addresses.Where(isAllowed).ToList();
        if (allowed.Count == 0)
        {
            throw new AddressRefusedException(addresses.Length == 0
                ? $"{name.Text} has no address."
                : $"{name.Text} is not on the public internet ({addresses[0]}); private, local and metadata addresses are refused.");
        }
        SocketException? trouble = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
                if (IsThisMachine(socket) && PublicAddress.IsPublic(address))
                {
                    throw new AddressRefusedException($"{name.Text} is this machine ({address}); its own services are refused.");
                }
                return socket;
            }
            catch (SocketException e)
            {
                trouble = e;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw trouble!;
    }

    // A machine with a public address of its own reaches itself under it: both ends are the same then.
    private static bool IsThisMachine(Socket socket) =>
        socket.LocalEndPoint is IPEndPoint local && socket.RemoteEndPoint is IPEndPoint remote && local.Address.Equals(remote.Address);
}
