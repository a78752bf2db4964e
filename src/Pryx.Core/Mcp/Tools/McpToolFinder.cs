namespace Pryx.Core.Mcp.Tools;

/// <summary>Finds a tool by whatever form of its name somebody uses.</summary>
internal static class McpToolFinder
{
    /// <summary><c>server:tool</c>, <c>server/tool</c>, <c>server.tool</c>, <c>server_tool</c>, <c>mcp__server__tool</c>, <c>mcp.server.tool</c>; null where none, or more than one, is meant.</summary>
    public static McpTool? Find(IReadOnlyList<McpTool> tools, string name)
    {
        var wanted = name.Trim();
        if (tools.FirstOrDefault(tool => tool.Definition.WireName.Equals(wanted, StringComparison.OrdinalIgnoreCase) || tool.Definition.PolicyName.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } exact)
        {
            return exact;
        }
        foreach (var separator in (ReadOnlySpan<char>)[':', '/', '.', '_'])
        {
            if (tools.Where(tool => $"{tool.Server.Name}{separator}{tool.Info.Name}".Equals(wanted, StringComparison.OrdinalIgnoreCase)).ToList() is [var only])
            {
                return only;
            }
        }
        return tools.Where(tool => tool.Info.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)).ToList() is [var single] ? single : null;
    }
}
