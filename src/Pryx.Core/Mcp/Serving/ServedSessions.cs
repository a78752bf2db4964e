using System.Collections.Concurrent;
using ModelContextProtocol.Server;
using Pryx.Protocol.Errors;
using SdkServer = ModelContextProtocol.Server.McpServer;

namespace Pryx.Core.Mcp.Serving;

/// <summary>The clients of Streamable HTTP between their requests. One that has said nothing for an hour, or that is one too many, is forgotten and has to begin anew.</summary>
public sealed class ServedSessions(TimeProvider time) : IAsyncDisposable
{
    private const int Most = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<ServedScope, ServedClient> _stateless = [];
    private readonly ConcurrentDictionary<string, ServedSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>The client that all requests without a session are, in one folder.</summary>
    public ServedClient StatelessOf(ServedScope scope, Func<ServedScope, ServedClient> make) => _stateless.GetOrAdd(scope, make);

    public async Task<ServedSession> OpenAsync(ServedClient client, ServedScope scope)
    {
        var now = time.GetUtcNow();
        foreach (var old in _sessions.Values.Where(session => !session.IsBusy && now - session.LastUsed > Patience).ToList())
        {
            await CloseAsync(old);
        }
        if (_sessions.Count >= Most)
        {
            var idlest = _sessions.Values.Where(static session => !session.IsBusy).MinBy(static session => session.LastUsed)
                ?? throw new PryxException("RATE_LIMITED", $"At most {Most} MCP clients are served at a time.", "close one of them");
            await CloseAsync(idlest);
        }
        var session = new ServedSession(client, scope) { LastUsed = now };
        _sessions[session.Id] = session;
        return session;
    }

    /// <exception cref="PryxException">MCP_SESSION_NOT_FOUND: also for another caller's.</exception>
    public ServedSession Find(string id, string principal)
    {
        if (!_sessions.TryGetValue(id, out var session) || session.Scope.Principal != principal)
        {
            throw new PryxException("MCP_SESSION_NOT_FOUND", "There is no such MCP session.", "send initialize again");
        }
        session.LastUsed = time.GetUtcNow();
        return session;
    }

    public async Task CloseAsync(ServedSession session)
    {
        if (_sessions.TryRemove(session.Id, out _))
        {
            await session.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values.ToList())
        {
            await CloseAsync(session);
        }
        foreach (var client in _stateless.Values)
        {
            client.Dispose();
        }
    }
}

/// <summary>One client of Streamable HTTP.</summary>
public sealed class ServedSession : IAsyncDisposable
{
    private readonly SdkServer _server;
    private readonly ServedClient? _client;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;
    private int _requests;

    /// <param name="client">Its own, unless it is for one request alone.</param>
    /// <param name="isStateless">True for one request alone, of the revisions that know no sessions.</param>
    public ServedSession(ServedClient client, ServedScope scope, bool isStateless = false)
    {
        (_client, Scope) = (isStateless ? null : client, scope);
        Transport = new() { SessionId = Id, Stateless = isStateless };
        _server = SdkServer.Create(Transport, client.Options);
        _running = _server.RunAsync(_ending.Token);
    }

    public string Id { get; } = Guid.NewGuid().ToString("N");
    public ServedScope Scope { get; }
    public StreamableHttpServerTransport Transport { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset LastUsed { get; set; }
    public bool IsBusy => Volatile.Read(ref _requests) > 0;

    public async Task<T> UseAsync<T>(Func<StreamableHttpServerTransport, Task<T>> useAsync)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            return await useAsync(Transport);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Transport.DisposeAsync();
        await _server.DisposeAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As it was told.
        }
        _client?.Dispose();
        _ending.Dispose();
    }
}
