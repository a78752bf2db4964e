using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>A session bus with a real Secret Service on it, of this test alone: gnome-keyring below the test's own home.</summary>
internal sealed class PrivateKeyring : IAsyncDisposable
{
    private static readonly string[] Programs = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin"];
    private readonly RunProcess _bus;

    private PrivateKeyring(RunProcess bus, string address) => (_bus, Address) = (bus, address);

    /// <summary>What DBUS_SESSION_BUS_ADDRESS is to be.</summary>
    public string Address { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="unlocks">False: a bus on which nobody keeps secrets.</param>
    public static async Task<PrivateKeyring> StartAsync(TempHome home, bool unlocks = true)
    {
        var missing = Programs.FirstOrDefault(static program => !IsInstalled(program));
        Assert.SkipWhen(missing is not null, $"{missing} is not installed. Debian and Ubuntu: apt install dbus gnome-keyring libsecret-1-0 libsecret-tools");
        // The daemon of this bus alone; its own words tell when it has an unlocked collection.
        var script = unlocks
            ? "printf 'pw' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; printf 'bus=%s\\n' \"$DBUS_SESSION_BUS_ADDRESS\"; exec sleep 300"
            : "printf 'bus=%s\\n' \"$DBUS_SESSION_BUS_ADDRESS\"; exec sleep 300";
        var runtime = Directory.CreateDirectory(Path.Combine(home.Root, "run")).FullName;
        var environment = new Dictionary<string, string?>(home.Environment, StringComparer.Ordinal)
        {
            ["XDG_RUNTIME_DIR"] = runtime, ["XDG_DATA_HOME"] = Path.Combine(home.Home, ".local", "share"), ["DISPLAY"] = null, ["WAYLAND_DISPLAY"] = null,
        };
        Directory.CreateDirectory(Path.Combine(home.Home, ".local", "share", "keyrings"));
        // Activation by name would find the machine's own service files: this bus has none.
        var config = Path.Combine(home.Root, "bus.conf");
        await File.WriteAllTextAsync(config, $"""
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><type>session</type><listen>unix:dir={runtime}</listen><auth>EXTERNAL</auth>
            <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
            """, Cancellation);
        var bus = await RunProcess.StartAsync("dbus-run-session", ["--config-file", config, "--", "/bin/sh", "-c", script], new() { Environment = environment }, Cancellation);
        var address = "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (address.Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
            address = bus.Stdout.Split('\n').SkipLast(1).FirstOrDefault(line => line.StartsWith("bus=", StringComparison.Ordinal))?["bus=".Length..] ?? "";
        }
        return new(bus, address);
    }

    /// <summary>What another program finds there, by the name of the entry.</summary>
    public async Task<string> LookUpAsync(string name)
    {
        var found = await RunProcess.RunAsync("secret-tool", ["lookup", "name", name], new() { Environment = new Dictionary<string, string?> { ["DBUS_SESSION_BUS_ADDRESS"] = Address } }, Cancellation);
        return found.Stdout.Trim();
    }

    public async ValueTask DisposeAsync() => await _bus.DisposeAsync();

    private static bool IsInstalled(string program) =>
        OperatingSystem.IsLinux() && Folders.Any(folder => File.Exists(Path.Combine(folder, program)));
}
