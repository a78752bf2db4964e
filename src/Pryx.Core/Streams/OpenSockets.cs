using System.Collections.Concurrent;
using Pryx.Protocol;

namespace Pryx.Core.Streams;

/// <summary>The clients that are connected now.</summary>
internal sealed class OpenSockets
{
    private readonly ConcurrentDictionary<string, SocketClient> _clients = new(StringComparer.Ordinal);

    public void Add(SocketClient client) => _clients[client.Id] = client;

    public void Remove(SocketClient client) => _clients.TryRemove(client.Id, out _);

    /// <summary>Those that see the session; all for null.</summary>
    public IReadOnlyList<SocketClient> Of(SessionId? session) =>
        [.. _clients.Values.Where(client => session is null || client.SessionId is null || client.SessionId == session).OrderBy(static client => client.Id, StringComparer.Ordinal)];
}
