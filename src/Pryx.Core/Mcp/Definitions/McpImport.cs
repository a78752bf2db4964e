using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Definitions;

/// <summary>Takes servers over from what another tool has written; a name that is taken stays with the one that has it.</summary>
public static class McpImport
{
    /// <param name="json">An object with <c>mcpServers</c> or <c>servers</c>, or just the servers by name.</param>
    /// <exception cref="PryxException">VALIDATION_ERROR, MCP_CONFIG_INVALID.</exception>
    public static McpImported Take(McpServerFile into, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new PryxException("VALIDATION_ERROR", "json: an object with mcpServers is expected.");
        }
        var root = JsonObject.Create(json)!;
        var isWrapped = root["mcpServers"] is not null || root["servers"] is not null || root["mcp"] is not null;
        var offered = into.Read(isWrapped ? root : new JsonObject { ["servers"] = root });
        if (into.Read() is { Problems: [var broken, ..], Servers: [] })
        {
            throw new PryxException("MCP_CONFIG_INVALID", broken);
        }
        var taken = into.Read().Servers.Select(static server => server.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        List<string> added = [], skipped = [.. offered.Problems.Select(problem => problem.Replace($"{into.Path}: ", "", StringComparison.Ordinal))];
        foreach (var server in offered.Servers)
        {
            if (taken.Contains(server.Name))
            {
                skipped.Add($"{server.Name}: there is a server of this name already.");
                continue;
            }
            into.Change(server.Name, entry => Fill(entry, server));
            added.Add(server.Name);
        }
        return new(added, skipped);
    }

    // In our own shape; what only the other tool knows is kept.
    private static void Fill(JsonObject entry, McpServer server)
    {
        var original = (JsonObject)JsonNode.Parse(server.Definition)!;
        foreach (var name in (ReadOnlySpan<string>)["type", "args", "disabled", "command", "serverUrl", "httpUrl"])
        {
            original.Remove(name);
        }
        entry["transport"] = server.Transport.ToString().ToLowerInvariant();
        if (server.Url is not null)
        {
            entry["url"] = server.Url;
        }
        if (server.Command.Count > 0)
        {
            entry["command"] = new JsonArray([.. server.Command.Select(static word => JsonValue.Create(word))]);
        }
        if (!server.IsEnabled)
        {
            entry["enabled"] = false;
        }
        foreach (var (name, value) in original.Where(pair => !entry.ContainsKey(pair.Key)).ToList())
        {
            entry[name] = value?.DeepClone();
        }
    }
}
