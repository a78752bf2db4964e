using System.Net;
using System.Net.Sockets;

namespace Pryx.Core.Network;

/// <summary>
/// Which addresses a model may reach: the global internet and nothing else. Refused are this machine, its networks, cloud metadata, and
/// every form of IPv6 that carries an IPv4 address to be refused (IANA special-purpose registries, RFC 6890).
/// </summary>
public static class PublicAddress
{
    // Azure answers metadata requests on an address of the ordinary range.
    private static readonly IPAddress AzureMetadata = IPAddress.Parse("168.63.129.16");

    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Special uses within the global range: protocol assignments with Teredo, documentation, 6to4.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // ISATAP: the last half is 0000:5efe or 0200:5efe and an IPv4 address, behind any prefix.
    private static bool IsTunnel(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _) && (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
    }

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !address.Equals(AzureMetadata) && !Refused.Any(network => network.Contains(address));
        }
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0)
        {
            return false; // A zone says which of this machine's networks is meant; the internet has none.
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }
        if (Nat64.Contains(address))
        {
            // On networks that have only IPv6 this is how every IPv4 host looks.
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        }
        return GlobalUnicast.Contains(address) && !IsTunnel(address) && !Refused.Any(network => network.Contains(address));
    }
}
