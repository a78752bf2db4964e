using System.Net;
using Pryx.Core.Health;
using Pryx.Core.Secrets;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Health;

public sealed class HealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("API2", "health fields")]
    [Requirement("CA17", "health")]
    public async Task Health_is_public_and_names_both_versions_and_the_providers_that_could_be_asked()
    {
        using var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "keychain.json"), """{"references":["pryx:provider:groq","pryx:cloud_access_token"]}""", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), "model_provider: ollama\n", Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, home, environment: new Dictionary<string, string> { ["MISTRAL_API_KEY"] = "k" });
        using var stranger = core.Client(null);

        using var answer = await stranger.GetAsync("/health", Cancellation);
        var (_, body) = await core.GetAsync("/health", Cancellation);
        var (_, components) = await core.GetAsync("/api/v1/health", Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("ok", "0.1.0", true), ((string?)body!["status"], (string?)body["version"], (bool)body["cloud_logged_in"]!));
        Assert.Equal(["groq", "mistral", "ollama"], body["providers"]!.AsArray().Select(id => (string)id!));
        Assert.Equal(("healthy", "ok", "ok"), ((string?)components!["status"], (string?)components["components"]!["database"], (string?)components["components"]!["keychain"]));
        Assert.Empty(components["components"]!["integrations"]!.AsObject());
        Assert.Equal((string?)body["product_version"], (string?)components["version"]);
        Assert.True((long)components["uptime_seconds"]! >= 0);
    }

    [Fact]
    [Requirement("API2", "ready")]
    public async Task A_running_daemon_is_ready()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, body) = await core.GetAsync("/api/v1/health/ready", Cancellation);
        Assert.Equal((HttpStatusCode.OK, true), (status, (bool)body!["ready"]!));
    }

    [Fact]
    public async Task A_full_disk_is_told_with_its_reason_and_is_over_when_there_is_room()
    {
        var time = new FakeTime();
        await using var store = await TempStore.CreateAsync(time);
        var probe = new HealthProbe(store.Database, new VaultOptions(Path.Combine(store.Folder, "vault.json"), Path.Combine(store.Folder, "vault.key"), ""), time);
        var pages = await store.Database.WriteAsync(static c => c.Number("PRAGMA page_count"), Cancellation);
        await store.Database.WriteAsync(c => c.Number($"PRAGMA max_page_count = {pages}"), Cancellation);
        var full = await probe.ReadAsync(Cancellation);
        Assert.Equal(("full", false, false), (full.Database, full.IsHealthy, full.IsWritable));
        Assert.Contains("is full", Assert.Single(full.Reasons), StringComparison.Ordinal);

        await store.Database.WriteAsync(static c => c.Number("PRAGMA max_page_count = 1000000"), Cancellation);
        // Not looked at for every question.
        Assert.Equal("full", (await probe.ReadAsync(Cancellation)).Database);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.True((await probe.ReadAsync(Cancellation)).IsHealthy);

        await File.WriteAllTextAsync(Path.Combine(store.Folder, "vault.json"), "{}", Cancellation);
        time.Advance(TimeSpan.FromSeconds(4));
        var locked = await probe.ReadAsync(Cancellation);
        Assert.Equal(("locked", true, false), (locked.Keychain, locked.IsWritable, locked.IsHealthy));
    }

    [Fact]
    [Requirement("API2", "diagnostics components")]
    public async Task Diagnostics_say_what_a_bug_report_needs_and_no_secret()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation, environment: new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-canary-0123456789abcdef", ["PRYX_VAULT_PASSPHRASE"] = "canary" });
        await Telemetry.TelemetrySwitchTests.TurnAsync(core);
        var (status, body) = await core.GetAsync("/api/v1/diagnostics", Cancellation);
        var (_, stats) = await core.GetAsync("/api/admin/stats", Cancellation);
        var (_, costs) = await core.GetAsync("/api/admin/costs", Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(Environment.ProcessId, (int)body!["process"]!["pid"]!);
        Assert.Equal(SqliteLibrary.Version, (string?)body["sqlite"]!["version"]);
        Assert.Equal(core.Home.Data, (string?)body["paths"]!["data"]);
        Assert.Equal((1, 1, 0, 4), ((int)body["counts"]!["sessions"]!, (int)body["counts"]!["turns"]!, (int)body["counts"]!["open_turns"]!, (int)body["counts"]!["spans"]! + 1));
        Assert.True((long)body["disk"]!["database_bytes"]! > 0);
        Assert.Contains((string?)body["isolation"], (string[])["pid namespace", "process group", "process tree"]);
        Assert.Empty(body["recent_errors"]!.AsArray());
        Assert.Equal(1, (int)stats!["turns"]!["completed"]!);
        Assert.Equal(1, (int)costs!["total"]!["calls"]!);
        Assert.DoesNotContain("canary", body.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(core.Token, body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_exist_is_said_in_the_error_body()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (status, body) = await core.GetAsync("/api/v1/nothing", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("NOT_FOUND", (string?)body!["error"]!["code"]);
        Assert.StartsWith("req-", (string?)body["error"]!["request_id"]);
    }
}
