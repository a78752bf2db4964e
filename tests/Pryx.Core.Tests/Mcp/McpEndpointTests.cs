using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>Servers over HTTP.</summary>
public sealed class McpEndpointTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("T3.1", "listed")]
    [Requirement("T3.2", "http for --url")]
    [Requirement("T3.3", "enable")]
    [Requirement("T3.3", "disable")]
    [Requirement("FR9.6", "add")]
    [Requirement("FR9.6", "remove")]
    [Requirement("MCP-M", "changes reflect in runtime")]
    public async Task Servers_are_added_switched_and_removed_and_count_at_once()
    {
        using var home = new TempHome();
        await using var core = await TestCore.StartAsync(null, Cancel, home);
        var fresh = (await core.GetAsync("/api/v1/mcp/servers", Cancel)).Body!;

        var (added, body) = await core.PostAsync("/api/v1/mcp/servers", new { name = "fake", command = FakeMcp.Command(home, "good"), sandbox = false, env = new { KEY = "sk-very-secret" } }, Cancel);
        var (again, _) = await core.PostAsync("/api/v1/mcp/servers", new { name = "fake", trusted = true }, Cancel);
        await core.PostAsync("/api/v1/mcp/servers", new { name = "web", url = "https://x.example/mcp" }, Cancel);
        var (_, test) = await core.PostAsync("/api/v1/mcp/servers/fake/test", null, Cancel);
        var (_, tools) = await core.GetAsync("/api/v1/mcp/servers/fake/tools", Cancel);
        var list = (await core.GetAsync("/api/v1/mcp/servers", Cancel)).Body!;
        var (_, off) = await core.PostAsync("/api/v1/mcp/servers/fake/disable", null, Cancel);
        var (_, none) = await core.GetAsync("/api/v1/mcp/servers/fake/tools", Cancel);
        var (_, on) = await core.PostAsync("/api/v1/mcp/servers/fake/enable", null, Cancel);
        var (removed, _) = await core.SendAsync(HttpMethod.Delete, "/api/v1/mcp/servers/fake", null, Cancel);
        var gone = await core.GetAsync("/api/v1/mcp/servers/fake", Cancel);

        Assert.Equal(["filesystem", "shell", "browser", "clipboard"], fresh["servers"]!.AsArray().Select(static server => (string?)server!["name"]));
        Assert.Empty(fresh["configured"]!.AsObject());
        Assert.Equal((HttpStatusCode.Created, "stdio", HttpStatusCode.OK), (added, (string?)body!["transport"], again));
        Assert.True((bool)test!["ok"]!, test.ToJsonString());
        Assert.Equal("fake-good", (string?)test["server_name"]);
        Assert.Contains("fake:echo", tools!["tools"]!.AsArray().Select(static tool => (string)tool!["name"]!));
        Assert.Equal(["http", "stdio"], list["configured"]!.AsObject().Select(static pair => (string)pair.Value!["transport"]!).Order());
        Assert.Equal("connected", (string?)list["servers"]!.AsArray().First(static server => (string?)server!["name"] == "fake")!["state"]);
        Assert.DoesNotContain("sk-very-secret", list.ToJsonString() + body.ToJsonString(), StringComparison.Ordinal);
        // Switched on it is connected in the background, which may have begun before the answer was written.
        Assert.Equal("disabled", (string?)off!["state"]);
        Assert.Contains((string?)on!["state"], (string?[])["idle", "connecting", "connected"]);
        Assert.Empty(none!["tools"]!.AsArray());
        Assert.Equal(HttpStatusCode.NoContent, removed);
        Assert.Equal((HttpStatusCode.NotFound, "MCP_SERVER_NOT_FOUND"), SessionEndpointTests.CodeOf(gone));
    }

    [Theory]
    [InlineData("""{"name":"a","url":"not a url"}""", "MCP_URL_INVALID")]
    [InlineData("""{"name":"a","url":"ftp://x.example"}""", "MCP_URL_INVALID")]
    [InlineData("""{"name":"a","url":"javascript:alert(1)"}""", "MCP_URL_INVALID")]
    [InlineData("""{"name":"a","url":"https://u:p@x.example"}""", "MCP_URL_INVALID")]
    [InlineData("""{"name":"a"}""", "VALIDATION_ERROR")]
    [InlineData("""{"name":"../a","url":"https://x.example"}""", "VALIDATION_ERROR")]
    [InlineData("""{"name":"a","url":"https://x.example","command":["x"]}""", "VALIDATION_ERROR")]
    [Requirement("T3.4", "invalid URL rejected")]
    [Requirement("J.3", "MCP validates")]
    [Requirement("MCP-M", "invalid URL rejected")]
    public async Task What_makes_no_sense_is_refused_and_nothing_is_written(string body, string code)
    {
        using var home = new TempHome();
        await using var core = await TestCore.StartAsync(null, Cancel, home);

        var answer = await core.PostAsync("/api/v1/mcp/servers", body, Cancel);

        Assert.Equal((HttpStatusCode.BadRequest, code), SessionEndpointTests.CodeOf(answer));
        Assert.False(File.Exists(Path.Combine(home.Data, "mcp", "servers.json")));
    }

    [Fact]
    [Requirement("T3.5", "clear error")]
    public async Task A_server_that_can_not_be_reached_says_why()
    {
        using var home = new TempHome();
        FakeMcp.Write(home, ("web", new JsonObject { ["url"] = "http://127.0.0.1:9/mcp" }), ("gone", FakeMcp.Entry(home, "exit")));
        await using var core = await TestCore.StartAsync(null, Cancel, home);

        var (_, web) = await core.PostAsync("/api/v1/mcp/servers/web/test", null, Cancel);
        var (_, gone) = await core.PostAsync("/api/v1/mcp/servers/gone/test", null, Cancel);
        var (_, logs) = await core.GetAsync("/api/v1/mcp/servers/gone/logs", Cancel);

        Assert.Contains("127.0.0.1:9", (string?)web!["error"], StringComparison.Ordinal);
        Assert.Contains("no license", (string?)gone!["error"], StringComparison.Ordinal);
        Assert.Contains("no license", logs!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("filesystem:read_file")]
    [InlineData("filesystem/read_file")]
    [InlineData("filesystem.read_file")]
    [InlineData("filesystem_read_file")]
    public async Task A_bundled_tool_is_called_by_every_form_of_its_name(string name)
    {
        using var home = new TempHome();
        home.Write("a.txt", "what stands in it");
        await using var core = await TestCore.StartAsync(null, Cancel, home);

        var (status, result) = await core.PostAsync("/mcp/tools/call", new { tool = name, arguments = new { path = "a.txt" } }, Cancel);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("what stands in it", ((string)result!["output"]!).Trim());
        Assert.Equal("text", (string?)result["content"]![0]!["type"]);
    }

    [Theory]
    [InlineData("""{"tool":"filesystem:write_file","arguments":{"path":"b.txt","content":"x"}}""", HttpStatusCode.BadGateway)]
    [InlineData("""{"tool":"fake:echo","arguments":{"text":"x"}}""", HttpStatusCode.BadGateway)]
    [InlineData("""{"tool":"no such","arguments":{}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"tool":"nosuch:thing","arguments":{}}""", HttpStatusCode.NotFound)]
    [InlineData("""{"tool":"fake:echo","arguments":{"a b":1}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"tool":"fake:echo","arguments":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"tool":"fake:echo","session_id":"x"}""", HttpStatusCode.BadRequest)]
    public async Task A_call_that_may_not_be_made_is_not_made(string body, HttpStatusCode expected)
    {
        using var home = new TempHome();
        FakeMcp.Write(home, ("filesystem", new JsonObject { ["transport"] = "bundled" }), ("fake", FakeMcp.Entry(home, "good")));
        await using var core = await TestCore.StartAsync(null, Cancel, home);

        var (status, answer) = await core.PostAsync("/mcp/tools/call", body, Cancel);

        Assert.True(status == expected, $"{status}: {answer?.ToJsonString()}");
        Assert.False(home.Exists("b.txt"));
    }

    [Fact]
    public async Task A_hundred_servers_do_not_hold_up_the_start()
    {
        using var home = new TempHome();
        // None of them ever answers: whoever waited for one would wait for ever.
        FakeMcp.Write(home, [.. Enumerable.Range(0, 100).Select(n => ($"s{n}", FakeMcp.Entry(home, "never")))]);

        await using var core = await TestCore.StartAsync(null, Cancel, home);
        var ready = await core.GetAsync("/health", Cancel);
        var servers = (await core.GetAsync("/api/v1/mcp/servers", Cancel)).Body!["servers"]!.AsArray();

        Assert.Equal(HttpStatusCode.OK, ready.Status);
        Assert.Equal(100, servers.Count);
        Assert.DoesNotContain(servers, static server => (string?)server!["state"] == "connected");
        Assert.InRange(servers.Count(static server => server!["pid"] is not null), 0, 8);
    }
}
