using System.Text;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Mcp.Connections;

namespace Pryx.Core.Mcp.Tools;

/// <summary><c>mcp_search</c>: finds tools whose schemas are too many to be declared; touches nothing.</summary>
internal sealed class McpSearchTool : ITool
{
    /// <summary>Bytes of the index in its description, about 1,500 tokens.</summary>
    private const int MaxIndex = 6 * 1024;
    private const int MaxFound = 8, MaxSchemaText = 4000;
    private readonly IReadOnlyList<McpTool> _tools;

    public McpSearchTool(IReadOnlyList<McpTool> tools)
    {
        _tools = tools;
        Definition = new("mcp.search", "mcp_search", Describe(tools), SchemaOf("""
            {"type":"object","properties":{"query":{"type":"string","description":"Words of what is needed, or names of tools"}},"required":["query"]}
            """)) { IsRepeatable = true };
    }

    public ToolDefinition Definition { get; }

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPlan.WithoutAccess("Look for MCP tools") with { State = arguments.RequireString("query") });

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var words = ((string)plan.State!).Split([' ', ',', '.', ':', '/', '_', '-', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var found = _tools.Select(tool => (Tool: tool, Score: ScoreOf(tool, (string)plan.State!, words))).Where(static pair => pair.Score > 0).OrderByDescending(static pair => pair.Score).Take(MaxFound).ToList();
        var text = new StringBuilder(found.Count == 0 ? "No tool matches. Try other words, or the name of a server." : "Call one with mcp_call {\"tool\": name, \"arguments\": {…}}.");
        foreach (var (tool, _) in found)
        {
            var schema = tool.Info.Schema.GetRawText();
            text.Append("\n\n").Append(tool.Definition.WireName).Append(": ").Append(tool.Definition.Description).Append("\narguments: ").Append(schema.Length > MaxSchemaText ? schema[..MaxSchemaText] + "…" : schema);
        }
        return Task.FromResult(ToolOutcome.Ok(text.ToString()));
    }

    internal static JsonElement SchemaOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static int ScoreOf(McpTool tool, string query, string[] words)
    {
        var score = tool.Definition.WireName.Equals(query.Trim(), StringComparison.OrdinalIgnoreCase) ? 100 : 0;
        foreach (var word in words)
        {
            score += tool.Info.Name.Contains(word, StringComparison.OrdinalIgnoreCase) ? 8 : 0;
            score += tool.Server.Name.Contains(word, StringComparison.OrdinalIgnoreCase) ? 4 : 0;
            score += word.Length > 2 && tool.Info.Description.Contains(word, StringComparison.OrdinalIgnoreCase) ? 2 : 0;
        }
        return score;
    }

    // Names and a few words as long as there is room, then names only, then how many there are.
    private static string Describe(IReadOnlyList<McpTool> tools)
    {
        var head = $"Finds tools of the connected MCP servers and shows how to call them with mcp_call. {tools.Count} tools:";
        foreach (var length in (ReadOnlySpan<int>)[60, 30, 0])
        {
            var index = Index(tools, length);
            if (Encoding.UTF8.GetByteCount(index) <= MaxIndex)
            {
                return head + index;
            }
        }
        var servers = string.Concat(tools.GroupBy(static tool => tool.Server.Name).Select(static group => $"\n{group.Key}: {group.Count()} tools"));
        return head + (servers.Length <= MaxIndex ? servers : servers[..MaxIndex] + "…");
    }

    private static string Index(IReadOnlyList<McpTool> tools, int words) => string.Concat(tools.GroupBy(static tool => tool.Server.Name).Select(group =>
        $"\n{group.Key}: " + string.Join(words > 0 ? "; " : ", ", group.Select(tool => words > 0 && tool.Info.Description.Length > 0 ? $"{PlainWords.OneLine(tool.Info.Name, 60)} ({PlainWords.OneLine(tool.Info.Description, words)})" : PlainWords.OneLine(tool.Info.Name, 60)))));
}

/// <summary><c>mcp_call</c>: passes on to a tool that <c>mcp_search</c> has shown; judged and asked as that tool.</summary>
internal sealed class McpCallTool(IReadOnlyList<McpTool> tools) : ITool, IRelay
{
    public ToolDefinition Definition { get; } = new("mcp.call", "mcp_call", "Calls a tool of an MCP server that mcp_search has shown.", McpSearchTool.SchemaOf("""
        {"type":"object","properties":{"tool":{"type":"string","description":"Its name as mcp_search shows it"},"arguments":{"type":"object","description":"As its schema says"}},"required":["tool"]}
        """));

    public (string Tool, ToolArguments Arguments) TargetOf(ToolArguments arguments)
    {
        var name = arguments.RequireString("tool", "name");
        var target = McpToolFinder.Find(tools, name) ?? throw new ToolArgumentException($"There is no MCP tool '{name}'. Look for it with mcp_search.");
        return (target.Definition.WireName, arguments.Find("arguments", "args") switch
        {
            null => ToolArguments.Parse("{}"),
            { ValueKind: JsonValueKind.String } text => ToolArguments.Parse(text.GetString()!),
            { } inner => ToolArguments.From(inner),
        });
    }

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("A relay is never planned itself.");

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("A relay is never invoked itself.");
}
