using Pryx.Agent.Tools;
using Pryx.Core.Network;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Browser;

/// <summary>What every browser is started with.</summary>
/// <param name="Program">Null: none is installed.</param>
/// <param name="Folder">A private one of ours, for profiles and sockets; its path is short.</param>
/// <param name="Environment">As children get it.</param>
public sealed record BrowserOptions(string? Program, ProcessSpawner Spawner, SandboxProfiles Profiles, string Folder, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Which addresses may be reached; for tests.</summary>
    public SandboxNetworkOptions Network { get; init; } = new();
}

/// <summary>
/// One running browser with a profile of its own, that is gone with it. It reaches only the hosts that were opened for it: its only way out
/// is our judging proxy.
/// </summary>
public sealed class BrowserInstance : IAsyncDisposable
{
    // Chrome asks there for itself, whatever the page; it gets no answer, and no page works the better for one.
    private static readonly string[] OwnErrands =
        ["update.googleapis.com", "clients2.google.com", "accounts.google.com", "content-autofill.googleapis.com", "optimizationguide-pa.googleapis.com", "safebrowsing.googleapis.com", "redirector.gvt1.com", "android.clients.google.com"];

    private readonly RunningProcess _process;
    private readonly SandboxProxy _proxy;
    private readonly ProxyPort? _port;
    private readonly string _profile;
    private readonly HostList _hosts;

    private BrowserInstance(RunningProcess process, SandboxProxy proxy, ProxyPort? port, string profile, HostList hosts)
    {
        (_process, _proxy, _port, _profile, _hosts) = (process, proxy, port, profile, hosts);
        Tools = new(process.StandardInput!, process.StandardOutput);
        // Chatter of the browser; unread it would fill the pipe and hold it up.
        _ = DrainAsync(process.StandardError);
    }

    public DevTools Tools { get; }

    /// <summary>Where the browser puts what it downloads; only for whoever takes it from there.</summary>
    public string Downloads => Path.Combine(_profile, "downloads");

    public bool HasEnded => _process.Exited.IsCompleted;

    /// <summary>From here on the hosts may be reached.</summary>
    public void Open(IEnumerable<string> hosts) => _hosts.Add(hosts);

    /// <summary>Hosts that were refused since the last call.</summary>
    public IReadOnlyList<string> TakeRefused()
    {
        var all = _proxy.Refused;
        var fresh = all.Skip(_hosts.Told).Distinct().Except(OwnErrands).ToList();
        _hosts.Told = all.Count;
        return fresh;
    }

    /// <exception cref="BrowserException">None is installed, it can not be confined here, or it does not start.</exception>
    public static async Task<BrowserInstance> StartAsync(BrowserOptions options, CancellationToken cancellationToken)
    {
        var program = options.Program ?? throw new BrowserException($"No browser is installed. Tell the user to {BrowserProgram.HowToGet}.");
        var state = await options.Spawner.SandboxStateAsync();
        var isInside = state is { Level: SandboxLevel.Bubblewrap, HasProxy: true };
        if (!isInside && Environment.IsPrivilegedProcess)
        {
            throw new BrowserException($"A browser is not run as root without a sandbox around it. {(state.HowToRaise is { } how ? $"To get one: {how}" : "Run Pryx as an ordinary user.")}");
        }
        var id = Guid.NewGuid().ToString("N")[..8];
        var profile = Path.Combine(options.Folder, $"browser-{id}");
        Directory.CreateDirectory(options.Folder);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(profile);
        }
        else
        {
            Directory.CreateDirectory(profile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        Directory.CreateDirectory(Path.Combine(profile, "downloads"));
        var hosts = new HostList();
        var proxy = SandboxProxy.Start(Path.Combine(options.Folder, id + ".sock"), SandboxMode.WithHosts([], hosts.MayReachAsync), options.Network with { ForgetsRefusals = true });
        var port = isInside ? null : new ProxyPort(proxy.SocketPath);
        try
        {
            // The browser speaks on descriptors 3 and 4; ours to it are 0 and 1.
            List<string> words = ["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >&2", program, .. Arguments(profile, port?.Url ?? LoopbackForwarder.Url, isInside)];
            var process = await options.Spawner.StartAsync(new SpawnRequest("/bin/sh", words)
            {
                WorkingDirectory = profile,
                Environment = new Dictionary<string, string>(options.Environment) { ["HOME"] = profile, ["TMPDIR"] = "/tmp" },
                Sandbox = isInside ? options.Profiles.For(profile, null, null, NetworkAccess.Proxy) with { ProxySocket = proxy.SocketPath } : null,
                KeepsInput = true,
            }, cancellationToken);
            return new(process, proxy, port, profile, hosts);
        }
        catch (Exception e)
        {
            if (port is not null)
            {
                await port.DisposeAsync();
            }
            await proxy.DisposeAsync();
            Directory.Delete(profile, recursive: true);
            throw e is SpawnException ? new BrowserException($"The browser {program} can not be started: {e.Message}", e) : e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await Tools.DisposeAsync();
        if (_port is not null)
        {
            await _port.DisposeAsync();
        }
        await _proxy.DisposeAsync();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A last process of it still writes there; what is left is in our own folder.
        }
    }

    private static IEnumerable<string> Arguments(string profile, string proxy, bool isInside) =>
    [
        "--headless=new", "--remote-debugging-pipe", $"--user-data-dir={profile}", $"--proxy-server={proxy}",
        // Also for this machine's own services: they are judged as every other host.
        "--proxy-bypass-list=<-loopback>",
        "--disable-quic", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--dns-prefetch-disable",
        "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-sync", "--disable-component-update", "--disable-domain-reliability", "--disable-client-side-phishing-detection",
        "--disable-default-apps", "--disable-extensions", "--disable-breakpad", "--metrics-recording-only", "--password-store=basic", "--use-mock-keychain", "--mute-audio", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,AutofillServerCommunication", "--window-size=1280,900",
        // Inside our sandbox there are no namespaces left for its own.
        .. isInside ? (string[])["--no-sandbox"] : [],
        "about:blank",
    ];

    private static async Task DrainAsync(Stream stream)
    {
        var buffer = new byte[8 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // Of interest to nobody.
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private sealed class HostList
    {
        private volatile HostGrants _grants = new([]);
        private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

        public int Told { get; set; }

        public void Add(IEnumerable<string> hosts)
        {
            lock (_names)
            {
                _names.UnionWith(hosts);
                _grants = new HostGrants(_names);
            }
        }

        public Task<bool> MayReachAsync(HostRequest host, CancellationToken cancellationToken) => Task.FromResult(_grants.Cover(host.Target));
    }
}
