using System.Text.Json;
using Pryx.Commands.Mcp;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;
using Pryx.Tui.Link;

namespace Pryx.Tui.Screens.Mcp;

/// <summary>The routes of MCP servers as this screen calls them.</summary>
internal static class McpCalls
{
    private static readonly string[] _fetchers = ["npx", "npm", "pnpm", "pnpx", "yarn", "bunx", "bun", "uvx", "uv", "pipx", "deno"];

    public static string PathOf(string server, string action = "") => $"/api/v1/mcp/servers/{Uri.EscapeDataString(server)}{action}";

    public static Task<McpServerBody> AddServerAsync(this ICoreLink core, McpServerInput input, CancellationToken cancellationToken) =>
        core.SendAsync("POST", "/api/v1/mcp/servers", JsonSerializer.Serialize(input, McpJson.Default.McpServerInput), McpJson.Default.McpServerBody, cancellationToken);

    /// <param name="source">An address, or a command line.</param>
    /// <exception cref="PryxException">VALIDATION_ERROR.</exception>
    public static McpServerInput Input(string name, string source, string hosts)
    {
        if (name.Length == 0 || source.Length == 0)
        {
            throw new PryxException("VALIDATION_ERROR", name.Length == 0 ? "A name is needed." : "An address or a command is needed.", "https://example.org/mcp, or npx -y PACKAGE");
        }
        if (source.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return new(name) { Url = source, Transport = "http" };
        }
        var words = CommandWords.Split(source) ?? throw new PryxException("VALIDATION_ERROR", "A quote of the command does not end.");
        // What fetches its own package needs the registries, and nothing else.
        var isFetched = _fetchers.Contains(Path.GetFileNameWithoutExtension(words[0]), StringComparer.OrdinalIgnoreCase);
        string[] network = [.. (isFetched ? ["registries"] : Array.Empty<string>()).Union(hosts.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))];
        return new(name) { Command = words, Transport = "stdio", Network = network.Length == 0 ? null : network };
    }
}
