using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Storage;

namespace Pryx.Core.Mcp.Tools;

/// <summary>What a tool said of itself when it was approved.</summary>
public sealed record McpPin(string Identity, string Hash, string Description, string Schema);

/// <summary>Keeps what was approved of each tool, over restarts, so that a server can not get another tool under an old approval.</summary>
internal sealed class McpPinStore(Func<CancellationToken, Task<Database>> databaseAsync) : IDisposable
{
    private readonly ConcurrentDictionary<string, McpPin> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile bool _isLoaded;

    /// <summary>Null when it was never used.</summary>
    public async ValueTask<McpPin?> FindAsync(string policyName, CancellationToken cancellationToken)
    {
        if (!_isLoaded)
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        return _known.GetValueOrDefault(policyName);
    }

    /// <summary>Remembers it as it is now.</summary>
    public async Task ApproveAsync(string policyName, McpServer server, McpToolInfo tool, CancellationToken cancellationToken)
    {
        var pin = new McpPin(IdentityOf(server), tool.Hash, tool.Description, tool.Schema.GetRawText());
        if (_known.GetValueOrDefault(policyName) is { } known && known.Identity == pin.Identity && known.Hash == pin.Hash)
        {
            return;
        }
        var database = await databaseAsync(cancellationToken).ConfigureAwait(false);
        await database.WriteAsync(connection => connection.Execute(
            """
            INSERT INTO mcp_tools (policy_name, identity, hash, description, schema, approved_at) VALUES ($name, $identity, $hash, $description, $schema, $at)
            ON CONFLICT (policy_name) DO UPDATE SET identity = $identity, hash = $hash, description = $description, schema = $schema, approved_at = $at
            """,
            ("$name", policyName), ("$identity", pin.Identity), ("$hash", pin.Hash), ("$description", pin.Description), ("$schema", pin.Schema), ("$at", Sql.FormatTime(database.Time.GetUtcNow()))), cancellationToken).ConfigureAwait(false);
        _known[policyName] = pin;
    }

    /// <summary>Where it comes from: another program or address under the same name is another server.</summary>
    public static string IdentityOf(McpServer server) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server.Source}\0{server.Transport}\0{server.Url}\0{string.Join('\0', server.Command)}")));

    public void Dispose() => _loading.Dispose();

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isLoaded)
            {
                return;
            }
            var database = await databaseAsync(cancellationToken).ConfigureAwait(false);
            foreach (var (name, pin) in await database.ReadAsync(static connection => connection.Query("SELECT policy_name, identity, hash, description, schema FROM mcp_tools", Read), cancellationToken).ConfigureAwait(false))
            {
                _known[name] = pin;
            }
            _isLoaded = true;
        }
        finally
        {
            _loading.Release();
        }
    }

    private static (string Name, McpPin Pin) Read(SqliteDataReader row) => (row.GetString(0), new(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)));
}
