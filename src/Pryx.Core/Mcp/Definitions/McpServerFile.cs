using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Definitions;

/// <param name="Problems">What could not be read, with the place and what to do.</param>
public sealed record McpServerList(IReadOnlyList<McpServer> Servers, IReadOnlyList<string> Problems)
{
    public static McpServerList Empty { get; } = new([], []);
}

/// <summary>One servers.json, or a file of another tool with <c>mcpServers</c>. What it does not know stays as it is when it writes.</summary>
public sealed class McpServerFile(string path, McpOrigin origin)
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 };

    public string Path => path;

    /// <summary>Changes when the file does; empty while there is none.</summary>
    public string Stamp() => new FileInfo(path) is { Exists: true } info ? $"{info.LastWriteTimeUtc.Ticks}:{info.Length}" : "";

    /// <summary>Never throws for what stands in the file: a broken entry hides no other one, a broken file none of another file.</summary>
    public McpServerList Read()
    {
        if (!File.Exists(path))
        {
            return McpServerList.Empty;
        }
        try
        {
            return Read(Parse());
        }
        catch (PryxException e)
        {
            return new([], [e.Next is { } next ? $"{e.Message} {next}" : e.Message]);
        }
    }

    /// <summary>Of any of the accepted shapes.</summary>
    internal McpServerList Read(JsonNode? root)
    {
        List<McpServer> servers = [];
        List<string> problems = [];
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, entry) in Entries(root))
        {
            try
            {
                var server = McpServerEntry.Read(name, entry as JsonObject ?? throw new FormatException("an object is expected"));
                // Policy does not tell upper from lower case.
                servers.Add(names.Add(name) ? server with { Origin = origin, Source = path } : throw new FormatException("there is another server of this name, or one that differs only in case"));
            }
            catch (FormatException e)
            {
                problems.Add($"{path}: the server '{name}' is left out: {e.Message}.");
            }
        }
        return new(servers, problems);
    }

    /// <summary>Adds or changes an entry; keys that are not given stay.</summary>
    /// <param name="change">Gets the entry, empty for a new one.</param>
    /// <returns>True when there was one.</returns>
    /// <exception cref="PryxException">MCP_CONFIG_INVALID: the file can not be read, so it is not written either.</exception>
    public bool Change(string name, Action<JsonObject> change)
    {
        var root = File.Exists(path) ? Parse() as JsonObject ?? throw Invalid("an object with \"servers\" is expected") : new JsonObject { ["servers"] = new JsonObject() };
        var existing = Find(root, name);
        var entry = existing ?? [];
        change(entry);
        if (existing is null)
        {
            Put(root, name, entry);
        }
        Write(root);
        return existing is not null;
    }

    /// <returns>False when there was none.</returns>
    /// <exception cref="PryxException">MCP_CONFIG_INVALID</exception>
    public bool Remove(string name)
    {
        if (!File.Exists(path) || Parse() is not JsonObject root || Find(root, name) is not { } entry)
        {
            return false;
        }
        if (entry.Parent is JsonArray list)
        {
            list.Remove(entry);
        }
        else
        {
            ((JsonObject)entry.Parent!).Remove(entry.GetPropertyName());
        }
        Write(root);
        return true;
    }

    private static IEnumerable<(string Name, JsonNode? Entry)> Entries(JsonNode? root)
    {
        var servers = root is JsonObject all ? all["servers"] ?? all["mcpServers"] ?? (all["mcp"] as JsonObject)?["servers"] : root;
        return servers switch
        {
            JsonObject map => map.Select(static pair => (pair.Key, pair.Value)),
            JsonArray list => list.Select(static (entry, index) => (entry is JsonObject one && one["name"] is JsonValue name && name.TryGetValue(out string? text) ? text : $"#{index + 1}", entry)),
            _ => [],
        };
    }

    private static JsonObject? Find(JsonObject root, string name) =>
        Entries(root).Where(pair => string.Equals(pair.Name, name, StringComparison.OrdinalIgnoreCase)).Select(static pair => pair.Entry as JsonObject).FirstOrDefault();

    private static void Put(JsonObject root, string name, JsonObject entry)
    {
        var key = root["servers"] is null && root["mcpServers"] is not null ? "mcpServers" : "servers";
        if (root[key] is JsonArray list)
        {
            entry["name"] = name;
            list.Add((JsonNode)entry);
            return;
        }
        if (root[key] is not JsonObject map)
        {
            root[key] = map = [];
        }
        map[name] = entry;
    }

    private JsonNode? Parse()
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw Invalid($"it is longer than {MaxBytes / 1024 / 1024} MB");
            }
            var root = JsonNode.Parse(File.ReadAllText(path), documentOptions: Lenient);
            _ = root is JsonObject or JsonArray ? 0 : throw Invalid("an object with \"servers\" is expected");
            // A name that stands twice is found only when somebody looks.
            foreach (var (_, entry) in Entries(root))
            {
                _ = (entry as JsonObject)?.Count;
            }
            return root;
        }
        catch (JsonException e)
        {
            throw Invalid($"it is no JSON (line {e.LineNumber + 1}, column {e.BytePositionInLine + 1})");
        }
        catch (ArgumentException)
        {
            throw Invalid("a name stands twice in one object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(e.Message);
        }
    }

    private void Write(JsonObject root)
    {
        PryxPaths.CreatePrivate(System.IO.Path.GetDirectoryName(path)!);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            root.WriteTo(writer);
        }
        PrivateFile.Replace(path, buffer.WrittenSpan);
    }

    private PryxException Invalid(string why) => new("MCP_CONFIG_INVALID", $"{path} can not be read: {why}.", "Correct the file, or move it away; nothing was written to it.");
}
