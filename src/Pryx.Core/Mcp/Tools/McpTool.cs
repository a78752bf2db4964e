using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Mcp.Connections;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Mcp.Tools;

/// <summary>
/// A tool of an MCP server. What it does is unknown to policy, so it is asked unless it was granted; and asked again, whatever was granted,
/// when it does not say the same of itself any more as when it was approved.
/// </summary>
internal sealed class McpTool : ITool
{
    private const int MaxDescription = 2000;
    private readonly McpConnection _connection;
    private readonly McpPinStore _pins;
    private readonly McpToolName _name;

    public McpTool(McpConnection connection, McpToolInfo info, McpToolName name, McpPinStore pins)
    {
        (_connection, Info, _pins, _name) = (connection, info, pins, name);
        var words = PlainWords.Of(info.Description.Length > 0 ? info.Description : info.Title ?? "", MaxDescription);
        Definition = new(name.Policy, name.Wire, $"[MCP server {connection.Server.Name}] {words}".TrimEnd(), info.Schema)
        {
            Aliases = [$"{connection.Server.Name}:{info.Name}", $"{connection.Server.Name}/{info.Name}"],
        };
    }

    public ToolDefinition Definition { get; }
    public McpToolInfo Info { get; }
    public McpServer Server => _connection.Server;

    /// <summary>The same under a name for the model that is not taken yet; it is added to those that are.</summary>
    public McpTool Renamed(HashSet<string> taken)
    {
        var name = _name.ToldApart($"{Server.Name}\0{Info.Name}");
        taken.Add(name.Wire);
        return new(_connection, Info, name, _pins);
    }

    /// <summary>It has changed since it was approved, as <see cref="PlanAsync"/> would find.</summary>
    public async ValueTask<bool> HasChangedAsync(CancellationToken cancellationToken) => Current() is { } now && await ChangeAsync(now, cancellationToken).ConfigureAwait(false) is not null;

    public async ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        // It may be listed again while the turn goes on: what counts is what it says at the call.
        try
        {
            await _connection.SettledAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (McpUnavailableException e)
        {
            throw new ToolArgumentException(e.Message);
        }
        var now = Current() ?? throw new ToolArgumentException($"The MCP server '{Server.Name}' has no tool '{Info.Name}' any more.");
        var change = await ChangeAsync(now, cancellationToken).ConfigureAwait(false);
        return new ToolPlan($"{Server.Name}: {PlainWords.OneLine(Info.Name, 80)}", [])
        {
            GrantPattern = Definition.PolicyName,
            Unclear = change?.Reason,
            IsReadable = change is null,
            IsVouchedReading = Server.IsTrusted && now.SaysReadOnly && change is null,
            State = new Planned(now, change?.Difference),
        };
    }

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var text = Indented(arguments.Json);
        return ValueTask.FromResult(new ToolPreview(PreviewKind.Text, ((Planned)plan.State!).Difference is { } difference ? $"{difference}\n\n{text}" : text));
    }

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var planned = (Planned)plan.State!;
        if (Current()?.Hash != planned.Info.Hash)
        {
            return ToolOutcome.Error($"The MCP server '{Server.Name}' has changed the tool '{Info.Name}' after this call was judged; nothing was called. Call it again.");
        }
        await _pins.ApproveAsync(Definition.PolicyName, Server, planned.Info, cancellationToken).ConfigureAwait(false);
        try
        {
            var values = arguments.Json.EnumerateObject().ToDictionary(static argument => argument.Name, static argument => (object?)argument.Value);
            var result = await _connection.CallAsync(Info.Name, values, context, cancellationToken).ConfigureAwait(false);
            return await McpResult.OutcomeAsync(Server, result, context, cancellationToken).ConfigureAwait(false);
        }
        catch (McpUnavailableException e)
        {
            return McpResult.Foreign(Server, ToolOutcome.Error(e.Message));
        }
        catch (TimeoutException e)
        {
            return ToolOutcome.Error($"The MCP server '{Server.Name}' is too slow: {e.Message}.");
        }
    }

    private McpToolInfo? Current() => _connection.Tools?.FirstOrDefault(tool => tool.Name == Info.Name);

    private async ValueTask<(string Reason, string Difference)?> ChangeAsync(McpToolInfo now, CancellationToken cancellationToken)
    {
        if (await _pins.FindAsync(Definition.PolicyName, cancellationToken).ConfigureAwait(false) is not { } pin)
        {
            return null;
        }
        if (pin.Identity != McpPinStore.IdentityOf(Server))
        {
            return ($"The MCP server '{Server.Name}' is not the one whose {Definition.PolicyName} was approved: it comes from another place.", $"# {Server.Name} is now {Server.Url ?? string.Join(' ', Server.Command)}, from {Server.Source}");
        }
        if (pin.Hash == now.Hash)
        {
            return null;
        }
        var difference = new StringBuilder("# What it says of itself has changed since it was approved.");
        Compare(difference, "description", pin.Description, now.Description);
        Compare(difference, "arguments", pin.Schema, now.Schema.GetRawText());
        return ($"{Definition.PolicyName} does not say the same of itself any more as when it was approved.", difference.ToString());
    }

    private static void Compare(StringBuilder text, string what, string before, string after)
    {
        if (before == after)
        {
            return;
        }
        // Around the first difference: a long text that is changed at its end would look the same.
        var same = before.AsSpan().CommonPrefixLength(after);
        var from = Math.Max(0, same - 60);
        text.Append(CultureInfo.InvariantCulture, $"\n- {what}: {Part(before, from)}\n+ {what}: {Part(after, from)}");
    }

    private static string Part(string text, int from) => (from > 0 ? "…" : "") + PlainWords.OneLine(text[Math.Min(from, text.Length)..], 500);

    private static string Indented(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private sealed record Planned(McpToolInfo Info, string? Difference);
}
