using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>The commands of <c>pryx mcp</c> about servers that Pryx uses, with the real executable in a fresh home.</summary>
public sealed class McpCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI9", "empty JSON object")]
    [Requirement("CLI9", "list")]
    [Requirement("T3.1", "listed")]
    public async Task A_fresh_home_lists_the_bundled_servers_and_nothing_configured()
    {
        using var person = new Person();
        Assert.Equal("{}", (await person.PryxAsync("mcp", "list", "--json")).Stdout.Trim());
        var listed = await person.PryxAsync("mcp", "ls");
        Assert.StartsWith("MCP Servers (4)", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains($"Config: {Path.Combine(person.Home.Data, "mcp", "servers.json")}", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("• filesystem [bundled]", listed.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T3.2", "http for --url")]
    [Requirement("T3.2", "round trip")]
    [Requirement("CLI10", "http saved")]
    [Requirement("CLI10", "stdio saved")]
    [Requirement("CLI11", "remove")]
    [Requirement("CLI12", "enable")]
    [Requirement("CLI12", "disable")]
    [Requirement("T3.3", "enable")]
    [Requirement("T3.3", "disable")]
    public async Task Servers_are_added_changed_switched_and_removed()
    {
        using var person = new Person();
        var file = Path.Combine(person.Home.Data, "mcp", "servers.json");
        var added = await person.PryxAsync("mcp", "add", "web", "--url", "https://example.org/mcp", "--auth", "bearer", "--token-ref", "keychain:web-token");
        Assert.True(added.ExitCode == 0, added.Stderr);
        Assert.Contains("✓ Added MCP server: web", added.Stdout, StringComparison.Ordinal);
        Assert.Contains($"Config saved to: {file}", added.Stdout, StringComparison.Ordinal);
        var again = await person.PryxAsync("mcp", "add", "web", "-u", "https://example.org/other", "--auth", "bearer", "--token-ref", "keychain:web-token");
        Assert.Contains("already exists, updating", again.Stdout, StringComparison.Ordinal);
        var program = await person.PryxAsync("mcp", "add", "own", "-c", "node \"my server.js\" --fast", "--env", "API_TOKEN=hunter2", "--env", "OTHER=keychain:x");
        Assert.True(program.ExitCode == 0, program.Stderr);
        Assert.Contains("API_TOKEN stands in servers.json as plain text", program.Stderr, StringComparison.Ordinal);
        var fetched = await person.PryxAsync("mcp", "add", "files", "--allow-host", "api.example.org", "--", "npx", "-y", "some-server", "--flag");
        Assert.True(fetched.ExitCode == 0, fetched.Stderr);

        var json = await person.JsonAsync("mcp", "list", "--json");
        Assert.Equal(("http", "https://example.org/other", "keychain:web-token"), (Text(json, "web", "transport"), Text(json, "web", "url"), json.GetProperty("web").GetProperty("auth").GetProperty("token_ref").GetString()));
        Assert.Equal(("stdio", "node|my server.js|--fast"), (Text(json, "own", "transport"), string.Join('|', json.GetProperty("own").GetProperty("command").EnumerateArray())));
        Assert.Equal(("npx|-y|some-server|--flag", "registries|api.example.org"), (string.Join('|', json.GetProperty("files").GetProperty("command").EnumerateArray()), string.Join('|', json.GetProperty("files").GetProperty("network").EnumerateArray())));
        var listed = await person.PryxAsync("mcp", "list");
        Assert.Contains("• web [configured]", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("URL: https://example.org/other", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("Auth: bearer (keychain:web-token)", listed.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", program.Stdout + program.Stderr + listed.Stdout + json, StringComparison.Ordinal);

        Assert.Contains("✓ Disabled MCP server: web", (await person.PryxAsync("mcp", "disable", "web")).Stdout, StringComparison.Ordinal);
        Assert.False((await person.JsonAsync("mcp", "list", "--json")).GetProperty("web").GetProperty("enabled").GetBoolean());
        Assert.Contains("✓ Enabled MCP server: web", (await person.PryxAsync("mcp", "enable", "web")).Stdout, StringComparison.Ordinal);
        Assert.Contains("✓ Removed MCP server: web", (await person.PryxAsync("mcp", "rm", "web")).Stdout, StringComparison.Ordinal);
        Assert.False((await person.JsonAsync("mcp", "list", "--json")).TryGetProperty("web", out _));
    }

    [Theory]
    [InlineData(2, "list", "mcp")]
    [InlineData(2, "", "mcp", "nonsense")]
    [InlineData(2, "Either --url or --cmd", "mcp", "add", "x")]
    [InlineData(2, "Only one of", "mcp", "add", "x", "--url", "https://example.org", "--cmd", "node")]
    [InlineData(2, "quotes in pairs", "mcp", "add", "x", "--cmd", "node \"a")]
    [InlineData(2, "keychain:NAME is expected", "mcp", "add", "x", "--url", "https://example.org", "--token-ref", "hunter2")]
    [InlineData(2, "NAME=VALUE", "mcp", "add", "x", "--cmd", "node", "--env", "HUNTER2")]
    [InlineData(2, "no JSON object", "mcp", "call", "x", "y", "[1]")]
    [InlineData(1, "url", "mcp", "add", "x", "--url", "ftp://example.org")]
    [InlineData(1, "name", "mcp", "add", "a b", "--url", "https://example.org")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "remove", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "delete", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "test", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "auth", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "enable", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "disable", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "logs", "x")]
    [InlineData(1, "Error: server 'x' not found", "mcp", "tools", "x")]
    [InlineData(1, "There is no file", "mcp", "import", "none.json")]
    public async Task What_can_not_be_done_says_so(int code, string words, params string[] command)
    {
        using var person = new Person();
        var ended = await person.PryxAsync(command);
        Assert.Equal(code, ended.ExitCode);
        Assert.Contains(words, ended.Stdout + ended.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ended.Stdout + ended.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("CLI11", "auth")]
    [Requirement("CLI11", "test")]
    [Requirement("FR9.7", "token_ref in keychain")]
    public async Task A_person_signs_in_to_a_server_and_uses_it(bool hasDaemon)
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        using var person = new Person();
        await using var served = hasDaemon ? await ServedPryx.StartAsync(person, "serve", "--listen", ":0") : null;
        Assert.Equal(0, (await person.PryxAsync("mcp", "add", "linear", "--url", fake.Address)).ExitCode);
        var refused = await person.PryxAsync("mcp", "test", "linear");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("pryx mcp auth linear", refused.Stderr, StringComparison.Ordinal);

        await using var command = await person.StartAsync("mcp", "auth", "linear", "--no-browser");
        await command.WaitForOutputAsync("Waiting for", Cancellation);
        var url = command.Stderr.Split('\n').Single(line => line.StartsWith(fake.Url + "/authorize", StringComparison.Ordinal));
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Contains("close this window", await browser.GetStringAsync(fake.Consent(url), Cancellation), StringComparison.Ordinal);
        var ended = await command.WaitAsync(Cancellation);
        Assert.True(ended.ExitCode == 0, ended.Stderr);

        var tested = await person.PryxAsync("mcp", "test", "linear");
        Assert.True(tested.ExitCode == 0, tested.Stderr);
        Assert.Contains("✓ linear: 1 tools", tested.Stdout, StringComparison.Ordinal);
        Assert.Contains("linear:echo", (await person.PryxAsync("mcp", "tools", "linear")).Stdout, StringComparison.Ordinal);
        Assert.Contains("Signed out", (await person.PryxAsync("mcp", "auth", "linear", "--sign-out")).Stdout, StringComparison.Ordinal);
        Assert.Equal(1, (await person.PryxAsync("mcp", "test", "linear")).ExitCode);
        Assert.DoesNotContain("hunter2", ended.Stdout + ended.Stderr + tested.Stdout, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement json, string server, string name) => json.GetProperty(server).GetProperty(name).GetString();
}
