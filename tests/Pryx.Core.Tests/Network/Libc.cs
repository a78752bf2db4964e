using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pryx.Core.Tests.Network;

/// <summary>Another opinion about addresses: the C library's reading of them, and the kernel's routing.</summary>
internal static partial class Libc
{
    /// <summary>What inet_aton or inet_pton takes the text for; null when it is no address to them.</summary>
    public static IPAddress? Address(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }
        var four = new byte[4];
        var six = new byte[16];
        return ReadFour(text, four) != 0 ? new IPAddress(four) : ReadSix(AddressFamilyIPv6, text, six) == 1 ? new IPAddress(six) : null;
    }

    /// <summary>Whether the kernel keeps a datagram to it on this machine: connecting one sends nothing and asks only where it would go.</summary>
    public static bool IsLocal(IPAddress address)
    {
        var target = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        try
        {
            using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(target, 9);
            return socket.LocalEndPoint is IPEndPoint local && (IPAddress.IsLoopback(local.Address) || local.Address.Equals(target));
        }
        catch (SocketException)
        {
            return false; // No way there.
        }
    }

    private static readonly int AddressFamilyIPv6 = OperatingSystem.IsMacOS() ? 30 : 10;

    [LibraryImport("libc", EntryPoint = "inet_aton", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadFour(string text, byte[] address);

    [LibraryImport("libc", EntryPoint = "inet_pton", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadSix(int family, string text, byte[] address);
}
