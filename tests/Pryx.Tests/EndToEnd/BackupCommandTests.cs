using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>pryx backup, export and import with the real executable.</summary>
public sealed class BackupCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_moves_from_one_machine_to_another()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        using var old = Person.At(provider);
        using var next = Person.At(provider);
        var file = Path.Combine(old.Home.Root, "all.tar.gz");
        await old.RunAsync("remember me");
        await old.PryxAsync("config", "set", "model_name", "gpt-4o");

        string created;
        await using (var daemon = await ServedPryx.StartAsync(old))
        {
            created = (await old.PryxAsync("backup", "create", "--output", file)).Stdout;
            var refused = await old.PryxAsync("backup", "restore", file, "--force");
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("Pryx is running at", refused.Stderr, StringComparison.Ordinal);
        }
        var verified = await next.PryxAsync("backup", "verify", file);
        var unasked = await next.PryxAsync("backup", "restore", file);
        var restored = await next.PryxAsync("backup", "restore", file, "--force");
        var sessions = await next.JsonAsync("session", "list", "--json");

        Assert.Contains("no keys or tokens", created, StringComparison.Ordinal);
        Assert.Equal((0, 2, 0), (verified.ExitCode, unasked.ExitCode, restored.ExitCode));
        Assert.Single(sessions.EnumerateArray());
        Assert.Equal("gpt-4o\n", (await next.PryxAsync("config", "get", "model_name")).Stdout);
    }

    [Fact]
    public async Task An_export_has_the_setup_and_no_sessions_and_import_asks_first()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        using var old = Person.At(provider);
        using var next = Person.At(provider);
        var file = Path.Combine(old.Home.Root, "setup.tar.gz");
        await old.RunAsync("not taken along");
        await old.PryxAsync("mcp", "add", "weather", "--url", "https://weather.example/mcp");
        await old.PryxAsync("export", file);

        var shown = await next.PryxAsync("import", file, "--dry-run");
        var unasked = await next.PryxAsync("import", file);
        var taken = await next.PryxAsync("import", file, "--yes");
        var servers = await next.PryxAsync("mcp", "list", "--json");

        Assert.Equal((0, 2, 0), (shown.ExitCode, unasked.ExitCode, taken.ExitCode));
        Assert.Contains("server   weather", shown.Stdout, StringComparison.Ordinal);
        Assert.Contains("weather.example", servers.Stdout, StringComparison.Ordinal);
        Assert.Empty((await next.JsonAsync("session", "list", "--json")).EnumerateArray());
    }

    [Fact]
    public async Task A_full_disk_leaves_no_half_of_a_backup()
    {
        await using var disk = await SmallDisk.MountAsync(Cancellation);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        using var person = Person.At(provider);
        await person.RunAsync("hello");
        disk.Fill();

        var result = await person.PryxAsync("backup", "create", "--output", Path.Combine(disk.Path, "b.tar.gz"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is full", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(["filler"], Directory.GetFiles(disk.Path).Select(Path.GetFileName));
    }
}
