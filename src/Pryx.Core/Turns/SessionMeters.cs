using Pryx.Agent.Context;
using Pryx.Core.Sessions;
using Pryx.Protocol;

namespace Pryx.Core.Turns;

/// <summary>The meters of the sessions in use: what was counted once is not counted again at the next turn.</summary>
internal sealed class SessionMeters(SessionStore sessions)
{
    private const int Kept = 16;
    private readonly Lock _gate = new();
    private readonly LinkedList<(SessionId Id, ContextMeter Meter)> _recent = [];

    public async Task<ContextMeter> OfAsync(SessionId id, CancellationToken cancellationToken)
    {
        if (Find(id) is { } known)
        {
            return known;
        }
        var meter = new ContextMeter();
        if (await sessions.ReadLastContextAsync(id, cancellationToken) is { } last)
        {
            meter.Restore(last);
        }
        lock (_gate)
        {
            if (_recent.Count >= Kept)
            {
                _recent.RemoveLast();
            }
            _recent.AddFirst((id, meter));
        }
        return meter;
    }

    private ContextMeter? Find(SessionId id)
    {
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Meter;
                }
            }
            return null;
        }
    }
}
