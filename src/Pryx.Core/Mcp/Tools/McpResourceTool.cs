using System.Globalization;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Mcp.Connections;

namespace Pryx.Core.Mcp.Tools;

/// <summary><c>mcp_read_resource</c>: lists what servers hold, or reads one of them.</summary>
internal sealed class McpResourceTool(IReadOnlyList<McpConnection> connections) : ITool
{
    private const int MaxListed = 200;

    public ToolDefinition Definition { get; } = new(
        "mcp.read_resource", "mcp_read_resource", $"Reads a resource of an MCP server, or without uri lists what it has. Servers with resources: {string.Join(", ", connections.Select(static connection => connection.Server.Name))}.",
        McpSearchTool.SchemaOf("""
            {"type":"object","properties":{"server":{"type":"string"},"uri":{"type":"string","description":"Leave it out to list the server's resources"}},"required":["server"]}
            """));

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var server = arguments.RequireString("server");
        var connection = connections.FirstOrDefault(other => other.Server.Name.Equals(server, StringComparison.OrdinalIgnoreCase))
            ?? throw new ToolArgumentException($"There is no MCP server '{server}' with resources.");
        var uri = arguments.OptionalString("uri");
        return ValueTask.FromResult(new ToolPlan(uri is null ? $"{server}: list resources" : $"{server}: read {PlainWords.OneLine(uri, 100)}", [])
        {
            IsVouchedReading = connection.Server.IsTrusted,
            State = (connection, uri),
        });
    }

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var (connection, uri) = ((McpConnection, string?))plan.State!;
        try
        {
            var text = await connection.AskAsync(async (client, token) => uri is null
                ? ListOf(await client.ListResourcesAsync(cancellationToken: token).ConfigureAwait(false))
                : string.Join("\n", (await client.ReadResourceAsync(uri, cancellationToken: token).ConfigureAwait(false)).Contents.Select(McpResult.TextOf)), cancellationToken).ConfigureAwait(false);
            return await McpResult.TextOutcomeAsync(connection.Server, text, isError: false, [], context, cancellationToken).ConfigureAwait(false);
        }
        catch (McpUnavailableException e)
        {
            return McpResult.Foreign(connection.Server, ToolOutcome.Error(e.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ToolOutcome.Error($"The MCP server '{connection.Server.Name}' gave no answer in time.");
        }
    }

    private static string ListOf(IList<ModelContextProtocol.Client.McpClientResource> resources)
    {
        var text = new StringBuilder(resources.Count == 0 ? "It has no resources." : "");
        foreach (var resource in resources.Take(MaxListed))
        {
            text.Append(CultureInfo.InvariantCulture, $"{resource.Uri}  {resource.Title ?? resource.Name}{(resource.Description is { } what ? $": {PlainWords.OneLine(what, 200)}" : "")}\n");
        }
        return resources.Count > MaxListed ? text.Append(CultureInfo.InvariantCulture, $"… and {resources.Count - MaxListed} more").ToString() : text.ToString();
    }
}
