using System.Globalization;
using System.Net.WebSockets;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>
/// How a daemon ends and comes back: by signals, by kill -9 of host, Core or both. Processes are counted in /proc, outside the program.
/// </summary>
public sealed class DaemonEndTests
{
    // Forks twice, leaves its session, ignores every polite signal.
    private const string Stubborn =
        "trap '' TERM INT HUP; setsid sh -c 'trap \"\" TERM HUP; (sleep 64.2719 & sleep 64.2719) & sleep 64.2719' & nohup sleep 64.2719 >/dev/null 2>&1 & echo begun >> begun.txt; sleep 64.2719";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("serve", Signals.Term)]
    [InlineData("serve", Signals.Interrupt)]
    [InlineData("serve", Signals.Hangup)]
    [InlineData("serve --no-supervisor", Signals.Term)]
    [Requirement("FR3.3", "SIGTERM propagated")]
    [Requirement("FR3.3", "0 orphans")]
    [Requirement("FR3.A1", "exits within 2 s")]
    [Requirement("FR3.A1", "no process left")]
    [Requirement("FR3.A1", "children ended")]
    [Requirement("NFR-R1", "none left by the daemon")]
    [Requirement("NFR-R4", "within 2 s")]
    [Requirement("NFR-R4", "the daemon within 2 s")]
    public async Task A_signal_ends_everything_within_two_seconds_with_open_streams_and_a_stubborn_tool(string command, int signal)
    {
        await using var provider = await ProviderAsync();
        using var person = Person.At(provider);
        await using var served = await ServedPryx.StartAsync(person, command.Split(' '));
        using var stream = await OpenStreamAsync(served);
        using var socket = await OpenSocketAsync(served);
        await RunToolAsync(person, served);
        Assert.True(ServedPryx.ProcessesOf(person).Count > 4);

        var (exitCode, took) = await served.EndAsync(signal);

        Assert.Equal(0, exitCode);
        Assert.InRange(took.TotalSeconds, 0, 2);
        Assert.Empty(ServedPryx.ProcessesOf(person));
        Assert.False(File.Exists(served.PortFile));
        Assert.False(File.Exists(served.MetadataFile));
        Assert.Equal("begun\n", person.Home.Read("begun.txt"));
    }

    [Fact]
    [Requirement("FR3.2", "restart within 5 s")]
    [Requirement("NFR-R2", "host survives")]
    [Requirement("NFR-R3", "under 5 s")]
    [Requirement("T7.8", "restart")]
    public async Task Core_that_is_killed_takes_its_tools_along_and_is_there_again_with_the_same_data()
    {
        await using var provider = await ProviderAsync();
        using var person = Person.At(provider);
        await using var served = await ServedPryx.StartAsync(person);
        var session = await RunToolAsync(person, served);
        var (core, host) = (served.CorePid, served.Metadata().GetProperty("host_pid").GetInt32());

        var killed = TimeProvider.System.GetTimestamp();
        Kill(core);
        await Until.TrueAsync(() => !OtherProcesses.Exist("64.2719"), Cancellation, seconds: 1);
        await served.Process.WaitForOutputAsync("started again in 1 s", Cancellation);
        await served.WaitForNextCoreAsync(core);
        var took = TimeProvider.System.GetElapsedTime(killed);

        Assert.InRange(took.TotalSeconds, 1, 5);
        Assert.Equal(host, served.Metadata().GetProperty("host_pid").GetInt32());
        Assert.Equal(session, Assert.Single((await served.GetAsync("/api/v1/sessions")).GetProperty("sessions").EnumerateArray()).GetProperty("id").GetString());
        // The turn goes on by itself, and what had begun is not done again.
        await Until.TrueAsync(() => provider.ModelRequests.Count == 2, Cancellation);
        Assert.Contains("outcome is unknown", Assert.Single(provider.ModelRequests[1].Results).Text, StringComparison.Ordinal);
        Assert.Equal("begun\n", person.Home.Read("begun.txt"));
        Assert.Equal(0, ServedPryx.ZombiesOf(host));
        Assert.Equal(0, (await served.EndAsync(Signals.Term)).ExitCode);
        Assert.Empty(ServedPryx.ProcessesOf(person));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("FR3.A1", "no process left")]
    [Requirement("NFR-R1", "none left by the daemon")]
    public async Task Host_that_is_killed_takes_Core_and_every_tool_along(bool coreToo)
    {
        await using var provider = await ProviderAsync();
        using var person = Person.At(provider);
        await using var served = await ServedPryx.StartAsync(person);
        await RunToolAsync(person, served);
        var core = served.CorePid;

        served.Process.KillHard();
        if (coreToo)
        {
            Kill(core);
        }

        await Until.TrueAsync(() => ServedPryx.ProcessesOf(person).Count == 0, Cancellation, seconds: 2);
        // The next one is there at once, whatever the last has left behind.
        await using var next = await ServedPryx.StartAsync(person);
        Assert.NotEqual(core, next.CorePid);
        Assert.Equal(0, (await next.EndAsync(Signals.Term)).ExitCode);
    }

    [Theory]
    [InlineData("term")]
    [InlineData("core")]
    [InlineData("host")]
    [Requirement("NFR-R1", "none left by the daemon")]
    public async Task Where_there_are_no_PID_namespaces_nothing_is_left_either(string victim)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can hide a program.");
        await using var provider = await ProviderAsync();
        using var person = Person.At(provider);
        // In a mount namespace of its own, what makes namespaces does nothing.
        var hidden = $"exec unshare -m /bin/sh -c \"mount --bind /bin/false /usr/bin/unshare && {{ [ ! -e /usr/bin/bwrap ] || mount --bind /bin/false /usr/bin/bwrap; }} && exec '{Person.Executable}' serve\"";
        await using var served = await ServedPryx.OfAsync(person, await RunProcess.StartAsync("/bin/sh", ["-c", hidden], person.Setup(), Cancellation));
        await RunToolAsync(person, served);
        var core = served.CorePid;
        Assert.DoesNotContain(ServedPryx.ProcessesOf(person), process => process.Contains("pryx-init", StringComparison.Ordinal));

        switch (victim)
        {
            case "core":
                Kill(core);
                await Until.TrueAsync(() => !OtherProcesses.Exist("64.2719"), Cancellation, seconds: 2);
                await served.WaitForNextCoreAsync(core);
                await served.EndAsync(Signals.Term);
                break;
            case "host":
                served.Process.KillHard();
                break;
            default:
                await served.EndAsync(Signals.Term);
                break;
        }

        await Until.TrueAsync(() => ServedPryx.ProcessesOf(person).Count == 0, Cancellation, seconds: 2);
    }

    [Fact]
    [Requirement("FR3.A4", "delays 1 2 4 s")]
    public async Task Three_crashes_in_a_row_wait_one_two_and_four_seconds()
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);
        foreach (var seconds in (int[])[1, 2, 4])
        {
            var core = served.CorePid;
            var killed = TimeProvider.System.GetTimestamp();
            Kill(core);
            await served.Process.WaitForOutputAsync($"started again in {seconds} s", Cancellation);
            await served.WaitForNextCoreAsync(core);
            Assert.InRange(TimeProvider.System.GetElapsedTime(killed).TotalSeconds, seconds, seconds + 4);
        }
    }

    [Fact]
    public async Task Core_is_not_ended_by_the_thread_that_started_it()
    {
        // A parent-death signal goes with the thread that forked: what was started from a pool thread dies when the pool lets that go, after 20 s.
        await using var provider = await ProviderAsync();
        using var person = Person.At(provider);
        await using var served = await ServedPryx.StartAsync(person);
        var core = served.CorePid;

        var until = TimeProvider.System.GetUtcNow().AddSeconds(23);
        await Until.TrueAsync(() => TimeProvider.System.GetUtcNow() > until || !Directory.Exists($"/proc/{core}"), Cancellation, seconds: 30);

        Assert.True(Directory.Exists($"/proc/{core}"));
        Assert.Equal(core, served.CorePid);
        Assert.Equal("", served.Process.Stderr);
    }

    [Fact]
    public async Task Host_that_is_killed_lets_Core_end_in_order()
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);

        served.Process.KillHard();

        await Until.TrueAsync(() => ServedPryx.ProcessesOf(person).Count == 0, Cancellation, seconds: 2);
        Assert.False(File.Exists(served.PortFile));
        Assert.False(File.Exists(served.MetadataFile));
    }

    [Fact]
    public async Task Core_that_is_asked_to_end_by_itself_ends_the_host_too()
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);

        Posix(served.CorePid, Signals.Term);

        Assert.Equal(0, (await served.Process.WaitAsync(Cancellation)).ExitCode);
        Assert.Empty(ServedPryx.ProcessesOf(person));
    }

    [Fact]
    public async Task A_terminals_Ctrl_C_which_both_get_is_one_orderly_end()
    {
        using var person = new Person();
        await using var terminal = person.Terminal("serve");
        await terminal.WaitForTextAsync("Pryx is ready at", Cancellation);

        terminal.SendKeys("\x03");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "runtime.port")));
        Assert.Empty(ServedPryx.ProcessesOf(person));
    }

    private static Task<FakeProvider> ProviderAsync() => FakeProvider.StartAsync(FakeScripts.BySteps(
        Calls(("shell_exec", $$"""{"command":{{System.Text.Json.JsonSerializer.Serialize(Stubborn)}}}""")), Says("I will look before I repeat it.")), Cancellation);

    private static async Task<string> RunToolAsync(Person person, ServedPryx served)
    {
        var session = await served.BeginAsync("go");
        await Until.TrueAsync(() => person.Home.Exists("begun.txt") && OtherProcesses.Exist("64.2719"), Cancellation);
        return session;
    }

    private static async Task<Stream> OpenStreamAsync(ServedPryx served)
    {
        var stream = await served.Http.GetStreamAsync("/api/v1/events/stream", Cancellation);
        Assert.True(await stream.ReadAsync(new byte[1], Cancellation) == 1);
        return stream;
    }

    private static async Task<ClientWebSocket> OpenSocketAsync(ServedPryx served)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {served.Token}");
        await socket.ConnectAsync(new UriBuilder(served.Url) { Scheme = "ws", Path = "/ws" }.Uri, Cancellation);
        return socket;
    }

    private static void Kill(int pid) => Posix(pid, 9);

    private static void Posix(int pid, int signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [string.Create(CultureInfo.InvariantCulture, $"-{signal}"), pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
