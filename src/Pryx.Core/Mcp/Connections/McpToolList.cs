using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Pryx.Core.Mcp.Connections;

/// <summary>Reads a server's tools page by page, each by itself: one that is broken hides no other.</summary>
internal static class McpToolList
{
    private const int MaxTools = 2000, MaxPages = 200;
    private static readonly JsonTypeInfo<Tool> ToolType = (JsonTypeInfo<Tool>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(Tool));

    /// <exception cref="McpException">The server answered with an error.</exception>
    public static async Task<(IReadOnlyList<McpToolInfo> Tools, IReadOnlyList<string> Warnings)> ReadAsync(McpClient client, CancellationToken cancellationToken)
    {
        List<McpToolInfo> tools = [];
        List<string> warnings = [];
        List<Tool> known = [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        var cursors = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var parameters = new JsonObject();
            if (cursor is not null)
            {
                parameters["cursor"] = cursor;
            }
            var response = await client.SendRequestAsync(new JsonRpcRequest { Method = RequestMethods.ToolsList, Params = parameters }, cancellationToken).ConfigureAwait(false);
            if (response.Result is not JsonObject result || result["tools"] is not JsonArray list)
            {
                throw new McpException("its list of tools is no list");
            }
            foreach (var node in list)
            {
                try
                {
                    var tool = McpToolInfo.Read(node);
                    if (!names.Add(tool.Name))
                    {
                        throw new FormatException($"the tool '{PlainWords.OneLine(tool.Name, 64)}' is listed twice; the first one counts");
                    }
                    tools.Add(tool);
                    known.Add(node.Deserialize(ToolType)!);
                }
                catch (Exception e) when (e is FormatException or JsonException or ArgumentException)
                {
                    warnings.Add(e.Message);
                }
            }
            cursor = result["nextCursor"] is JsonValue next && next.TryGetValue(out string? text) && text.Length > 0 ? text : null;
            if (cursor is null)
            {
                break;
            }
            if (!cursors.Add(cursor) || tools.Count >= MaxTools || page == MaxPages - 1)
            {
                warnings.Add(tools.Count >= MaxTools ? $"It has more than {MaxTools} tools; the others are left out." : "Its list of tools has no end; what came first counts.");
                break;
            }
        }
        // It wants to know which of their arguments are headers.
        client.ClearKnownTools();
        client.AddKnownTools(known);
        return (tools.Count > MaxTools ? tools[..MaxTools] : tools, warnings.Count > 20 ? [.. warnings.Take(20), $"and {warnings.Count - 20} more"] : warnings);
    }
}
