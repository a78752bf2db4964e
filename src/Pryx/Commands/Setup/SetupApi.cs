using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Mcp;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;
using Pryx.Protocol.Setup;
using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary>The routes of setup as the command calls them.</summary>
/// <param name="folder">Of the person: its .env may hold a key, and it is proposed.</param>
internal sealed class SetupApi(ApiConnection api, string folder)
{
    private readonly string _query = $"?workspace={Uri.EscapeDataString(folder)}";

    public ApiConnection Api => api;

    public string Folder => folder;

    public Task<SetupBody> ReadAsync(CancellationToken cancellationToken) => api.CallAsync("GET", $"/api/v1/setup{_query}", null, SetupJson.Default.SetupBody, cancellationToken);

    public Task<SetupReady> ReadyAsync(CancellationToken cancellationToken) => api.CallAsync("GET", $"/api/v1/setup/ready{_query}", null, SetupJson.Default.SetupReady, cancellationToken);

    public Task<ProviderTried> TryAsync(TryProvider provider, CancellationToken cancellationToken) =>
        api.CallAsync("POST", "/api/v1/setup/try", JsonSerializer.Serialize(provider, SetupJson.Default.TryProvider), SetupJson.Default.ProviderTried, cancellationToken);

    public Task<SetupAnswer> ActAsync(string step, SetupInput input, CancellationToken cancellationToken) =>
        api.CallAsync("POST", $"/api/v1/setup/steps/{Uri.EscapeDataString(step)}{_query}", JsonSerializer.Serialize(input, SetupJson.Default.SetupInput), SetupJson.Default.SetupAnswer, cancellationToken);

    public Task DismissAsync(CancellationToken cancellationToken) => api.CallAsync("POST", "/api/v1/setup/dismiss", cancellationToken);

    public Task RestartAsync(CancellationToken cancellationToken) => api.CallAsync("DELETE", "/api/v1/setup", cancellationToken);

    public Task EnableSkillAsync(string id, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteEndObject();
        }
        return api.SendOkAsync("POST", "/api/v1/skills/enable", System.Text.Encoding.UTF8.GetString(body.ToArray()), cancellationToken);
    }

    /// <param name="text"><c>NAME=https://…</c> or <c>NAME=PROGRAM ARGUMENTS</c>.</param>
    /// <exception cref="PryxException">It is neither, or what Core says of it.</exception>
    public async Task<string> AddServerAsync(string text, CancellationToken cancellationToken)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var (name, what) = at > 0 ? (text[..at].Trim(), text[(at + 1)..].Trim()) : ("", "");
        if (name.Length == 0 || what.Length == 0)
        {
            throw UsageError.Of($"'{SafeText.Line(text, 100)}' names no MCP server.", "write it as NAME=https://host/mcp or \"NAME=program arguments\"");
        }
        var isAddress = what.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || what.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        var input = isAddress ? new McpServerInput(name) { Url = what }
            : new McpServerInput(name) { Command = CommandWords.Split(what) ?? throw UsageError.Of($"A quote in '{SafeText.Line(what, 100)}' does not end.") };
        var added = await api.CallAsync("POST", "/api/v1/mcp/servers", JsonSerializer.Serialize(input, McpJson.Default.McpServerInput), McpJson.Default.McpServerBody, cancellationToken);
        return added.Name;
    }
}
