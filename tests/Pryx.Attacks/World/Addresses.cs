using System.Net;

namespace Pryx.Attacks.World;

/// <summary>Who lives where. All of them look public: the ranges for documentation are refused by the product.</summary>
public static class Addresses
{
    public const string EvilHost = "attacker.example";
    public const string FriendHost = "friend.example";
    public static readonly IPAddress Evil = IPAddress.Parse("185.220.101.5");
    public static readonly IPAddress Friend = IPAddress.Parse("151.101.1.5");
    public static readonly IPAddress Registry = IPAddress.Parse("151.101.1.6");
    private static readonly IPAddress Metadata = IPAddress.Parse("169.254.169.254");

    private static readonly HashSet<string> Registries = new(StringComparer.OrdinalIgnoreCase)
    {
        "registry.npmjs.org", "pypi.org", "files.pythonhosted.org", "crates.io", "static.crates.io", "index.crates.io", "api.nuget.org", "rubygems.org", "proxy.golang.org", "repo1.maven.org",
    };

    /// <summary>True for the hosts that do no harm and tell nobody anything.</summary>
    public static bool IsHonest(IPAddress address) => address.Equals(Friend) || address.Equals(Registry);

    public static bool IsMetadata(IPAddress address) => address.Equals(Metadata) || address.ToString() is "100.100.100.200" or "fd00:ec2::254" or "168.63.129.16";

    /// <param name="asked">How often this name was asked before: a name that is made to change its address does so at the second time.</param>
    public static IPAddress? Find(string name, int asked)
    {
        name = name.TrimEnd('.').ToLowerInvariant();
        if (name.EndsWith(".nip.io", StringComparison.Ordinal))
        {
            return IPAddress.TryParse(name[..^7].Split('.').TakeLast(4) is var parts ? string.Join('.', parts) : "", out var written) ? written : null;
        }
        if (name == EvilHost || name.EndsWith("." + EvilHost, StringComparison.Ordinal))
        {
            return name.Split('.')[0] switch
            {
                "rebind" => asked == 0 ? Evil : IPAddress.Loopback,
                "local" => IPAddress.Loopback,
                "metadata" => Metadata,
                "lan" => IPAddress.Parse("192.168.1.1"),
                _ => Evil,
            };
        }
        return name switch
        {
            FriendHost => Friend,
            "metadata.google.internal" or "instance-data" => Metadata,
            _ => Registries.Contains(name) ? Registry : null,
        };
    }
}
