using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>pryx doctor before real faults: each is named, with the command that puts it right, and the rest is told all the same.</summary>
public sealed class DoctorFaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_that_another_program_has_is_a_failure_before_serve_fails()
    {
        using var person = Alone();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await person.PryxAsync("config", "set", "listen_addr", string.Create(CultureInfo.InvariantCulture, $":{port}"));

        var doctor = await person.PryxAsync("doctor");

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"port FAIL - port {port} is in use by another program"), doctor.Stdout, StringComparison.Ordinal);
        Assert.Contains("→ pryx config set listen_addr :0", doctor.Stdout, StringComparison.Ordinal);
        await person.PryxAsync("config", "set", "listen_addr", ":0");
        Assert.Equal(0, (await person.PryxAsync("doctor")).ExitCode);
    }

    [Fact]
    public async Task A_proxy_that_takes_nobody_on_is_named_without_its_password()
    {
        using var person = Alone();
        person.Variables["HTTPS_PROXY"] = "http://alice:proxy-hunter2@127.0.0.1:1";

        var check = await CheckAsync(person, "network");

        Assert.Equal(("FAIL", "unset HTTPS_PROXY, or set it to a proxy that works"), (check.Status, check.Fix));
        Assert.Contains("127.0.0.1:1", check.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_refuses_the_key_is_a_failure_and_one_that_is_down_is_none_while_another_works()
    {
        await using var refusing = await AnsweringServer.StartAsync(static _ => (401, """{"error":{"message":"Incorrect API key provided."}}"""), Cancellation);
        await using var working = await AnsweringServer.StartAsync(static _ => (200, """{"data":[{"id":"m"}]}"""), Cancellation);
        using var person = Alone();
        person.Variables["OPENAI_API_KEY"] = Person.Key;
        person.Variables["OPENAI_BASE_URL"] = refusing.Url;
        var refused = await CheckAsync(person, "providers");
        person.Variables["OPENAI_BASE_URL"] = working.Url;
        person.Variables["ANTHROPIC_API_KEY"] = Person.Key;
        person.Variables["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1";
        var down = await CheckAsync(person, "providers");

        Assert.Equal(("FAIL", "pryx provider set-key openai"), (refused.Status, refused.Fix));
        Assert.Equal(("WARN", "pryx provider test anthropic"), (down.Status, down.Fix));
        Assert.Contains("openai works", down.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_configured_leads_to_setup_and_no_keychain_is_a_warning()
    {
        using var person = Alone();

        var (providers, keychain) = (await CheckAsync(person, "providers"), await CheckAsync(person, "keychain"));

        Assert.Equal(("WARN", "pryx setup"), (providers.Status, providers.Fix));
        Assert.Equal("WARN", keychain.Status);
        Assert.Contains("vault", keychain.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_a_broken_database_and_a_broken_configuration_are_told_and_the_rest_is()
    {
        await using var disk = await SmallDisk.MountAsync(Cancellation);
        using var person = Alone();
        person.Variables["PRYX_DATA_DIR"] = Path.Combine(disk.Path, "data");
        Assert.Equal(1, (await person.PryxAsync("doctor")).ExitCode); // Three megabytes are few.
        await File.WriteAllTextAsync(Path.Combine(disk.Path, "data", "config.yaml"), "listen_addr: [\n", Cancellation);

        var (space, config) = (await CheckAsync(person, "disk"), await CheckAsync(person, "config"));
        disk.Fill();
        var full = await person.PryxAsync("doctor");

        Assert.Equal("FAIL", space.Status);
        Assert.Contains("make room", space.Fix, StringComparison.Ordinal);
        Assert.Equal("WARN", config.Status);
        Assert.Contains("pryx config edit", config.Fix, StringComparison.Ordinal);
        Assert.Equal(1, full.ExitCode);
        Assert.Contains("FAIL - ", full.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full.Stdout + full.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_is_set_aside_said_and_a_new_one_is_healthy()
    {
        using var person = Alone();
        await person.PryxAsync("doctor");
        var path = Path.Combine(person.Home.Data, "pryx.db");
        await File.WriteAllTextAsync(path, "this is no database, and was one once, long enough to be looked at", Cancellation);
        foreach (var side in (string[])["-wal", "-shm"])
        {
            File.Delete(path + side);
        }

        var doctor = await person.PryxAsync("doctor");

        Assert.True(doctor.ExitCode == 0, doctor.Stdout + doctor.Stderr);
        Assert.Contains("sqlite OK", doctor.Stdout, StringComparison.Ordinal);
        Assert.Contains("Warning: ", doctor.Stderr, StringComparison.Ordinal);
        Assert.Contains(Directory.EnumerateFiles(person.Home.Data), file => Path.GetFileName(file).StartsWith("pryx.db.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_data_directory_that_is_somebody_else_s_is_told_to_an_unprivileged_user()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can become somebody else.");
        using var person = Alone();
        // Readable on the way there, and the folder itself is root's alone.
        var setup = person.Setup();
        foreach (var folder in (string[])[person.Home.Root, person.Home.Home, person.Home.Workspace])
        {
            await RunProcess.RunAsync("chmod", ["755", folder], new(), Cancellation);
        }
        Directory.CreateDirectory(person.Home.Data);
        await RunProcess.RunAsync("chmod", ["700", person.Home.Data], new(), Cancellation);

        var doctor = await RunProcess.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Person.Executable, "doctor"], setup, Cancellation);

        Assert.SkipWhen(doctor.ExitCode is 126 or 127, $"The executable can not be reached by another user here: {doctor.Stderr}");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains(person.Home.Data, doctor.Stdout + doctor.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", doctor.Stdout + doctor.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cloud_that_has_ended_the_sign_in_is_a_warning_with_the_way_back()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Lifetime = 60;
        using var person = Alone();
        person.Variables["PRYX_CLOUD_API_URL"] = cloud.Url;
        var without = await CheckAsync(person, "cloud");
        await person.PryxAsync("login");
        cloud.IsRevoked = true;

        var ended = await CheckAsync(person, "cloud");

        Assert.Equal("OK", without.Status);
        Assert.Equal(("WARN", "pryx login"), (ended.Status, ended.Fix));
    }

    /// <summary>Somebody for whom no server of models is even named.</summary>
    private static Person Alone()
    {
        var person = new Person();
        person.Variables["OLLAMA_HOST"] = null;
        return person;
    }

    private static async Task<(string Status, string Detail, string Fix)> CheckAsync(Person person, string name)
    {
        var result = await person.PryxAsync("doctor", "--json");
        using var report = JsonDocument.Parse(result.Stdout);
        var check = report.RootElement.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == name);
        return (check.GetProperty("status").GetString()!, check.GetProperty("detail").GetString()!, check.TryGetProperty("fix", out var fix) ? fix.GetString()! : "");
    }
}
