using System.Runtime.CompilerServices;
using Pryx.Agent.Tools;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Mcp.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Mcp;

/// <summary>The tools of connections in an order that stays, the very same ones as long as nothing has changed; above a number of them only a search.</summary>
internal sealed class McpShelf
{
    private readonly Lock _lock = new();
    private readonly ConditionalWeakTable<McpConnection, Listed> _listed = [];
    private (IReadOnlyList<object> From, int Limit, ToolOffer Offer)? _last;

    public IReadOnlyList<McpTool> ToolsOf(McpConnection connection, McpPinStore pins)
    {
        var infos = connection.Tools;
        if (infos is null)
        {
            return [];
        }
        lock (_lock)
        {
            if (_listed.TryGetValue(connection, out var known) && (ReferenceEquals(known.From, infos) || known.From.Select(static info => info.Hash).SequenceEqual(infos.Select(static info => info.Hash))))
            {
                return known.Tools;
            }
            var names = McpToolName.Of(connection.Server, infos);
            var hidden = connection.Server.HiddenTools;
            IReadOnlyList<McpTool> tools = [.. infos.Select((info, index) => new McpTool(connection, info, names[index], pins)).Where(tool => !hidden.Contains(tool.Info.Name))];
            _listed.AddOrUpdate(connection, new(infos, tools));
            return tools;
        }
    }

    public ToolOffer Offer(IReadOnlyList<McpConnection> connections, McpPinStore pins, int limit)
    {
        var lists = connections.Select(connection => ToolsOf(connection, pins)).ToList();
        var withResources = connections.Where(static connection => connection.Status.HasResources).ToList();
        lock (_lock)
        {
            List<object> from = [.. lists, .. withResources];
            if (_last is { } last && last.Limit == limit && last.From.SequenceEqual(from, ReferenceEqualityComparer.Instance))
            {
                return last.Offer;
            }
            List<McpTool> tools = [.. Unique(lists.SelectMany(static list => list))];
            List<ITool> more = withResources.Count > 0 ? [new McpResourceTool(withResources)] : [];
            var offer = tools.Count <= limit
                ? new ToolOffer([.. tools, .. more])
                : new ToolOffer([new McpSearchTool(tools), new McpCallTool(tools), .. more]) { OnDemand = tools };
            _last = (from, limit, offer);
            return offer;
        }
    }

    // a__b of one server and b of another may come to the same name; the later one is told apart.
    private static IEnumerable<McpTool> Unique(IEnumerable<McpTool> tools)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var tool in tools)
        {
            yield return names.Add(tool.Definition.WireName) ? tool : tool.Renamed(names);
        }
    }

    private sealed record Listed(IReadOnlyList<McpToolInfo> From, IReadOnlyList<McpTool> Tools);
}
