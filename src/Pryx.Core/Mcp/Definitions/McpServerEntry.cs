using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pryx.Core.Mcp.Definitions;

/// <summary>Reads one server's object, as the PRD has it or as other tools write it (<c>args</c>, <c>type</c>, <c>disabled</c>).</summary>
internal static class McpServerEntry
{
    private const int MaxName = 64;

    public static bool IsName(string? name) => name is { Length: > 0 and <= MaxName } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <exception cref="FormatException">What is wrong, for a person.</exception>
    public static McpServer Read(string name, JsonObject entry)
    {
        if (!IsName(name))
        {
            throw new FormatException($"'{name}' is no name for a server: 1 to {MaxName} letters, digits, '-' and '_'");
        }
        var url = Text(entry, "url") ?? Text(entry, "serverUrl") ?? Text(entry, "httpUrl");
        var command = CommandOf(entry);
        var transport = TransportOf(Text(entry, "transport") ?? Text(entry, "type"), url, command);
        if (transport is McpTransport.Http or McpTransport.Sse && WhyNoUrl(url) is { } why)
        {
            throw new FormatException(why);
        }
        if (transport == McpTransport.Stdio && command.Count == 0)
        {
            throw new FormatException("there is neither a url nor a command in it");
        }
        return new McpServer(name, transport)
        {
            Url = url,
            Command = command,
            Cwd = Text(entry, "cwd"),
            Env = Map(entry, "env"),
            Headers = Map(entry, "headers"),
            ProtocolVersion = Text(entry, "protocol_version"),
            Auth = AuthOf(entry),
            IsEnabled = Flag(entry, "enabled") ?? !(Flag(entry, "disabled") ?? false),
            IsTrusted = Flag(entry, "trusted") ?? false,
            IsSandboxed = Flag(entry, "sandbox") ?? true,
            Network = List(entry, "network"),
            Writable = List(entry, "writable"),
            HiddenTools = List(entry, "hidden_tools"),
            Definition = entry.ToJsonString(),
        };
    }

    /// <summary>Null when it is an absolute http or https address without a user in it.</summary>
    public static string? WhyNoUrl(string? url) => !Uri.TryCreate(url?.Trim(), UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || parsed.Host.Length == 0
        ? $"the url '{url}' is no absolute http or https address, such as https://example.org/mcp"
        : parsed.UserInfo.Length > 0 ? "the url must not hold a user or password: use auth or headers" : null;

    private static McpTransport TransportOf(string? said, string? url, IReadOnlyList<string> command) => said?.Trim().ToLowerInvariant() switch
    {
        // PRD's own configuration tool wrote such entries for addresses.
        "stdio" => url is not null && command.Count == 0 ? McpTransport.Http : McpTransport.Stdio,
        "sse" => McpTransport.Sse,
        "http" or "https" or "streamable-http" or "streamable_http" or "streamablehttp" or "streamable" => McpTransport.Http,
        "bundled" => McpTransport.Bundled,
        null or "" => url is not null ? McpTransport.Http : McpTransport.Stdio,
        var other => throw new FormatException($"transport '{other}' is unknown; it is stdio, http, sse or bundled"),
    };

    private static IReadOnlyList<string> CommandOf(JsonObject entry)
    {
        IReadOnlyList<string> words = entry["command"] switch
        {
            null => [],
            JsonArray => List(entry, "command"),
            JsonValue value when value.TryGetValue(out string? text) => entry["args"] is null ? Split(text) : [text],
            _ => throw new FormatException("command must be a list of words, or a text"),
        };
        return entry["args"] is null ? words : [.. words, .. List(entry, "args")];
    }

    /// <summary>Words with '…' and "…" as a shell has them; nothing else of a shell is read.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> words = [];
        var word = new System.Text.StringBuilder();
        char quote = '\0';
        var isWord = false;
        foreach (var c in text)
        {
            if (quote != '\0')
            {
                _ = c == quote ? word.Length : word.Append(c).Length;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                (quote, isWord) = (c, true);
            }
            else if (char.IsWhiteSpace(c))
            {
                Flush();
            }
            else
            {
                word.Append(c);
                isWord = true;
            }
        }
        Flush();
        return words;

        void Flush()
        {
            if (isWord)
            {
                words.Add(word.ToString());
            }
            word.Clear();
            isWord = false;
        }
    }

    private static McpAuth? AuthOf(JsonObject entry) => entry["auth"] switch
    {
        null => null,
        JsonObject auth => new McpAuth((Text(auth, "type") ?? "oauth").ToLowerInvariant()) { TokenRef = Text(auth, "token_ref"), ClientId = Text(auth, "client_id"), Scopes = List(auth, "scopes"), Issuer = Text(auth, "issuer") },
        JsonValue value when value.TryGetValue(out string? type) => new McpAuth(type.ToLowerInvariant()),
        _ => throw new FormatException("auth must be an object with type and token_ref"),
    };

    private static string? Text(JsonObject entry, string name) => entry[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => throw new FormatException($"{name} must be a text"),
    };

    private static bool? Flag(JsonObject entry, string name) => entry[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        _ => throw new FormatException($"{name} must be true or false"),
    };

    private static IReadOnlyList<string> List(JsonObject entry, string name) => entry[name] switch
    {
        null => [],
        JsonArray list => [.. list.Select(item => item is JsonValue value && value.TryGetValue(out string? text) ? text : throw new FormatException($"{name} must be a list of texts"))],
        _ => throw new FormatException($"{name} must be a list of texts"),
    };

    private static Dictionary<string, string> Map(JsonObject entry, string name) => entry[name] switch
    {
        null => [],
        JsonObject map => map.ToDictionary(static pair => pair.Key, pair => pair.Value is JsonValue value ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() : throw new FormatException($"{name}.{pair.Key} must be a text")),
        _ => throw new FormatException($"{name} must be an object of texts"),
    };
}
