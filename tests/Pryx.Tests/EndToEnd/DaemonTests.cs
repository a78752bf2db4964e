using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary><c>pryx serve</c> and <c>pryx-core</c> as whoever starts them sees them: ready, found, refused, under each name.</summary>
public sealed class DaemonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("FR3.1", "core within 3 s")]
    [Requirement("FR3.4", "port from stdout")]
    [Requirement("FR3.4", "port from metadata")]
    [Requirement("FR3.4", "within 1 s")]
    [Requirement("T6.0", "health")]
    [Requirement("NFR-P3", "under 2 s")]
    public async Task Ready_line_port_file_and_metadata_agree_once_Core_answers()
    {
        using var person = new Person();
        var started = TimeProvider.System.GetTimestamp();
        await using var served = await ServedPryx.StartAsync(person);
        var took = TimeProvider.System.GetElapsedTime(started);

        // Nothing is waited for from here on: who has the line has the rest.
        var port = await File.ReadAllBytesAsync(served.PortFile, Cancellation);
        var metadata = served.Metadata();
        Assert.InRange(took.TotalSeconds, 0, 2);
        Assert.Equal(served.Url.Port.ToString(CultureInfo.InvariantCulture), Encoding.ASCII.GetString(port));
        Assert.Equal($"Pryx is ready at http://127.0.0.1:{served.Url.Port}\n", served.Process.Stdout);
        Assert.Equal(served.Url.Port, metadata.GetProperty("port").GetInt32());
        Assert.Equal(served.Process.Pid, metadata.GetProperty("host_pid").GetInt32());
        Assert.True(Directory.Exists($"/proc/{served.CorePid}"));
        Assert.NotEqual(served.Process.Pid, served.CorePid);
        Assert.Matches(@"^\d+\.\d+\.\d+", metadata.GetProperty("version").GetString());
        Assert.InRange(metadata.GetProperty("started_at").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
        Assert.Equal("ok", (await served.GetAsync("/health")).GetProperty("status").GetString());
        Assert.NotEmpty(served.Token);
        Assert.Equal("", served.Process.Stderr);

        Assert.Equal(0, (await served.EndAsync(Signals.Term)).ExitCode);
        Assert.False(File.Exists(served.PortFile));
        Assert.False(File.Exists(served.MetadataFile));
        Assert.NotEmpty(served.Token);
    }

    [Fact]
    public async Task The_host_loads_neither_the_server_nor_the_store()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc");
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);

        var host = await File.ReadAllTextAsync($"/proc/{served.Process.Pid}/maps", Cancellation);
        var core = await File.ReadAllTextAsync($"/proc/{served.CorePid}/maps", Cancellation);

        foreach (var library in (string[])["Kestrel", "sqlite", "Pryx.Core.dll", "System.CommandLine.dll"])
        {
            Assert.DoesNotContain(library, host, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(library, core, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    [Requirement("T7.3", "message")]
    [Requirement("T7.3", "alternative")]
    public async Task A_port_in_use_is_said_once_with_a_way_on_and_not_tried_again()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var person = new Person();

        var run = await person.PryxAsync("serve", "--port", port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal((1, ""), (run.ExitCode, run.Stdout));
        Assert.Contains($"Port {port} is in use", run.Stderr, StringComparison.Ordinal);
        Assert.Contains(":0", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("started again", run.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "runtime.port")));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("serve", "--no-supervisor")]
    public async Task A_second_daemon_on_the_same_data_names_the_first_and_leaves_it_alone(params string[] arguments)
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);

        var second = await person.PryxAsync(arguments);

        Assert.Equal((1, ""), (second.ExitCode, second.Stdout));
        Assert.Contains($"already running at {served.Url.ToString().TrimEnd('/')} (pid {served.CorePid})", second.Stderr, StringComparison.Ordinal);
        Assert.Equal("ok", (await served.GetAsync("/health")).GetProperty("status").GetString());
        Assert.True(File.Exists(served.PortFile));
    }

    [Fact]
    [Requirement("T7.7", "hint")]
    public async Task Files_of_a_daemon_that_was_killed_are_not_believed_and_are_replaced()
    {
        using var person = new Person();
        Directory.CreateDirectory(person.Home.Data);
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "runtime.port"), "1", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "metadata.json"), """{"url":"http://127.0.0.1:1","port":1,"pid":1,"version":"0.0.0","started_at":"2020-01-01T00:00:00+00:00"}""", Cancellation);

        // A command does its own work instead of failing.
        Assert.Equal(0, (await person.PryxAsync("session", "list")).ExitCode);
        await using var served = await ServedPryx.StartAsync(person);

        Assert.NotEqual(1, served.Url.Port);
        Assert.Equal(served.Url.Port, served.Metadata().GetProperty("port").GetInt32());
        Assert.NotEqual(1, served.CorePid);
        File.Delete(served.PortFile);
        // Without the port file nobody finds it; whoever starts another is told where it is.
        Assert.Contains($"already running at {served.Url.ToString().TrimEnd('/')}", (await person.PryxAsync("serve")).Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Core_alone_answers_to_its_own_name_and_so_does_every_command()
    {
        using var person = new Person();
        var alone = await person.ShellAsync($"'{Person.Executable}-core' --version; '{Person.Executable}-core' session list; '{Person.Executable}-core' nonsense; echo $?");

        Assert.Matches(@"^pryx-core \d+\.\d+\.\d+", alone.Stdout);
        Assert.Contains("No sessions yet", alone.Stdout, StringComparison.Ordinal);
        Assert.EndsWith("2\n", alone.Stdout, StringComparison.Ordinal);
        Assert.Contains("Unknown command: nonsense", alone.Stderr, StringComparison.Ordinal);
        Assert.Contains("Usage: pryx-core ", alone.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--headless")]
    [InlineData("serve --headless")]
    [InlineData("--listen :0")]
    public async Task Core_alone_is_the_daemon_without_a_host(string arguments)
    {
        using var person = new Person();
        var setup = await RunProcess.StartAsync("/bin/sh", ["-c", $"exec '{Person.Executable}-core' {arguments}"], person.Setup(), Cancellation);
        await using (setup)
        {
            await setup.WaitForOutputAsync("Pryx is ready at ", Cancellation);
            var metadata = await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "metadata.json"), Cancellation);
            Assert.Contains($"\"pid\":{setup.Pid}", metadata, StringComparison.Ordinal);
            Assert.DoesNotContain("host_pid", metadata, StringComparison.Ordinal);
            setup.Signal(Signals.Interrupt);
            Assert.Equal(0, (await setup.WaitAsync(Cancellation)).ExitCode);
        }
    }

    [Theory]
    [InlineData(2, "--bogus")]
    [InlineData(1, "'nowhere' is no address", "--listen", "nowhere")]
    [InlineData(1, "70000 is no port", "--port", "70000")]
    [InlineData(1, "Without authentication", "--listen", "0.0.0.0:0", "--no-auth")]
    [InlineData(1, "can not listen on 192.0.2.1", "--listen", "192.0.2.1:4000")]
    public async Task What_can_not_be_done_is_said_by_the_first_start_alone(int exitCode, string text, params string[] arguments)
    {
        using var person = new Person();

        var run = await person.PryxAsync(["serve", .. arguments.Length == 0 ? [text] : arguments]);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Stdout));
        Assert.Contains(text, run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("started again", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_port_comes_back_and_other_sources_can_choose_one()
    {
        // With the usual port taken it is some other one, and the same again next time.
        using var usual = await OccupyAsync(42424);
        using var person = new Person();
        int first;
        await using (var served = await ServedPryx.StartAsync(person))
        {
            first = served.Url.Port;
            Assert.NotEqual(42424, first);
            await served.EndAsync(Signals.Term);
        }
        await using (var served = await ServedPryx.StartAsync(person, "serve", "--listen", ":0"))
        {
            Assert.Equal(first, served.Url.Port);
            await served.EndAsync(Signals.Term);
        }
        var free = FreePort();
        person.Variables["PRYX_LISTEN_ADDR"] = $":{free}";
        await using (var served = await ServedPryx.StartAsync(person))
        {
            Assert.Equal(free, served.Url.Port);
            Assert.Equal(free.ToString(CultureInfo.InvariantCulture), await File.ReadAllTextAsync(served.PortFile, Cancellation));
            await served.EndAsync(Signals.Term);
        }
        // A container: the address from the image, the port from the compose file.
        person.Variables["PRYX_LISTEN_ADDR"] = "0.0.0.0";
        person.Variables["PRYX_PORT"] = free.ToString(CultureInfo.InvariantCulture);
        person.Variables["PRYX_HEADLESS"] = "true";
        await using (var served = await ServedPryx.StartAsync(person, "serve", "--no-supervisor"))
        {
            Assert.Equal(new Uri($"http://127.0.0.1:{free}"), served.Url);
            Assert.Contains("others on the network can reach it", served.Process.Stderr, StringComparison.Ordinal);
            using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(served.Url, "/api/v1/sessions"), Cancellation)).StatusCode);
            await served.EndAsync(Signals.Term);
        }
    }

    [Fact]
    public async Task The_folders_env_file_gives_keys_and_values_but_no_addresses_and_tools_get_no_keys()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", """{"command":"echo \"$GREETING|$OPENAI_API_KEY|$PRYX_PORT|$SHARED\""}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        person.Variables.Remove("OPENAI_API_KEY");
        person.Variables["SHARED"] = "from the environment";
        person.Home.Write(".env", $"GREETING=hello\nOPENAI_API_KEY={Person.Key}\nOPENAI_BASE_URL=http://127.0.0.1:1/v1\nANTHROPIC_BASE_URL=http://127.0.0.1:1\nPRYX_PORT=1\nSHARED=from the file\n");
        await using var served = await ServedPryx.StartAsync(person);

        var session = await served.BeginAsync("go");
        await Until.TrueAsync(() => provider.ModelRequests.Count == 2, Cancellation);

        Assert.Contains("hello|||from the environment", Assert.Single(provider.ModelRequests[1].Results).Text, StringComparison.Ordinal);
        Assert.Contains("OPENAI_BASE_URL", served.Process.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(Person.Key, served.Process.Stderr, StringComparison.Ordinal);
        Assert.NotEmpty(session);
        Assert.Empty(provider.Violations);
    }

    /// <summary>Null when somebody keeps it, which is as good; other tests hold it only for a while.</summary>
    private static async Task<TcpListener?> OccupyAsync(int port)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException)
            {
                listener.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
            }
        }
        return null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

internal static class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Term = 15;
}
