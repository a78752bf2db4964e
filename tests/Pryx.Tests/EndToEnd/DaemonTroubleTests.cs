using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>A daemon on disks that fill up, in folders that may not be written, over files that are damaged.</summary>
public sealed class DaemonTroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("INST-M", "disk full")]
    public async Task Full_disk_is_507_streams_stay_health_says_so_and_with_room_it_goes_on()
    {
        await using var disk = await SmallDisk.MountAsync(Cancellation);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Data = Path.Combine(disk.Path, "pryx");
        await using var served = await ServedPryx.StartAsync(person);
        var session = await served.BeginAsync("hello");
        await Until.TrueAsync(() => provider.ModelRequests.Count == 1, Cancellation);
        using var stream = await served.Http.GetStreamAsync("/api/v1/events/stream?after=0", Cancellation);
        using var socket = await OpenSocketAsync(served);

        disk.Fill();
        // Longer than what the log may still have room for in its old pages.
        var longText = string.Concat(Enumerable.Repeat("There is no room. ", 10_000));
        using var refused = await served.Http.PostAsJsonAsync($"/api/v1/sessions/{session}/messages", new { content = longText }, Cancellation);
        var error = (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");
        var health = await served.GetAsync("/health");

        Assert.Equal((HttpStatusCode)507, refused.StatusCode);
        Assert.Equal("STORAGE_FULL", error.GetProperty("code").GetString());
        Assert.Contains("is full", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("Free some space", error.GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal("STORAGE_FULL", health.GetProperty("detail").GetProperty("code").GetString());
        using (var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false }))
        {
            var seen = await stranger.GetStringAsync(new Uri(served.Url, "/health"), Cancellation);
            Assert.Contains("degraded", seen, StringComparison.Ordinal);
            Assert.DoesNotContain(disk.Path, seen, StringComparison.Ordinal);
        }
        Assert.Contains("pong", await AskAsync(socket, """{"type":"ping"}"""), StringComparison.Ordinal);
        Assert.Single(provider.ModelRequests);

        disk.Free();
        await served.SendAsync(session, longText);
        await Until.TrueAsync(() => provider.ModelRequests.Count == 2, Cancellation);
        await WaitForTextAsync(stream, "There is no room. There is no room.");
        Assert.Equal("ok", (await served.GetAsync("/health")).GetProperty("status").GetString());
        Assert.Equal(0, (await served.EndAsync(Signals.Term)).ExitCode);
        await using var database = await Database.OpenAsync(Path.Combine(person.Home.Data, "pryx.db"), TimeProvider.System, Cancellation);
        Assert.Empty(await database.CheckAsync(Cancellation));
    }

    [Fact]
    [Requirement("INST-M", "no permission")]
    public async Task Data_directory_that_may_not_be_written_is_said_once_and_not_tried_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights are other ones on Windows.");
        using var person = new Person();
        Directory.CreateDirectory(person.Home.Data);
        Open(person.Home.Root, 0b111_101_101);
        Open(person.Home.Workspace, 0b111_101_101);
        Open(person.Home.Home, 0b101_101_101);
        Open(person.Home.Data, 0b101_101_101);
        person.Variables["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var asNobody = Environment.IsPrivilegedProcess ? "exec setpriv --reuid 65534 --regid 65534 --clear-groups " : "exec ";
        var probe = await person.ShellAsync($"{asNobody} '{Person.Executable}' --version");
        Assert.SkipUnless(probe.ExitCode == 0, $"An unprivileged user can not start the executable here: {probe.Stderr}");

        var run = await person.ShellAsync($"{asNobody} '{Person.Executable}' serve");

        Assert.Equal((1, ""), (run.ExitCode, run.Stdout));
        Assert.Contains("may not write", run.Stderr, StringComparison.Ordinal);
        Assert.Contains(person.Home.Data, run.Stderr, StringComparison.Ordinal);
        Assert.Contains("PRYX_DATA_DIR", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("started again", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("INST-M", "read-only")]
    public async Task Read_only_disk_is_said_once_and_not_tried_again()
    {
        await using var disk = await SmallDisk.MountAsync(Cancellation);
        using var person = new Person();
        person.Home.Data = Path.Combine(disk.Path, "pryx");
        await using (var served = await ServedPryx.StartAsync(person))
        {
            await served.EndAsync(Signals.Term);
        }
        await disk.MakeReadOnlyAsync(Cancellation);

        var run = await person.PryxAsync("serve");

        Assert.Equal((1, ""), (run.ExitCode, run.Stdout));
        Assert.Contains(disk.Path, run.Stderr, StringComparison.Ordinal);
        Assert.Contains("PRYX_DATA_DIR", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("started again", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announcement_that_can_not_be_written_is_no_ready_daemon()
    {
        using var person = new Person();
        Directory.CreateDirectory(Path.Combine(person.Home.Data, "metadata.json"));

        var run = await person.PryxAsync("serve");

        Assert.Equal((1, ""), (run.ExitCode, run.Stdout));
        Assert.Contains(person.Home.Data, run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "runtime.port")));
    }

    [Fact]
    [Requirement("T7.4", "backup")]
    [Requirement("T7.4", "new database")]
    public async Task Damaged_database_is_set_aside_with_a_message_and_the_daemon_runs_on_a_new_one()
    {
        using var person = new Person();
        Directory.CreateDirectory(person.Home.Data);
        var damaged = Encoding.UTF8.GetBytes(new string('x', 50_000));
        await File.WriteAllBytesAsync(Path.Combine(person.Home.Data, "pryx.db"), damaged, Cancellation);

        await using var served = await ServedPryx.StartAsync(person);

        var aside = Assert.Single(Directory.EnumerateFiles(person.Home.Data, "pryx.db.corrupt-*"));
        Assert.Contains($"It was set aside as {aside}", served.Process.Stderr, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(aside, Cancellation));
        Assert.Equal(0, (await served.GetAsync("/api/v1/sessions")).GetProperty("sessions").GetArrayLength());
    }

    [Fact]
    [Requirement("T7.6", "defaults")]
    [Requirement("T7.6", "warning")]
    public async Task Config_that_can_not_be_used_is_named_by_line_and_key_and_left_as_it_is()
    {
        using var person = new Person();
        Directory.CreateDirectory(person.Home.Data);
        var path = Path.Combine(person.Home.Data, "config.yaml");
        const string Text = "model_name: gpt-4o\nmax_websocket_connections: many\nlisten_addr: \":0\"\n";
        await File.WriteAllTextAsync(path, Text, Cancellation);
        await using (var served = await ServedPryx.StartAsync(person))
        {
            Assert.Contains("config.yaml line 2: max_websocket_connections must be a whole number; it was ignored", served.Process.Stderr, StringComparison.Ordinal);
            await served.EndAsync(Signals.Term);
        }
        Assert.Equal(Text, await File.ReadAllTextAsync(path, Cancellation));

        await File.WriteAllTextAsync(path, "listen_addr: [\n\u0001", Cancellation);
        await using (var served = await ServedPryx.StartAsync(person))
        {
            Assert.Contains("config.yaml", served.Process.Stderr, StringComparison.Ordinal);
            Assert.Contains("line", served.Process.Stderr, StringComparison.Ordinal);
            await served.EndAsync(Signals.Term);
        }
        Assert.Equal("listen_addr: [\n\u0001", await File.ReadAllTextAsync(path, Cancellation));
    }

    private static async Task<ClientWebSocket> OpenSocketAsync(ServedPryx served)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {served.Token}");
        await socket.ConnectAsync(new UriBuilder(served.Url) { Scheme = "ws", Path = "/ws" }.Uri, Cancellation);
        return socket;
    }

    /// <returns>Everything up to and with the answer.</returns>
    private static async Task<string> AskAsync(ClientWebSocket socket, string message)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, Cancellation);
        var seen = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!seen.ToString().Contains("pong", StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer, Cancellation);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            seen.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
        return seen.ToString();
    }

    private static async Task WaitForTextAsync(Stream stream, string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var seen = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, limit.Token);
            Assert.True(count > 0, "The stream ended.");
            seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
    }

    private static void Open(string folder, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)mode);
        }
    }
}
