using System.Text.Json.Nodes;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Mcp;

/// <summary>The protocol's own servers from npm, from chat, as a user would configure them.</summary>
public sealed class NpmServerTests
{
    private static readonly string[] Places = ["/usr/bin/npx", "/usr/local/bin/npx", "/opt/homebrew/bin/npx"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("@modelcontextprotocol/server-everything", "mcp__npm__echo", """{"message":"pangolin"}""", "pangolin")]
    [InlineData("@modelcontextprotocol/server-memory", "mcp__npm__create_entities", """{"entities":[{"name":"pangolin","entityType":"animal","observations":["has scales"]}]}""", "has scales")]
    [InlineData("@modelcontextprotocol/server-filesystem", "mcp__npm__list_directory", """{"path":"{workspace}"}""", "pangolin.txt")]
    [Requirement("FR9.2", "spawn on demand")]
    public async Task A_server_from_npm_works_over_stdio_from_chat(string package, string tool, string arguments, string expected)
    {
        var npx = Places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(npx is null, "Needs npx: apt install nodejs npm");
        using var home = new TempHome();
        home.Write("pangolin.txt", "scales");
        // With the machine's own npm cache and settings; whether the sandbox holds is shown elsewhere.
        FakeMcp.Write(home, ("npm", new JsonObject
        {
            ["command"] = new JsonArray([.. ((string[])[npx!, "-y", package, .. package.EndsWith("everything", StringComparison.Ordinal) ? (string[])["stdio"] : [home.Workspace]]).Select(static word => JsonValue.Create(word))]),
            ["sandbox"] = false,
            ["trusted"] = true,
            ["env"] = new JsonObject { ["MEMORY_FILE_PATH"] = Path.Combine(home.Root, "memory.json") },
        }));
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Calls((tool, arguments.Replace("{workspace}", home.Workspace, StringComparison.Ordinal))), Says("Done.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel, home);
        var up = (await core.PostAsync("/api/v1/mcp/servers/npm/test", null, Cancel)).Body!;
        Assert.SkipWhen(!(bool)up["ok"]! && up["error"]!.ToString().Contains("did not answer", StringComparison.Ordinal), "Needs npm's registry or a filled npm cache: npx -y " + package);
        Assert.True((bool)up["ok"]!, up.ToJsonString());
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", allow = (string[])["mcp.npm.*"] }, Cancel);
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Contains(expected, provider.ModelRequests[^1].Results.Single().Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }
}
