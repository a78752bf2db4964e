using System.Net.Sockets;
using System.Text;
using Pryx.Host.Service;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>Pryx as a service: what systemd reads, what it is asked to do, and what it is told.</summary>
public sealed class ServiceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "/home/alice/.pryx")]
    [InlineData(null, "/srv/pryx data/100%")]
    [InlineData("root", "/root/.pryx")]
    public async Task Systemd_understands_every_line_of_the_unit(string? user, string data)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed: apt-get install systemd");
        using var home = new TempHome();
        var unit = Path.Combine(home.Root, "pryx.service");
        await File.WriteAllTextAsync(unit, ServiceUnit.Systemd(new("/bin/true", user is null ? "/home/alice" : "/root", data, user)), Cancellation);

        var result = await RunProcess.RunAsync("/usr/bin/systemd-analyze", ["verify", "--man=no", unit], new(), Cancellation);

        Assert.Equal((0, ""), (result.ExitCode, string.Join('\n', result.Stderr.Split('\n').Where(static line => line.Contains("pryx", StringComparison.Ordinal)))));
    }

    [Fact]
    [Requirement("FR7.6", "launchd")]
    public void The_plist_is_XML_with_what_launchd_needs()
    {
        var plist = System.Xml.Linq.XDocument.Parse(ServiceUnit.Launchd(new("/Users/a & b/.local/bin/pryx", "/Users/a & b", "/Users/a & b/.pryx", null)));

        var keys = plist.Descendants("key").Select(static key => key.Value).ToList();
        Assert.Superset(new HashSet<string> { "Label", "ProgramArguments", "RunAtLoad", "KeepAlive", "StandardErrorPath" }, keys.ToHashSet());
        Assert.Equal(["/Users/a & b/.local/bin/pryx", "serve", "--headless"], plist.Descendants("array").Single().Elements("string").Select(static word => word.Value));
    }

    [Fact]
    [Requirement("CLI3", "install")]
    [Requirement("CLI3", "uninstall")]
    [Requirement("FR7.6", "systemd")]
    public async Task Systemd_is_asked_to_run_it_and_to_run_it_no_longer()
    {
        using var person = new Person();
        var calls = await FakeSystemctlAsync(person);
        var unit = Path.Combine(person.Home.Home, ".config", "systemd", "user", "pryx.service");

        var installed = await person.PryxAsync("install-service");
        var text = await File.ReadAllTextAsync(unit, Cancellation);
        var again = await person.PryxAsync("install-service", "--no-start");
        var removed = await person.PryxAsync("uninstall-service");
        var none = await person.PryxAsync("uninstall-service");

        Assert.Equal((0, 0, 0, 0), (installed.ExitCode, again.ExitCode, removed.ExitCode, none.ExitCode));
        Assert.Contains("ExecStart=" + Path.Combine(Path.GetDirectoryName(Person.Executable)!, "pryx") + " serve --headless", text, StringComparison.Ordinal);
        Assert.Contains("Type=notify", text, StringComparison.Ordinal);
        Assert.False(File.Exists(unit));
        Assert.Contains("not installed", none.Stdout, StringComparison.Ordinal);
        Assert.Equal(["--user --version", "--user daemon-reload", "--user enable --now pryx.service", "--user --version", "--user daemon-reload", "--user enable pryx.service", "--user disable --now pryx.service", "--user daemon-reload"],
            await File.ReadAllLinesAsync(calls, Cancellation));
    }

    [Fact]
    public async Task Where_nothing_runs_services_it_says_so_and_what_to_do()
    {
        using var person = new Person();
        person.Variables["PATH"] = person.Home.Root;

        var result = await person.PryxAsync("install-service");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no systemctl", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("Next: start it yourself: pryx serve", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("serve --no-supervisor")]
    public async Task Systemd_hears_when_it_is_ready_that_it_lives_and_when_it_ends(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is a thing of Linux.");
        using var person = new Person();
        var address = Path.Combine(person.Home.Root, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(address));
        person.Variables["NOTIFY_SOCKET"] = address;
        person.Variables["WATCHDOG_USEC"] = "200000";
        await using var served = await person.StartAsync([.. command.Split(' '), "--port", "0"]);

        Assert.StartsWith("READY=1", await ReceiveAsync(socket), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(person.Home.Data, "runtime.port")));
        Assert.Equal("WATCHDOG=1", await ReceiveAsync(socket));
        Assert.Equal("WATCHDOG=1", await ReceiveAsync(socket));
        served.Signal(15);
        var end = await served.WaitAsync(Cancellation);

        Assert.Equal(0, end.ExitCode);
        if (command == "serve")
        {
            string last;
            do
            {
                last = await ReceiveAsync(socket);
            }
            while (last == "WATCHDOG=1");
            Assert.Equal("STOPPING=1", last);
        }
    }

    [Fact]
    public async Task A_tool_does_not_inherit_what_systemd_is_told_through()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is a thing of Linux.");
        using var person = new Person();
        person.Variables["NOTIFY_SOCKET"] = Path.Combine(person.Home.Root, "nobody-listens");
        await using var served = await ServedPryx.StartAsync(person);

        var environment = await File.ReadAllTextAsync($"/proc/{served.CorePid}/environ", Cancellation);

        Assert.DoesNotContain("NOTIFY_SOCKET", environment, StringComparison.Ordinal);
        Assert.Equal(0, (await served.EndAsync(15)).ExitCode);
    }

    /// <summary>Writes down what it is asked, and agrees.</summary>
    internal static async Task<string> FakeSystemctlAsync(Person person)
    {
        var folder = Directory.CreateDirectory(Path.Combine(person.Home.Root, "bin")).FullName;
        var calls = Path.Combine(person.Home.Root, "calls");
        var program = Path.Combine(folder, "systemctl");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho \"$*\" >>'{calls}'\n", Cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        person.Variables["PATH"] = $"{folder}:{Environment.GetEnvironmentVariables()["PATH"]}";
        person.Variables["XDG_CONFIG_HOME"] = null;
        return calls;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[256];
        var count = await socket.ReceiveAsync(buffer, Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
