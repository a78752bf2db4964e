namespace Pryx.Core.Sandbox;

/// <summary>What of a child's environment still makes sense inside: addresses of agents and displays lead nowhere there, and proxies are the sandbox's own.</summary>
internal static class SandboxEnvironment
{
    private static readonly string[] LeadsOutside =
    [
        "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "DOCKER_HOST", "CONTAINER_HOST", "XDG_RUNTIME_DIR",
        "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "ICEAUTHORITY", "SESSION_MANAGER", "VSCODE_IPC_HOOK_CLI", "TMUX", "STY", "WINDOWID", "PULSE_SERVER", "SYSTEMD_EXEC_PID", "NOTIFY_SOCKET",
    ];

    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY"];

    // Their usual places are in the home folder, where nothing may be written: npm and Go end with an error there. What one session fetches is no other's.
    private static readonly (string Variable, string Folder)[] Caches =
        [("npm_config_cache", "npm"), ("PIP_CACHE_DIR", "pip"), ("UV_CACHE_DIR", "uv"), ("YARN_CACHE_FOLDER", "yarn"), ("GOCACHE", "go-build"), ("CCACHE_DIR", "ccache")];

    public static Dictionary<string, string> Build(IReadOnlyDictionary<string, string> wanted, SandboxProfile profile)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in wanted)
        {
            var isProxy = Proxies.Contains(name, StringComparer.OrdinalIgnoreCase);
            if (!LeadsOutside.Contains(name) && (!isProxy || profile.Network == NetworkAccess.Full) && name.Length > 0 && !name.Contains('=', StringComparison.Ordinal))
            {
                result[name] = value;
            }
        }
        if (result.ContainsKey("TMPDIR"))
        {
            result["TMPDIR"] = "/tmp";
        }
        if (OperatingSystem.IsLinux())
        {
            PutCaches(result, "/tmp");
        }
        if (profile.Network == NetworkAccess.Proxy)
        {
            foreach (var name in (ReadOnlySpan<string>)["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
            {
                // Half of the programs read the one spelling, half the other.
                result[name] = result[name.ToLowerInvariant()] = LoopbackForwarder.Url;
            }
            result["NO_PROXY"] = result["no_proxy"] = "localhost,127.0.0.1,::1";
            // Node reads none of them by itself before it is told to.
            result["NODE_USE_ENV_PROXY"] = "1";
        }
        return result;
    }

    /// <summary>Caches of package managers go below the command's own temporary folder, unless the user has said where.</summary>
    public static void PutCaches(Dictionary<string, string> environment, string temporaryFolder)
    {
        foreach (var (variable, folder) in Caches)
        {
            var isSaid = environment.Keys.Any(name => name.Equals(variable, StringComparison.OrdinalIgnoreCase));
            if (!isSaid || environment.GetValueOrDefault(variable) == $"/tmp/.cache/{folder}")
            {
                environment[variable] = $"{temporaryFolder}/.cache/{folder}";
            }
        }
    }
}
