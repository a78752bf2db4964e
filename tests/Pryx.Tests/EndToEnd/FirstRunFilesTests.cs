using System.Globalization;
using System.Net.Sockets;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>What the first commands leave in the data directory, as the test report lists it, and what they say.</summary>
public sealed class FirstRunFilesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("T1.1", "config on set")]
    [Requirement("T1.1", "database")]
    [Requirement("T1.1", "port file")]
    public async Task Each_file_is_made_by_the_first_command_that_needs_it_and_not_before()
    {
        using var person = new Person();
        string At(string file) => Path.Combine(person.Home.Data, file);

        await person.PryxAsync("config", "get", "model_name");
        Assert.False(File.Exists(At("config.yaml")));
        await person.PryxAsync("config", "set", "model_name", "gpt-5.4");
        Assert.Contains("model_name: gpt-5.4", await File.ReadAllTextAsync(At("config.yaml"), Cancellation), StringComparison.Ordinal);
        Assert.False(File.Exists(At("pryx.db")));
        await person.PryxAsync("doctor");
        Assert.True(File.Exists(At("pryx.db")));
        Assert.False(File.Exists(At("runtime.port")));
        await using var served = await ServedPryx.StartAsync(person);
        var port = await File.ReadAllTextAsync(At("runtime.port"), Cancellation);

        Assert.Equal(served.Url.Port, int.Parse(port, NumberStyles.None, CultureInfo.InvariantCulture));
        await served.EndAsync(15);
        Assert.False(File.Exists(At("runtime.port")));
    }

    [Fact]
    [Requirement("T1.1", "database")]
    public async Task Doctor_makes_the_database_where_PRYX_DB_PATH_says()
    {
        using var person = new Person();
        var place = Path.Combine(person.Home.Home, "elsewhere.db");
        person.Variables["PRYX_DB_PATH"] = place;

        var doctor = await person.PryxAsync("doctor");

        Assert.Contains($"sqlite OK - {place}", doctor.Stdout, StringComparison.Ordinal);
        Assert.True(File.Exists(place));
    }

    [Fact]
    [Requirement("T1.1", "help")]
    [Requirement("T1.1", "doctor")]
    public async Task Help_shows_every_group_and_doctor_reports_health()
    {
        using var person = new Person();
        person.Variables["OLLAMA_HOST"] = null; // Named, it would have to answer.

        var help = await person.PryxAsync("--help");
        var doctor = await person.PryxAsync("doctor");

        Assert.Equal((0, 0), (help.ExitCode, doctor.ExitCode));
        Assert.All(["run", "setup", "login", "logout", "skills", "mcp", "session", "cost", "config", "provider", "doctor", "serve"], name => Assert.Contains($"\n  {name}", help.Stdout, StringComparison.Ordinal));
        Assert.Contains("healthy: ", doctor.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T7.1", "local works")]
    public async Task Without_a_network_a_model_on_this_machine_works_and_one_elsewhere_is_said_to_be_unreachable()
    {
        await using var ollama = await FakeProvider.StartAsync(FakeScripts.Always(Says("No network needed.")), Cancellation);
        using var person = new Person();
        person.Variables["OLLAMA_HOST"] = ollama.Url.ToString();
        person.Variables["ANTHROPIC_API_KEY"] = Person.Key;
        // A proxy that takes nobody on: what goes beyond this machine fails at once.
        person.Variables["HTTPS_PROXY"] = person.Variables["HTTP_PROXY"] = $"http://127.0.0.1:{RefusingPort()}";

        var local = await person.PryxAsync("run", "-m", "ollama/fake-model", "hello");
        var remote = await person.PryxAsync("run", "-m", Models.Anthropic, "--timeout", "3s", "hello");

        Assert.True(local.ExitCode == 0, local.Stderr);
        Assert.Equal("No network needed.\n", local.Stdout);
        Assert.NotEqual(0, remote.ExitCode);
        Assert.DoesNotContain("   at ", remote.Stderr, StringComparison.Ordinal);
    }

    private static int RefusingPort()
    {
        // Bound and closed again: nobody listens there.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
