using System.Collections.Concurrent;
using ModelContextProtocol.Protocol;
using Pryx.Core.Mcp.Auth;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Mcp.Definitions;
using Pryx.Core.Mcp.Tools;
using Pryx.Core.Mcp.Transports;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp;

/// <summary>
/// All servers of a Core: connected in the background, at most eight at once; a turn waits for those that are not up for five seconds and
/// goes on without them. What changes in a servers.json counts from the next turn on.
/// </summary>
public sealed class McpDesk(McpOptions options) : IToolSource, IAsyncDisposable
{
    private const int AtOnce = 8;
    private static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(5);

    // By folder and name; the folder is empty for the user's own.
    private readonly ConcurrentDictionary<(string Folder, string Name), McpConnection> _connections = new();
    private readonly SemaphoreSlim _room = new(AtOnce, AtOnce);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly McpPinStore _pins = new(options.DatabaseAsync);
    private readonly McpShelf _shelf = new();
    private McpLaunch? _launch;
    private McpSigninDesk? _signins;

    public McpDefinitions Definitions => options.Definitions;

    /// <summary>The sign-ins to servers over HTTP.</summary>
    public McpSigninDesk Signins => _signins ??= new(Http, Tokens, options.Version, options.Time);

    /// <summary>What servers offer to be said.</summary>
    public McpPrompts Prompts => field ??= new(ConnectionsFor);

    /// <summary>Begins to connect the user's own servers, and returns at once.</summary>
    public void StartInBackground()
    {
        if (Wanted(null) is { Count: > 0 } servers)
        {
            _ = ConnectAllAsync([.. servers.Select(server => ConnectionOf(server, ""))]);
        }
    }

    public async ValueTask<ToolOffer> OfferAsync(ToolScope scope, CancellationToken cancellationToken)
    {
        var folder = scope.IsTrusted ? scope.Workspace : null;
        var servers = Wanted(folder);
        await DropOthersAsync(folder ?? "", servers);
        var problems = options.IsEnabled() ? options.Definitions.For(folder).Problems : [];
        if (servers.Count == 0)
        {
            return problems.Count == 0 ? ToolOffer.None : ToolOffer.None with { Notices = [.. problems.Where(Tell)] };
        }
        var connections = servers.Select(server => ConnectionOf(server, FolderOf(server, folder))).ToList();
        if (connections.Where(static connection => connection.Status.State != McpStates.Connected && connection.IsDue).ToList() is { Count: > 0 } missing)
        {
            try
            {
                await ConnectAllAsync(missing).WaitAsync(TurnPatience, TimeProvider.System, cancellationToken);
            }
            catch (TimeoutException)
            {
                // They go on by themselves; the next turn has them.
            }
        }
        var notices = problems.Concat(connections.Where(static connection => connection.Status.State != McpStates.Connected)
            .Select(static connection => $"The MCP server '{connection.Server.Name}' is not there: {connection.Status.Error?.TrimEnd('.') ?? "it has not answered yet"}."))
            .Concat(connections.SelectMany(static connection => connection.Status.Warnings.Select(warning => $"The MCP server '{connection.Server.Name}': {warning.TrimEnd('.')}."))).Where(Tell).ToList();
        var offer = _shelf.Offer(connections, _pins, options.ToolLimit());
        return notices.Count == 0 ? offer : offer with { Notices = notices };
    }

    /// <summary>Every configured server with how it is, connected or not.</summary>
    public IReadOnlyList<(McpServer Server, McpStatus Status, int? Tools)> List(string? trustedWorkspace) => [.. options.Definitions.For(trustedWorkspace).Servers.Select(server =>
        _connections.TryGetValue((FolderOf(server, trustedWorkspace), server.Name.ToLowerInvariant()), out var connection) && connection.Server.Definition == server.Definition
            ? (server, connection.Status, connection.Tools?.Count)
            : (server, new McpStatus(server.IsEnabled ? McpStates.Idle : McpStates.Disabled), (int?)null))];

