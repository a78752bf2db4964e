using System.Text;

namespace Pryx.Host.Service;

/// <summary>What a service needs to know of this machine.</summary>
/// <param name="Executable">Absolute, as it is installed.</param>
/// <param name="Home">The user's.</param>
/// <param name="Data">Pryx's own folder.</param>
/// <param name="User">Under whose name a system-wide service runs; null for the user's own.</param>
internal sealed record ServicePlan(string Executable, string Home, string Data, string? User)
{
    /// <summary>PRYX_DATA_DIR was set to another folder than the usual one.</summary>
    public bool HasOwnData => Data != Path.Combine(Home, ".pryx");
}

/// <summary>The definitions as text; pure, so that they can be looked at and checked without being installed.</summary>
internal static class ServiceUnit
{
    public const string SystemdName = "pryx.service";
    public const string LaunchdLabel = "com.pryx.runtime";
    public const string WindowsTask = "Pryx";

    /// <summary>For systemd. It is told when Pryx is ready, and starts it anew when the host says nothing for a minute.</summary>
    public static string Systemd(ServicePlan plan)
    {
        var unit = new StringBuilder($"""
            # Written by: pryx install-service
            [Unit]
            Description=Pryx, a local-first agent gateway
            Documentation=man:pryx(1)
            After=network.target
            StartLimitIntervalSec=300
            StartLimitBurst=10

            [Service]
            Type=notify
            NotifyAccess=main
            WatchdogSec=60
            ExecStart={Quoted(plan.Executable)} serve --headless
            Restart=always
            RestartSec=5
            # A command line that can not be read is not mended by being tried again.
            RestartPreventExitStatus=2
            TimeoutStartSec=60
            TimeoutStopSec=15
            KillMode=mixed
            WorkingDirectory={(plan.User is null ? "%h" : Quoted(plan.Home))}
            UMask=0077
            StandardOutput=journal
            StandardError=journal
            # Programs that tools start need namespaces of their own (bubblewrap), so user namespaces stay allowed, and the home
            # stays writable: it is where the user's folders are. What no tool and no part of Pryx needs is taken away.
            NoNewPrivileges=yes
            LockPersonality=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            SystemCallArchitectures=native

            """);
        if (plan.HasOwnData)
        {
            unit.Append($"Environment={Quoted($"PRYX_DATA_DIR={plan.Data}")}\n");
        }
        if (plan.User is { } user)
        {
            unit.Append($"""
                User={user}
                Environment={Quoted($"HOME={plan.Home}")}
                ProtectSystem=full
                ProtectKernelModules=yes
                ProtectKernelLogs=yes
                ProtectClock=yes
                ProtectHostname=yes
                PrivateDevices=yes
                RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
                CapabilityBoundingSet=
                AmbientCapabilities=

                """);
        }
        unit.Append($"\n[Install]\nWantedBy={(plan.User is null ? "default.target" : "multi-user.target")}\n");
        return unit.ToString();
    }

    /// <summary>For launchd: started at login, and again whenever it ends otherwise than in order.</summary>
    public static string Launchd(ServicePlan plan) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
            <key>Label</key>
            <string>{LaunchdLabel}</string>
            <key>ProgramArguments</key>
            <array>
                <string>{Xml(plan.Executable)}</string>
                <string>serve</string>
                <string>--headless</string>
            </array>
            <key>EnvironmentVariables</key>
            <dict>
                <key>HOME</key>
                <string>{Xml(plan.Home)}</string>
                <key>PRYX_DATA_DIR</key>
                <string>{Xml(plan.Data)}</string>
            </dict>
            <key>WorkingDirectory</key>
            <string>{Xml(plan.Home)}</string>
            <key>RunAtLoad</key>
            <true/>
            <key>KeepAlive</key>
            <dict>
                <key>SuccessfulExit</key>
                <false/>
            </dict>
            <key>ThrottleInterval</key>
            <integer>5</integer>
            <key>Umask</key>
            <integer>63</integer>
            <key>StandardOutPath</key>
            <string>{Xml(Path.Combine(plan.Data, "logs", "service.log"))}</string>
            <key>StandardErrorPath</key>
            <string>{Xml(Path.Combine(plan.Data, "logs", "service.log"))}</string>
        </dict>
        </plist>

        """;

    // systemd's own quoting: % begins a specifier, $ a variable.
    private static string Quoted(string text)
    {
        var escaped = text.Replace("%", "%%", StringComparison.Ordinal);
        return escaped.Any(static letter => char.IsWhiteSpace(letter) || letter is '"' or '\'' or '\\' or '$')
            ? $"\"{escaped.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal)}\"" : escaped;
    }

    private static string Xml(string text) => System.Security.SecurityElement.Escape(text);
}
