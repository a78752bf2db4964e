namespace Pryx.Agent.Policy;

/// <summary>Files that hold secrets, by where they are (denied) or by what they are called (asked). Tools that walk folders skip both.</summary>
public sealed class SecretFiles
{
    /// <summary>Below the home folder; a trailing slash means the whole folder.</summary>
    private static readonly string[] BelowHome =
    [
        ".ssh/", ".gnupg/", ".aws/", ".azure/", ".config/gcloud/", ".config/gh/", ".config/op/", ".kube/config", ".docker/config.json",
        ".netrc", "_netrc", ".git-credentials", ".config/git/credentials", ".npmrc", ".pypirc", ".cargo/credentials", ".cargo/credentials.toml",
        ".password-store/", ".local/share/keyrings/", ".local/share/kwalletd/", ".mozilla/", ".config/google-chrome/", ".config/chromium/",
        ".config/BraveSoftware/", ".config/microsoft-edge/", ".thunderbird/", "Library/Keychains/", "Library/Cookies/",
        "Library/Application Support/Google/Chrome/", "Library/Application Support/Firefox/", ".claude/.credentials.json", ".codex/auth.json",
        ".gemini/oauth_creds.json", ".pgpass", ".my.cnf", ".vault-token", ".terraform.d/credentials.tfrc.json",
    ];

    private static readonly string[] Absolute =
    [
        "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d/", "/etc/ssl/private/",
        "/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore", "/proc/kmem", "/var/lib/sss/", "/run/secrets/",
    ];

    private static readonly string[] ProcessFiles = ["/environ", "/mem", "/auxv"];

    private readonly string _dataDirectory;
    private readonly string _home;
    private readonly string[] _secrets;
    private readonly IReadOnlyList<string> _readable;

    public SecretFiles(PolicyScope scope)
    {
        _dataDirectory = scope.DataDirectory;
        _home = scope.Home.TrimEnd('/');
        _readable = scope.ReadableRoots;
        _secrets = [.. BelowHome.Select(path => $"{_home}/{path}"), .. Absolute];
    }

    /// <summary>Where secrets lie on this machine; a trailing slash means the whole folder. Absolute, whether there or not.</summary>
    public static IEnumerable<string> PlacesBelow(string home) => [.. BelowHome.Select(path => $"{home.TrimEnd('/')}/{path}"), .. Absolute];

    /// <summary>True for a name such as <c>.env</c> or <c>server.key</c> anywhere: reading it is asked, also inside the workspace.</summary>
    public static bool IsSecretName(ReadOnlySpan<char> path)
    {
        var name = Path.GetFileName(path);
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        if (name.Equals(".env", Ignore) || name.StartsWith(".env.", Ignore))
        {
            return !(name.EndsWith(".example", Ignore) || name.EndsWith(".sample", Ignore) || name.EndsWith(".template", Ignore) || name.EndsWith(".dist", Ignore));
        }
        return name.EndsWith(".pem", Ignore) || name.EndsWith(".key", Ignore) || name.EndsWith(".pfx", Ignore) || name.EndsWith(".p12", Ignore)
            || name.EndsWith(".jks", Ignore) || name.EndsWith(".keystore", Ignore) || name.EndsWith(".kdbx", Ignore)
            || (name.StartsWith("id_", Ignore) && !name.Contains('.') && IsKeyName(name));
    }

    /// <summary>What the path would give away, as the end of "it holds …"; null when nothing of that kind is known of it.</summary>
    /// <param name="path">Canonical, or at least absolute and without dots.</param>
    public string? Why(ReadOnlySpan<char> path, bool isWrite)
    {
        // The stricter comparison everywhere: a second spelling must not open the door.
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        if (PathText.IsWithin(path, _dataDirectory, Ignore))
        {
            return !isWrite && IsReadable(path) ? null : "Pryx's own data and keys";
        }
        if (path.StartsWith("/proc/", Ignore))
        {
            foreach (var file in ProcessFiles)
            {
                if (path.EndsWith(file, Ignore))
                {
                    return "another process's memory or environment";
                }
            }
        }
        foreach (var secret in _secrets)
        {
            var isInside = secret.EndsWith('/') ? PathText.IsWithin(path, secret.AsSpan()[..^1], Ignore) : path.Equals(secret, Ignore);
            if (isInside && !IsPublicKeyFile(path, isWrite))
            {
                return "credentials";
            }
        }
        // Other people's homes too.
        return path.Contains("/.ssh/", Ignore) && !IsPublicKeyFile(path, isWrite) ? "SSH keys" : null;
    }

    public bool IsReadable(ReadOnlySpan<char> path)
    {
        foreach (var root in _readable)
        {
            if (PathText.IsWithin(path, root, PathText.Comparison))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsPublicKeyFile(ReadOnlySpan<char> path, bool isWrite) => !isWrite && path.Contains("/.ssh", StringComparison.OrdinalIgnoreCase)
        && Path.GetFileName(path) is var name && (name.EndsWith(".pub", StringComparison.Ordinal) || name is "known_hosts" or "config");

    private static bool IsKeyName(ReadOnlySpan<char> name) => name is "id_rsa" or "id_dsa" or "id_ecdsa" or "id_ed25519" or "id_ecdsa_sk" or "id_ed25519_sk";
}
