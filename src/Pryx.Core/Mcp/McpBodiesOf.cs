using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Core.Mcp.Connections;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp;

/// <summary>Definitions and states as the API shows and takes them; what may be a secret is not shown.</summary>
internal static class McpBodiesOf
{
    private const string Hidden = "***";

    public static McpServerBody Server(McpServer server, McpStatus status, int? tools) => new(server.Name, server.Transport.ToString().ToLowerInvariant(), status.State, server.IsEnabled)
    {
        Origin = server.Origin.ToString().ToLowerInvariant(),
        Source = server.Source,
        Url = server.Url,
        Command = server.Command.Count > 0 ? server.Command : null,
        Cwd = server.Cwd,
        Env = server.Env.Count > 0 ? [.. server.Env.Keys] : null,
        Headers = server.Headers.Count > 0 ? [.. server.Headers.Keys] : null,
        Auth = server.Auth is { } auth ? new(auth.Type, auth.TokenRef, auth.ClientId, auth.Scopes.Count > 0 ? auth.Scopes : null, auth.Issuer) : null,
        Trusted = server.IsTrusted,
        Sandbox = status.Sandbox,
        Sandboxed = server.IsSandboxed,
        Network = server.Network.Count > 0 ? server.Network : null,
        Writable = server.Writable.Count > 0 ? server.Writable : null,
        HiddenTools = server.HiddenTools.Count > 0 ? server.HiddenTools : null,
        Tools = tools,
        Error = status.Error,
        Warnings = status.Warnings.Count > 0 ? status.Warnings : null,
        Since = status.Since,
        ProtocolVersion = status.ProtocolVersion,
        ServerName = status.ServerName,
        ServerVersion = status.ServerVersion,
        Pid = status.Pid,
    };

    /// <summary>Its entry in the file's own shape; values of env and headers only where they are references.</summary>
    public static JsonElement Configured(McpServer server)
    {
        var entry = (JsonObject)JsonNode.Parse(server.Definition)!;
        foreach (var map in (ReadOnlySpan<string>)["env", "headers"])
        {
            foreach (var (name, value) in ((entry[map] as JsonObject) ?? []).ToList())
            {
                if (value?.ToString() is { } text && !text.StartsWith("keychain:", StringComparison.Ordinal) && !text.StartsWith("${", StringComparison.Ordinal))
                {
                    entry[map]![name] = Hidden;
                }
            }
        }
        entry["transport"] = server.Transport.ToString().ToLowerInvariant();
        using var document = JsonDocument.Parse(entry.ToJsonString());
        return document.RootElement.Clone();
    }

    /// <summary>Puts what is given into an entry; a url takes the command's place, and the other way round.</summary>
    public static void Fill(JsonObject entry, McpServerInput input)
    {
        if (input.Url is { } url)
        {
            Drop(entry, "command", "args", "type", "cwd");
            entry["transport"] = input.Transport ?? (entry["transport"]?.ToString() == "sse" ? "sse" : "http");
            entry["url"] = url.Trim();
        }
        if (input.Command is { Count: > 0 } command)
        {
            Drop(entry, "url", "args", "type", "headers", "auth");
            entry["transport"] = "stdio";
            entry["command"] = List(command);
        }
        Set(entry, "cwd", input.Cwd);
        Set(entry, "protocol_version", input.ProtocolVersion);
        Set(entry, "env", Map(input.Env));
        Set(entry, "headers", Map(input.Headers));
        Set(entry, "network", input.Network is { } network ? List(network) : null);
        Set(entry, "writable", input.Writable is { } writable ? List(writable) : null);
        Set(entry, "hidden_tools", input.HiddenTools is { } hidden ? List(hidden) : null);
        Set(entry, "enabled", input.Enabled is { } enabled ? JsonValue.Create(enabled) : null);
        Set(entry, "trusted", input.Trusted is { } trusted ? JsonValue.Create(trusted) : null);
        Set(entry, "sandbox", input.Sandbox is { } sandbox ? JsonValue.Create(sandbox) : null);
        if (input.Auth is { } auth)
        {
            var into = new JsonObject { ["type"] = auth.Type };
            Set(into, "token_ref", auth.TokenRef);
            Set(into, "client_id", auth.ClientId);
            Set(into, "issuer", auth.Issuer);
            Set(into, "scopes", auth.Scopes is { } scopes ? List(scopes) : null);
            entry["auth"] = into;
        }
    }

    private static void Drop(JsonObject entry, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            entry.Remove(name);
        }
    }

    private static void Set(JsonObject entry, string name, JsonNode? value)
    {
        if (value is not null)
        {
            entry[name] = value;
        }
    }

    private static JsonArray List(IReadOnlyList<string> words) => new([.. words.Select(static word => JsonValue.Create(word))]);

    private static JsonObject? Map(IReadOnlyDictionary<string, string>? map) => map is null ? null : new(map.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
}
