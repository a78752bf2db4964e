using System.Text.Json;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>The named integration test of commands and a running runtime. The name is that of the test report.</summary>
public sealed class CommandToRuntimeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("IT18", "TestCLIToRuntimeIntegration")]
    public async Task What_is_done_over_the_API_is_seen_by_the_commands_and_the_other_way_round()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        using var person = Person.At(provider);
        await using var served = await ServedPryx.StartAsync(person, "serve", "--listen", ":0");

        var made = (await served.PostAsync("/api/v1/sessions", new { title = "Made over HTTP", workspace = person.Folder, model = Models.Chat })).GetProperty("id").GetString();
        Assert.Equal(made, Assert.Single((await person.JsonAsync("session", "list", "--json")).EnumerateArray()).GetProperty("id").GetString());

        var grant = await person.PryxAsync("grant", "add", "shell.exec:make*");
        Assert.True(grant.ExitCode == 0, grant.Stderr);
        var listed = Assert.Single((await served.GetAsync("/api/v1/policies/grants")).GetProperty("grants").EnumerateArray());
        Assert.Equal("shell.exec:make*", listed.GetProperty("rule").GetString());
        Assert.StartsWith("cli:", listed.GetProperty("granted_by").GetString(), StringComparison.Ordinal);

        var key = await person.PryxAsync(["provider", "set-key", "groq", "--no-verify"], stdin: "gsk-test\n");
        Assert.True(key.ExitCode == 0, key.Stderr);
        Assert.True((await served.GetAsync("/api/v1/providers/groq/key")).GetProperty("configured").GetBoolean());

        var run = await person.RunAsync("Say hello.");
        Assert.Equal((0, "Hello.\n"), (run.ExitCode, run.Stdout));
        Assert.Equal(2, (await served.GetAsync("/api/v1/sessions")).GetProperty("sessions").GetArrayLength());

        // The files alone would say the same if the commands had gone past the daemon: its own log has each of their requests.
        var asked = File.ReadLines(Path.Combine(person.Home.Data, "logs", "pryx-core.log")).Select(static line => JsonDocument.Parse(line).RootElement)
            .Where(static entry => entry.TryGetProperty("surface", out var surface) && surface.GetString() == "cli")
            .Select(static entry => $"{entry.GetProperty("method").GetString()} {entry.GetProperty("route").GetString()}").ToHashSet();
        Assert.Superset(new HashSet<string> { "GET /api/v1/sessions", "POST /api/v1/policies/grants", "POST /api/v1/providers/{id}/key", "POST /api/v1/sessions/{id}/messages" }, asked);
    }
}
