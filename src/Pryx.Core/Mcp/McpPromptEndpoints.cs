using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp;

/// <summary><c>/api/v1/mcp/prompts</c>: what a message may begin with.</summary>
public sealed class McpPromptEndpoints(McpDesk desk)
{
    public void Map(ApiRoutes routes) =>
        routes.Add(new("GET", "/api/v1/mcp/prompts", "The prompts of the MCP servers that are connected; a message that begins with one's command is that prompt") { Response = McpJson.Default.McpPromptsBody }, ListAsync);

    private async Task ListAsync(HttpContext http)
    {
        using var leaving = http.Leaving();
        await http.WriteAsync(new McpPromptsBody(await desk.Prompts.ListAsync(null, leaving.Token)), McpJson.Default.McpPromptsBody);
    }
}
