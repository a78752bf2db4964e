using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>The first run in a home where Pryx has never been, and what it leaves there.</summary>
public sealed class FreshInstallTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("INST-M", "fresh install")]
    [Requirement("T1.2", "created")]
    [Requirement("T1.3", "no keys in file")]
    [Requirement("P1", "data stays in the data directory")]
    [Requirement("NFR-S1", "data local")]
    public async Task The_first_run_answers_and_puts_all_it_keeps_into_a_private_data_directory()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Welcome.")), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("hello");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("Welcome.\n", run.Stdout);
        Assert.Equal([".pryx"], Directory.EnumerateFileSystemEntries(person.Home.Home).Select(Path.GetFileName).Where(name => name != Path.GetFileName(person.Folder)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(person.Folder));
        Assert.True(new FileInfo(Path.Combine(person.Home.Data, "pryx.db")).Length > 0);
        // Nothing that is written may hold the key, the configuration least of all.
        Assert.All(Directory.EnumerateFiles(person.Home.Data, "*", SearchOption.AllDirectories), file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("end-to-end-0123456789"u8)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(person.Home.Data));
        }
    }

    [Fact]
    [Requirement("CA6", "passed to tools")]
    public async Task What_the_trusted_folder_s_dot_env_says_reaches_its_commands()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"echo \"port $SERVICE_PORT key $OPENAI_API_KEY.\""}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write(".env", $"SERVICE_PORT=8123\nOPENAI_API_KEY={Person.Key}\n");

        Assert.Equal(0, (await person.RunAsync("--approve-all", "go")).ExitCode);
        Assert.Contains("port  key .", Assert.Single(provider.ModelRequests[^1].Results).Text, StringComparison.Ordinal);
        Assert.Equal(0, (await person.PryxAsync("trust", "--yes")).ExitCode);
        Assert.Equal(0, (await person.RunAsync("--approve-all", "go")).ExitCode);
        Assert.Contains("port 8123 key .", Assert.Single(provider.ModelRequests[^1].Results).Text, StringComparison.Ordinal);
    }
}
