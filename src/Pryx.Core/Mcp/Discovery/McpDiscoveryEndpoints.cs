using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Discovery;

/// <summary><c>/mcp/discovery</c>: servers worth knowing, what an address is worth, and the addresses a person has noted. Nothing of it connects to anybody.</summary>
public sealed class McpDiscoveryEndpoints(McpCustomStore custom, TimeProvider time)
{
    private const string Root = "/mcp/discovery";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root + "/curated", "MCP servers worth knowing")
        {
            Query = [new("q", "Words of the name or the description"), new("category", "Of one category"), new("author", "Of one author"), new("security_level", "A to F"), new("verified", "true: only those of whoever they speak for", "boolean")],
            Response = McpDiscoveryJson.Default.McpCuratedList,
        }, CuratedAsync);
        routes.Add(new("GET", Root + "/curated/{id}", "One of them, with what to know before it is added and how it would be configured") { Response = McpDiscoveryJson.Default.McpCuratedDetail }, DetailAsync);
        routes.Add(new("GET", Root + "/categories", "Their categories") { Response = McpDiscoveryJson.Default.McpCategoryList }, CategoriesAsync);
        routes.Add(new("POST", Root + "/validate", "What an address is worth, A to F, without asking it") { Request = McpDiscoveryJson.Default.McpValidateInput, Response = McpDiscoveryJson.Default.McpValidation }, ValidateAsync);
        routes.Add(new("GET", Root + "/custom", "The addresses that were noted") { Response = McpDiscoveryJson.Default.McpCustomList }, ListAsync);
        routes.Add(new("POST", Root + "/custom", "Notes an address that is valid and not noted yet") { Scope = Scopes.Admin, Request = McpDiscoveryJson.Default.McpCustomInput, Response = McpDiscoveryJson.Default.McpCustomServer, Status = 201 }, AddAsync);
        routes.Add(new("DELETE", Root + "/custom/{id}", "Forgets one") { Scope = Scopes.Admin, Status = 204 }, RemoveAsync);
    }

    private static Task CuratedAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var words = query["q"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<McpCuratedServer> found = [.. McpCurated.All.Select(static one => one.Server).Where(server =>
            words.All(word => Has(server.Id, word) || Has(server.Name, word) || Has(server.Description, word))
            && Is("category", server.Category) && Is("author", server.Author) && Is("security_level", server.SecurityLevel) && (query["verified"] != "true" || server.Verified))];
        return http.WriteAsync(new(found, found.Count), McpDiscoveryJson.Default.McpCuratedList);

        bool Is(string name, string value) => query[name].ToString() is not { Length: > 0 } wanted || wanted.Equals(value, StringComparison.OrdinalIgnoreCase);
    }

    private static Task DetailAsync(HttpContext http) => http.WriteAsync(
        McpCurated.All.FirstOrDefault(one => one.Server.Id == http.RouteText("id")) ?? throw new PryxException("NOT_FOUND", $"There is no server '{http.RouteText("id")}' in the list.", "GET /mcp/discovery/curated shows all"),
        McpDiscoveryJson.Default.McpCuratedDetail);

    private static Task CategoriesAsync(HttpContext http) => http.WriteAsync(
        new([.. McpCurated.Categories.Select(static category => new McpCategory(category.Id, category.Name, category.Icon, McpCurated.All.Count(one => one.Server.Category == category.Id)))]),
        McpDiscoveryJson.Default.McpCategoryList);

    private static async Task ValidateAsync(HttpContext http)
    {
        var input = await http.ReadAsync(McpDiscoveryJson.Default.McpValidateInput);
        await http.WriteAsync(McpRating.Rate(UrlOf(input.Url), new() { AllowsLocalhost = input.AllowLocalhost }), McpDiscoveryJson.Default.McpValidation);
    }

    private Task ListAsync(HttpContext http)
    {
        var servers = custom.List();
        return http.WriteAsync(new(servers, servers.Count), McpDiscoveryJson.Default.McpCustomList);
    }

    private async Task AddAsync(HttpContext http)
    {
        var input = await http.ReadAsync(McpDiscoveryJson.Default.McpCustomInput);
        if (input.Name?.Trim() is not { Length: > 0 and <= 100 } name)
        {
            throw new PryxException("VALIDATION_ERROR", "name: 1 to 100 characters are expected.");
        }
        var url = UrlOf(input.Url);
        var rating = McpRating.Rate(url, new() { AllowsLocalhost = input.AllowLocalhost });
        if (!rating.Valid)
        {
            throw new PryxException("MCP_URL_INVALID", $"url: {(rating.Errors.Count > 0 ? string.Join(' ', rating.Errors) : $"it is rated F. {string.Join(' ', rating.Warnings)}")}", "such as https://example.org/mcp");
        }
        await http.WriteAsync(custom.Add(name, url, rating.SecurityLevel, time.GetUtcNow()), McpDiscoveryJson.Default.McpCustomServer, StatusCodes.Status201Created);
    }

    private async Task RemoveAsync(HttpContext http)
    {
        if (!custom.Remove(http.RouteText("id")))
        {
            throw new PryxException("NOT_FOUND", $"No address '{http.RouteText("id")}' is noted.");
        }
        await http.NoContent();
    }

    private static string UrlOf(string? url) => url?.Trim() is { Length: > 0 } given ? given : throw new PryxException("VALIDATION_ERROR", "url: an address is expected.");

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}
