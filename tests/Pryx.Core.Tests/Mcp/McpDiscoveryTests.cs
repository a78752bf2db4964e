using System.Net;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>The routes below /mcp/discovery.</summary>
public sealed class McpDiscoveryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_list_has_its_levels_filters_details_and_categories()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Equal("filesystem A, shell B, browser B, clipboard A, github A, postgresql A, sqlite A, fetch B, brave-search A, puppeteer B", await IdsAsync(core, ""));
        Assert.Equal("github A", await IdsAsync(core, "?q=pull%20requests"));
        Assert.Equal("shell B, clipboard A", await IdsAsync(core, "?category=system"));
        Assert.Equal("browser B, fetch B, puppeteer B", await IdsAsync(core, "?category=web&security_level=b"));
        Assert.Equal("brave-search A", await IdsAsync(core, "?author=brave&verified=true"));
        Assert.Equal("", await IdsAsync(core, "?q=nothing-like-it"));
        var (status, detail) = await core.GetAsync("/mcp/discovery/curated/github", Cancellation);
        Assert.Equal((HttpStatusCode.OK, "green", "http"), (status, (string?)detail!["security_level_color"], (string?)detail["recommended_config"]!["transport"]));
        Assert.NotEmpty(detail["security_warnings"]!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync("/mcp/discovery/curated/none", Cancellation)).Status);
        var categories = (await core.GetAsync("/mcp/discovery/categories", Cancellation)).Body!["categories"]!.AsArray();
        Assert.Equal(10, categories.Sum(category => (int)category!["count"]!));
        Assert.All(categories, category => Assert.True((int)category!["count"]! > 0));
    }

    [Fact]
    [Requirement("T3.4", "invalid URL rejected")]
    public async Task An_address_is_noted_once_when_it_is_valid_and_forgotten()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Equal("B", (string?)(await core.PostAsync("/mcp/discovery/validate", new { url = "https://example.org/mcp" }, Cancellation)).Body!["security_level"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.PostAsync("/mcp/discovery/validate", new { }, Cancellation)).Status);
        foreach (var url in (string[])["http://example.org/mcp", "https://localhost/mcp", "file:///etc/passwd", "nothing"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await core.PostAsync("/mcp/discovery/custom", new { name = "mine", url }, Cancellation)).Status);
        }
        var (status, added) = await core.PostAsync("/mcp/discovery/custom", new { name = "mine", url = "https://example.org/mcp" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(HttpStatusCode.Conflict, (await core.PostAsync("/mcp/discovery/custom", new { name = "again", url = "https://EXAMPLE.org/mcp/" }, Cancellation)).Status);
        var list = (await core.GetAsync("/mcp/discovery/custom", Cancellation)).Body!;
        Assert.Equal((1, "mine"), ((int)list["count"]!, (string?)list["servers"]![0]!["name"]));
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, $"/mcp/discovery/custom/{added!["id"]}", null, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await core.SendAsync(HttpMethod.Delete, $"/mcp/discovery/custom/{added["id"]}", null, Cancellation)).Status);
        Assert.Equal(0, (int)(await core.GetAsync("/mcp/discovery/custom", Cancellation)).Body!["count"]!);
    }

    private static async Task<string> IdsAsync(TestCore core, string query) => string.Join(", ",
        (await core.GetAsync("/mcp/discovery/curated" + query, Cancellation)).Body!["servers"]!.AsArray().Select(server => $"{server!["id"]} {server["security_level"]}"));
}
