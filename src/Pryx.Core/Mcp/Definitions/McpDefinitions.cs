using Pryx.Core.Configuration;

namespace Pryx.Core.Mcp.Definitions;

/// <summary>Which servers are configured, for the user and in a folder. Files are read again only when they have changed.</summary>
public sealed class McpDefinitions(PryxPaths paths)
{
    private static readonly string[] Parts = ["filesystem", "shell", "browser", "clipboard"];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Stamp, McpServerList List)> _read = new(StringComparer.Ordinal);

    /// <summary>The user's own file, whether or not it exists.</summary>
    public McpServerFile Home { get; } = new(paths.McpServers, McpOrigin.Home);

    /// <param name="trustedWorkspace">Canonical; null: no folder, or one that is not trusted and whose files are data.</param>
    public McpServerList For(string? trustedWorkspace)
    {
        List<McpServer> servers = [];
        List<string> problems = [];
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var found = false;
        foreach (var file in Files(trustedWorkspace))
        {
            var (stamp, list) = Read(file);
            found |= stamp.Length > 0;
            problems.AddRange(list.Problems);
            servers.AddRange(list.Servers.Where(server => names.Add(server.Name)));
        }
        return new(found ? servers : [.. Parts.Select(static part => new McpServer(part, McpTransport.Bundled) { Command = [part], Origin = McpOrigin.Bundled })], problems);
    }

    private IEnumerable<McpServerFile> Files(string? workspace)
    {
        if (workspace is not null && Path.Combine(workspace, ".pryx") != paths.Data)
        {
            yield return new(Path.Combine(workspace, ".pryx", "mcp", "servers.json"), McpOrigin.Workspace);
            yield return new(Path.Combine(workspace, ".mcp.json"), McpOrigin.Workspace);
        }
        yield return Home;
    }

    private (string Stamp, McpServerList List) Read(McpServerFile file)
    {
        lock (_lock)
        {
            var stamp = file.Stamp();
            if (!_read.TryGetValue(file.Path, out var known) || known.Stamp != stamp)
            {
                // Many folders come by; what is read again costs little.
                if (_read.Count > 64)
                {
                    _read.Clear();
                }
                _read[file.Path] = known = (stamp, stamp.Length == 0 ? McpServerList.Empty : file.Read());
            }
            return known;
        }
    }
}
