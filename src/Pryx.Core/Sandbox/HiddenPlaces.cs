using Pryx.Agent.Policy;
using Pryx.Core.Files;

namespace Pryx.Core.Sandbox;

/// <summary>What no sandboxed command gets to see of this machine, whatever folder it works in.</summary>
internal static class HiddenPlaces
{
    // Beyond what file tools refuse: histories, other programs' sessions, wallets; whole folders where only one file is a secret.
    private static readonly string[] BelowHome =
    [
        ".docker", ".kube", ".oci", ".ansible", ".config/containers", ".config/rclone", ".config/hub", ".config/glab-cli", ".config/doctl", ".config/heroku", ".config/openstack",
        ".config/helm/registry", ".s3cfg", ".boto", ".gem/credentials", ".gradle/gradle.properties", ".yarnrc.yml", ".composer/auth.json", ".config/composer/auth.json", ".terraformrc",
        ".local/share/containers", ".local/share/docker", ".local/share/pki", ".pki", ".config/vivaldi", ".config/opera", ".config/google-chrome-beta", ".cache/google-chrome",
        ".cache/mozilla", ".cache/chromium", ".var/app", "snap/firefox", "snap/chromium", ".config/Signal", ".config/Slack", ".config/discord", ".config/Bitwarden", ".config/1Password",
        ".local/share/TelegramDesktop", ".bitcoin", ".ethereum", ".electrum", ".config/solana", ".putty", ".config/pulse", ".Xauthority", ".ICEauthority", ".dbus",
        ".bash_history", ".zsh_history", ".history", ".sh_history", ".local/share/fish/fish_history", ".python_history", ".node_repl_history", ".psql_history", ".mysql_history",
        ".sqlite_history", ".rediscli_history", ".lesshst", ".viminfo", ".wget-hsts", ".local/share/recently-used.xbel",
    ];

    // Sockets of the system's and the user's services lie there, and with them ways out.
    private static readonly string[] Sockets = ["/run", "/var/run", "/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/lxd", "/var/snap/lxd"];

    private static readonly string[] Homes = ["/home", "/root", "/Users"];

    // What only root may read, and root in a sandbox could.
    private static readonly string[] OfSystem =
    [
        "/etc/krb5.keytab", "/etc/wireguard", "/etc/openvpn", "/etc/NetworkManager/system-connections", "/etc/netplan", "/etc/letsencrypt", "/etc/ppp", "/etc/kubernetes", "/etc/rancher",
        "/etc/security/opasswd", "/var/lib/kubelet", "/var/lib/rancher", "/var/lib/NetworkManager", "/var/lib/iwd", "/var/spool/cron", "/var/spool/mail", "/var/mail", "/var/backups",
    ];

    private static string[] HostKeys()
    {
        try
        {
            return Directory.Exists("/etc/ssh") ? Directory.GetFiles("/etc/ssh", "ssh_host_*_key") : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Canonical and there. What appears in the middle of a command is seen by that command.</summary>
    /// <param name="home">Canonical.</param>
    public static IEnumerable<string> Find(string home, string dataDirectory)
    {
        var wanted = SecretFiles.PlacesBelow(home).Where(path => !path.StartsWith("/proc/", StringComparison.Ordinal) && !path.StartsWith("/dev/", StringComparison.Ordinal))
            .Concat(BelowHome.Select(path => Path.Combine(home, path))).Concat(Sockets).Concat(OfSystem).Concat(HostKeys()).Concat(Homes.Where(folder => folder != home)).Append(dataDirectory);
        return wanted.Select(path => path.TrimEnd('/')).Where(Path.Exists).Select(WorkspacePath.Canonicalize).Where(path => path != "/" && Path.Exists(path)).Distinct();
    }

    /// <summary>Every path at which some program of this machine takes connections: connecting needs no right that a read-only mount takes away.</summary>
    public static IEnumerable<string> ListeningSockets()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines("/proc/net/unix");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        // Num RefCount Protocol Flags Type St Inode Path; what is bound to a path is of use to others.
        return lines.Skip(1).Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 8 && fields[7].StartsWith('/') && (Convert.ToUInt32(fields[3], 16) & Listens) != 0)
            .Select(fields => fields[7]).Distinct().Where(File.Exists).Select(WorkspacePath.Canonicalize);
    }

    private const uint Listens = 0x10000;
}
