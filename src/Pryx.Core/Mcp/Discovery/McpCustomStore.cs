using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Discovery;

/// <summary>The addresses that a person has noted, in a file of their own.</summary>
/// <param name="path">Created at the first change; its folder too.</param>
public sealed class McpCustomStore(string path)
{
    private const int MaxServers = 500;
    private readonly Lock _lock = new();

    /// <exception cref="PryxException">MCP_CONFIG_INVALID</exception>
    public IReadOnlyList<McpCustomServer> List()
    {
        lock (_lock)
        {
            return Read();
        }
    }

    /// <exception cref="PryxException">MCP_URL_TAKEN, VALIDATION_ERROR (too many), MCP_CONFIG_INVALID</exception>
    public McpCustomServer Add(string name, string url, string level, DateTimeOffset now)
    {
        lock (_lock)
        {
            var servers = Read();
            if (servers.FirstOrDefault(server => Same(server.Url, url)) is { } taken)
            {
                throw new PryxException("MCP_URL_TAKEN", $"The address is noted already, as '{taken.Name}'.", "remove that one first, or use it");
            }
            if (servers.Count >= MaxServers)
            {
                throw new PryxException("VALIDATION_ERROR", $"{MaxServers} addresses are noted already.", "remove some");
            }
            var server = new McpCustomServer($"custom-{Guid.NewGuid():N}"[..15], name, url, level, now);
            Write([.. servers, server]);
            return server;
        }
    }

    /// <summary>False when there is none.</summary>
    public bool Remove(string id)
    {
        lock (_lock)
        {
            var servers = Read();
            var rest = servers.Where(server => server.Id != id).ToList();
            if (rest.Count == servers.Count)
            {
                return false;
            }
            Write(rest);
            return true;
        }
    }

    private static bool Same(string one, string other) => new Uri(one).GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped).TrimEnd('/') == new Uri(other).GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped).TrimEnd('/');

    private IReadOnlyList<McpCustomServer> Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), McpDiscoveryJson.Default.McpCustomList)?.Servers ?? [] : [];
        }
        catch (JsonException e)
        {
            throw new PryxException("MCP_CONFIG_INVALID", $"{path} is no list of servers (line {e.LineNumber + 1}).", "correct it or remove it");
        }
    }

    private void Write(List<McpCustomServer> servers)
    {
        PryxPaths.CreatePrivate(Path.GetDirectoryName(path)!);
        PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(new(servers, servers.Count), McpDiscoveryJson.Default.McpCustomList));
    }
}
