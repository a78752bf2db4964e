using System.Net.Http.Json;
using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Core.Tests.Backup;

/// <summary>Taking over what Claude Code, OpenClaw and another Pryx have.</summary>
public sealed class ImportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claude_Code_is_looked_at_first_and_taken_without_its_secrets()
    {
        using var home = new TempHome();
        Write(home, ".claude.json", """{"mcpServers":{"files":{"command":"npx","args":["-y","server-files","."]},"hub":{"command":"hub","env":{"HUB_TOKEN":"ghp_0123456789abcdefghijklmnopqrstuvwxyzA","HUB_MODE":"fast"}}},"numStartups":3}""");
        Write(home, ".claude/agents/reviewer.md", "---\nname: reviewer\ndescription: reviews\n---\nReview.\n");
        Write(home, ".claude/commands/git/tidy.md", "Tidy up.\n");
        Write(home, ".claude/skills/notes/SKILL.md", "---\nname: notes\ndescription: notes\n---\nTake notes.\n");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);

        var plan = await ImportAsync(core, new { from = "claude" });
        var nothingYet = !Directory.Exists(Path.Combine(home.Data, "agents")) && !File.Exists(Path.Combine(home.Data, "mcp", "servers.json"));
        var done = await ImportAsync(core, new { from = "claude", apply = true });
        var again = await ImportAsync(core, new { from = "claude", apply = true });

        Assert.Equal(["server files new", "server hub new", "skill notes new", "agent reviewer new", "command git/tidy new"], Shown(plan));
        Assert.True(nothingYet);
        Assert.Equal(["server files imported", "server hub imported", "skill notes imported", "agent reviewer imported", "command git/tidy imported"], Shown(done));
        Assert.Equal(["server files taken", "server hub taken", "skill notes same", "agent reviewer same", "command git/tidy same"], Shown(again));
        var servers = await File.ReadAllTextAsync(Path.Combine(home.Data, "mcp", "servers.json"), Cancellation);
        Assert.Contains("HUB_MODE", servers, StringComparison.Ordinal);
        Assert.DoesNotContain("ghp_", servers, StringComparison.Ordinal);
        Assert.Equal("Tidy up.\n", await File.ReadAllTextAsync(Path.Combine(home.Data, "commands", "git", "tidy.md"), Cancellation));
    }

    [Fact]
    public async Task OpenClaw_keeps_its_servers_under_mcp_and_its_skills_in_two_places()
    {
        using var home = new TempHome();
        Write(home, ".openclaw/openclaw.json", """
            {
              // comments are allowed there
              "mcp": { "servers": { "weather": { "url": "https://weather.example/mcp" }, } },
            }
            """);
        Write(home, ".openclaw/skills/a/SKILL.md", "---\nname: a\ndescription: a\n---\nA.\n");
        Write(home, ".openclaw/workspace/skills/b/SKILL.md", "---\nname: b\ndescription: b\n---\nB.\n");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);

        Assert.Equal(["server weather imported", "skill a imported", "skill b imported"], Shown(await ImportAsync(core, new { from = "openclaw", apply = true })));
    }

    [Fact]
    public async Task A_link_in_what_is_imported_is_refused()
    {
        using var home = new TempHome();
        Write(home, ".claude/skills/sly/SKILL.md", "---\nname: sly\ndescription: sly\n---\nSly.\n");
        File.CreateSymbolicLink(Path.Combine(home.Home, ".claude", "skills", "sly", "passwd"), "/etc/passwd");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);

        Assert.Equal(["skill sly refused"], Shown(await ImportAsync(core, new { from = "claude", apply = true })));
        Assert.False(Directory.Exists(Path.Combine(home.Data, "skills", "sly")));
    }

    [Fact]
    public async Task What_is_there_stays_or_is_set_aside()
    {
        using var home = new TempHome();
        Write(home, ".claude/agents/reviewer.md", "theirs\n");
        Write(home, ".pryx/agents/reviewer.md", "mine\n");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);
        var mine = Path.Combine(home.Data, "agents", "reviewer.md");

        var kept = await ImportAsync(core, new { from = "claude", apply = true });
        var before = await File.ReadAllTextAsync(mine, Cancellation);
        var replaced = await ImportAsync(core, new { from = "claude", apply = true, replace = true });

        Assert.Equal(("agent reviewer taken", "mine\n", "agent reviewer replaced"), (Assert.Single(Shown(kept)), before, Assert.Single(Shown(replaced))));
        Assert.Equal("theirs\n", await File.ReadAllTextAsync(mine, Cancellation));
        var aside = Assert.Single(Directory.GetDirectories(home.Data, "before-import-*"));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(aside, "agents", "reviewer.md"), Cancellation));
    }

    private static void Write(TempHome home, string name, string text)
    {
        var path = Path.Combine(home.Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static async Task<JsonElement> ImportAsync(TestCore core, object body)
    {
        using var answer = await core.Http.PostAsJsonAsync("/api/v1/imports", body, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static string[] Shown(JsonElement body) => [.. body.GetProperty("entries").EnumerateArray().Select(static entry => $"{entry.GetProperty("kind")} {entry.GetProperty("name")} {entry.GetProperty("state")}")];
}