    /// <exception cref="PryxException">MCP_SERVER_NOT_FOUND</exception>
    public McpServer Require(string name, string? trustedWorkspace = null) =>
        options.Definitions.For(trustedWorkspace).Servers.FirstOrDefault(server => server.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new PryxException("MCP_SERVER_NOT_FOUND", $"server '{name}' not found", "pryx mcp list shows those there are.");

    /// <summary>Lists a server's tools again, connecting it first.</summary>
    /// <exception cref="PryxException">MCP_SERVER_NOT_FOUND, MCP_UNAVAILABLE.</exception>
    public async Task RefreshAsync(string name, CancellationToken cancellationToken)
    {
        var server = Require(name);
        if (server.Transport == McpTransport.Bundled)
        {
            return;
        }
        try
        {
            await ConnectionOf(server, "").RefreshAsync(cancellationToken);
        }
        catch (McpUnavailableException e)
        {
            throw new PryxException("MCP_UNAVAILABLE", e.Message, $"pryx mcp logs {server.Name} shows what it wrote.", e);
        }
    }

    /// <summary>Ends a server's connection and makes a new one in the background: what it is let in with has changed.</summary>
    public async Task ReconnectAsync(string name)
    {
        var server = Require(name);
        if (_connections.TryRemove(("", server.Name.ToLowerInvariant()), out var connection))
        {
            await connection.DisposeAsync();
        }
        if (Wanted(null).Any(one => one.Name == server.Name))
        {
            _ = ConnectAllAsync([ConnectionOf(server, "")]);
        }
    }

    public IReadOnlyList<McpLogLine> LogsOf(string name, int limit) =>
        _connections.TryGetValue(("", Require(name).Name.ToLowerInvariant()), out var connection) ? connection.Log.Last(limit) : [];

    /// <summary>Ends what is not configured any more, or otherwise; to be called after a change.</summary>
    public async Task ApplyAsync() => await DropOthersAsync("", Wanted(null));

    /// <summary>The tools of a server, or of all; connects those that are not.</summary>
    internal async Task<(IReadOnlyList<McpTool> Tools, IReadOnlyList<string> Problems)> ToolsAsync(string? server, bool refreshes, string? trustedWorkspace, CancellationToken cancellationToken)
    {
        var connections = Wanted(trustedWorkspace).Where(one => server is null || one.Name.Equals(server, StringComparison.OrdinalIgnoreCase)).Select(one => ConnectionOf(one, FolderOf(one, trustedWorkspace))).ToList();
        await ConnectAllAsync(connections.Where(connection => refreshes || connection.Status.State != McpStates.Connected), refreshes).WaitAsync(cancellationToken);
        return (
            [.. connections.SelectMany(connection => _shelf.ToolsOf(connection, _pins))],
            [.. connections.Where(static connection => connection.Tools is null).Select(static connection => $"{connection.Server.Name}: {connection.Status.Error}")]);
    }

    /// <summary>Those that are switched on, connected or not.</summary>
    internal IReadOnlyList<McpConnection> ConnectionsFor(string? trustedWorkspace) => [.. Wanted(trustedWorkspace).Select(server => ConnectionOf(server, FolderOf(server, trustedWorkspace)))];

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        if (_signins is not null)
        {
            await _signins.DisposeAsync();
        }
        await Task.WhenAll(_connections.Values.Select(static connection => connection.DisposeAsync().AsTask()));
        _connections.Clear();
        _pins.Dispose();
        _room.Dispose();
        _closing.Dispose();
    }

    private IReadOnlyList<McpServer> Wanted(string? folder) => options.IsEnabled()
        ? [.. options.Definitions.For(folder).Servers.Where(static server => server is { IsEnabled: true, Transport: not McpTransport.Bundled })]
        : [];

    private static string FolderOf(McpServer server, string? folder) => server.Origin == McpOrigin.Workspace ? folder ?? "" : "";

    private McpConnection ConnectionOf(McpServer server, string folder)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            var key = (folder, server.Name.ToLowerInvariant());
            if (_connections.TryGetValue(key, out var known))
            {
                if (known.Server.Definition == server.Definition && known.Server.Source == server.Source)
                {
                    return known;
                }
                _ = known.DisposeAsync().AsTask();
            }
            return _connections[key] = new McpConnection(folder.Length > 0 && server.Cwd is null ? server with { Cwd = folder } : server, Launch(), options.Time)
            {
                Client = new Implementation { Name = "pryx", Title = "Pryx", Version = options.Version },
            };
        }
    }

    private McpLaunch Launch() => _launch ??= new(options.Spawner(), options.Profiles(), References, Http, options.Folder, options.Environment()) { Network = options.Network };

    private McpReferences References => field ??= new(options.Secrets, name => options.Environment().GetValueOrDefault(name));

    private McpTokens Tokens => field ??= new(options.Secrets, options.Time);

    private McpHttpTransports Http => field ??= new(References, Tokens, options.Time);

    private async Task DropOthersAsync(string folder, IReadOnlyList<McpServer> wanted)
    {
        List<McpConnection> gone = [];
        lock (_lock)
        {
            foreach (var (key, connection) in _connections)
            {
                // Folders that this is not about keep theirs.
                var isMine = key.Folder.Length == 0 || key.Folder == folder;
                if (isMine && !wanted.Any(server => server.Definition == connection.Server.Definition && server.Source == connection.Server.Source) && _connections.TryRemove(key, out var removed))
                {
                    gone.Add(removed);
                }
            }
        }
        foreach (var connection in gone)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task ConnectAllAsync(IEnumerable<McpConnection> connections, bool refreshes = false) => await Task.WhenAll(connections.Select(async connection =>
    {
        try
        {
            await _room.WaitAsync(_closing.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        try
        {
            await (refreshes ? connection.RefreshAsync(_closing.Token) : connection.ConnectAsync(_closing.Token));
        }
        catch (Exception e) when (e is McpUnavailableException or OperationCanceledException)
        {
            // Its status says why.
        }
        finally
        {
            _room.Release();
        }
    }));

    // Once each: what is said before every turn is not read any more.
    private bool Tell(string notice)
    {
        lock (_lock)
        {
            return _told.Count < 1000 && _told.Add(notice);
        }
    }
}
