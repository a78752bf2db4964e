using Pryx.Testing;

namespace Pryx.Attacks.World;

/// <summary>
/// A network of one machine and an internet that is all the attacker's but for a few honest hosts, and a file system for a user. The
/// process must be alone in namespaces of its own (<c>unshare -n -m</c>): nothing of it is seen outside, and it is gone with the process.
/// </summary>
public sealed class SmallWorld : IAsyncDisposable
{
    /// <summary>A file system in memory; the user's home lies there.</summary>
    public const string Root = "/mnt";

    private const string Names = """
        nameserver 10.77.0.1
        options timeout:1 attempts:1
        """;

    private readonly NetworkSpace _space;

    private SmallWorld(NetworkSpace space, Internet internet, InternetNames names) => (_space, Internet, Dns) = (space, internet, names);

    /// <summary>The servers.</summary>
    public Internet Internet { get; }
    public InternetNames Dns { get; }

    public static async Task<SmallWorld> CreateAsync(CancellationToken cancellationToken)
    {
        var space = new NetworkSpace();
        await ShellAsync($$"""
            set -e
            mount -t tmpfs -o mode=755,size=2g tmpfs {{Root}}
            mkdir {{Root}}/.world
            # An attack that lands must not land on the machine that tests it.
            for folder in etc var usr root opt home srv; do
                mkdir -p {{Root}}/.world/$folder/upper {{Root}}/.world/$folder/work
                mount -t overlay -o lowerdir=/$folder,upperdir={{Root}}/.world/$folder/upper,workdir={{Root}}/.world/$folder/work overlay /$folder 2>/dev/null ||
                    { mount --bind /$folder /$folder && mount -o remount,bind,ro /$folder; }
            done
            cat > {{Root}}/.world/resolv.conf <<'END'
            {{Names}}
            END
            printf '127.0.0.1 localhost\n::1 localhost\n' > {{Root}}/.world/hosts
            printf 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n' > {{Root}}/.world/nsswitch.conf
            for file in resolv.conf hosts nsswitch.conf; do
                touch -a "$(readlink -f /etc/$file)" 2>/dev/null || true
                mount --bind {{Root}}/.world/$file "$(readlink -f /etc/$file)"
            done
            ip link set lo up
            ip link add veth0 type veth peer name veth1 netns {{space.Thread}}
            ip addr add 10.77.0.2/24 dev veth0
            ip link set veth0 up
            ip route add default via 10.77.0.1
            ip -6 addr add fd77::2/64 dev veth0 nodad && ip -6 route add default via fd77::1 || true
            nsenter --net={{space.Path}} sh -ec '
                ip link set lo up
                ip addr add 10.77.0.1/24 dev veth1
                ip link set veth1 up
                ip route add local default dev lo
                ip -6 addr add fd77::1/64 dev veth1 nodad && ip -6 route add local default dev lo || true
                echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter || true
                echo 0 > /proc/sys/net/ipv4/conf/veth1/rp_filter || true'
            """, cancellationToken);
        var internet = new Internet(space);
        return new(space, internet, new InternetNames(space, internet));
    }

    /// <exception cref="InvalidOperationException">It failed; with what it printed.</exception>
    public static async Task ShellAsync(string script, CancellationToken cancellationToken)
    {
        var result = await RunProcess.RunAsync("sh", ["-c", script], new(), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"The small world could not be made: exit code {result.ExitCode}\n{result.Stdout}{result.Stderr}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Dns.DisposeAsync();
        await Internet.DisposeAsync();
        _space.Dispose();
    }
}
