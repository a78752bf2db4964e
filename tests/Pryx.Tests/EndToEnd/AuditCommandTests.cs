using System.Diagnostics;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary><c>pryx audit</c>, <c>pryx approval</c> and <c>pryx stop</c> with the real executable.</summary>
public sealed class AuditCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("SEC5", "tamper-evident")]
    public async Task Without_a_daemon_the_log_is_listed_exported_and_checked()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"echo one"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        Assert.Equal("Nothing yet: the log begins with the first tool call.\n", (await person.PryxAsync("audit", "list")).Stdout);
        Assert.StartsWith("Whole: 0 entries", (await person.PryxAsync("audit", "verify")).Stdout, StringComparison.Ordinal);
        Assert.Equal(0, (await person.RunAsync("--approve-all", "go")).ExitCode);

        var list = await person.PryxAsync("audit", "list");
        Assert.Equal(0, list.ExitCode);
        Assert.Contains("tool.judged", list.Stdout, StringComparison.Ordinal);
        Assert.Contains("approval.answered", list.Stdout, StringComparison.Ordinal);
        Assert.Contains("--approve-all", list.Stdout, StringComparison.Ordinal);
        var judged = JsonDocument.Parse(Assert.Single((await person.PryxAsync("audit", "list", "--json", "--action", "tool.judged", "--outcome", "ask", "--since", "1h")).Lines)).RootElement;
        Assert.Equal("tool.judged", judged.GetProperty("action").GetString());
        Assert.Contains("echo one", judged.GetProperty("details").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("Nothing that fits.\n", (await person.PryxAsync("audit", "list", "--until", "2020-01-01")).Stdout);
        Assert.Equal(2, (await person.PryxAsync("audit", "list", "--since", "yesterday-ish")).ExitCode);
        Assert.Equal(2, (await person.PryxAsync("audit", "list", "--limit", "0")).ExitCode);

        var file = Path.Combine(person.Folder, "audit.csv");
        var export = await person.PryxAsync("audit", "export", "--format", "csv", "--output", "audit.csv");
        Assert.True(export.ExitCode == 0, export.Stderr);
        Assert.StartsWith("seq,id,timestamp,action", await File.ReadAllTextAsync(file, Cancellation), StringComparison.Ordinal);
        Assert.Equal(["audit.csv"], Directory.GetFiles(person.Folder).Select(Path.GetFileName));
        var lines = (await person.PryxAsync("audit", "export")).Lines.Where(line => line.Length > 0).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count), lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetInt32()));
        Assert.Equal(1, (await person.PryxAsync("audit", "export", "--output", "no/such/folder/x")).ExitCode);

        var verify = await person.PryxAsync("audit", "verify");
        Assert.Equal(0, verify.ExitCode);
        Assert.StartsWith($"Whole: {lines.Count} entries, the last is {lines.Count}\nHead:  {lines.Count}:", verify.Stdout, StringComparison.Ordinal);
        var head = verify.Lines[1]["Head:  ".Length..];
        Assert.Equal(0, (await person.PryxAsync("audit", "verify", "--head", head)).ExitCode);
        Assert.Equal(1, (await person.PryxAsync("audit", "verify", "--head", $"{lines.Count}:{new string('0', 64)}")).ExitCode);
        Assert.Equal(1, (await person.PryxAsync("audit", "verify", "--head", "x")).ExitCode);

        await TamperAsync(person, "UPDATE audit_log SET outcome = 'allow' WHERE seq = 1");
        var broken = await person.PryxAsync("audit", "verify");
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("Broken: entry 1: its content was changed", broken.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, (await person.PryxAsync("audit", "verify", "--json")).ExitCode);
        Assert.Equal(0, (await person.PryxAsync("audit", "accept", "--reason", "a test")).ExitCode);
        var accepted = await person.PryxAsync("audit", "verify");
        Assert.Equal(0, accepted.ExitCode);
        Assert.Contains("the log was broken (entry 1: its content was changed)", accepted.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_daemon_a_question_is_seen_and_answered_from_another_terminal_and_stop_ends_a_loop_within_a_second()
    {
        // Seconds that nobody else sleeps.
        var nap = Random.Shared.Next(100_000, 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var loop = Calls(("shell_exec", $$"""{"command":"sleep {{nap}} & sleep {{nap}}"}"""));
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(loop), Cancellation);
        using var person = Person.At(provider);
        await using var served = await ServedPryx.StartAsync(person);
        // Somebody is there who can be asked.
        await using var watching = await served.Http.GetStreamAsync("/api/v1/events/stream?can_approve=1", Cancellation);
        var session = (await PostAsync(served, "/api/v1/sessions", new { workspace = person.Folder, model = Models.Chat })).GetProperty("id").GetString()!;
        await PostAsync(served, $"/api/v1/sessions/{session}/messages", new { text = "go" });

        string? row = null;
        for (var look = 0; row is null; look++)
        {
            var listed = await person.PryxAsync("approval", "list");
            Assert.True(look < 50, $"No question was listed: {listed.Stdout}{listed.Stderr} {await served.Http.GetStringAsync($"/api/v1/sessions/{session}/items", Cancellation)}");
            row = listed.Lines.FirstOrDefault(line => line.Contains("shell.exec", StringComparison.Ordinal));
        }
        var id = row.Split(' ')[0];
        Assert.Contains($"sleep {nap} & sleep {nap}", (await person.PryxAsync("approval", "show", id)).Stdout, StringComparison.Ordinal);
        var whole = JsonDocument.Parse((await person.PryxAsync("approval", "list", "--json")).Stdout).RootElement.GetProperty("approvals")[0].GetProperty("id").GetString()!;
        Assert.StartsWith("Approved: ", (await person.PryxAsync("approval", "approve", id)).Stdout, StringComparison.Ordinal);
        var late = await person.PryxAsync("approval", "deny", whole);
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("cli:core was first and approved it", late.Stderr, StringComparison.Ordinal);
        await Until.TrueAsync(() => OtherProcesses.Exist(nap), Cancellation);

        // From the key press to the last process, the start of the command included.
        var clock = Stopwatch.StartNew();
        var stopping = person.PryxAsync("stop");
        await Until.TrueAsync(() => !OtherProcesses.Exist(nap), Cancellation);
        var took = clock.Elapsed;
        Assert.Equal("Stopped 1 turn.\n", (await stopping).Stdout);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        Assert.Equal("Nothing was running.\n", (await person.PryxAsync("stop")).Stdout);
        Assert.Equal("Nothing was running in this session.\n", (await person.PryxAsync("stop", session[..8])).Stdout);
        Assert.Contains("turn.stopped", (await person.PryxAsync("audit", "list", "--session", session)).Stdout, StringComparison.Ordinal);
        Assert.Equal(0, (await person.PryxAsync("audit", "verify")).ExitCode);
    }

    private static async Task<JsonElement> PostAsync(ServedPryx served, string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        using var answer = await served.Http.PostAsync(path, content, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task TamperAsync(Person person, string sql)
    {
        await using var database = await Database.OpenAsync(Path.Combine(person.Home.Data, "pryx.db"), TimeProvider.System, Cancellation);
        await database.WriteAsync(connection =>
        {
            connection.Execute("DROP TRIGGER audit_log_no_update");
            connection.Execute(sql);
        }, Cancellation);
    }
}
