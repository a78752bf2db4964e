using Pryx.Core.Http;
using Pryx.Protocol;

namespace Pryx.Core.Streams;

/// <summary>Who is at the other end of a socket, and what it wants to see.</summary>
/// <param name="Id">Of this connection; others see it where this client types.</param>
/// <param name="Surface">tui, web, a channel; <c>ws</c> when it does not say.</param>
/// <param name="SessionId">Null for all sessions.</param>
internal sealed class SocketClient(string Id, Caller caller, string Surface, SessionId? SessionId, WantedEvents wanted)
{
    private volatile WantedEvents _wanted = wanted;

    public string Id { get; } = Id;
    public Caller Caller { get; } = caller;
    public string Surface { get; } = Surface;
    public SessionId? SessionId { get; } = SessionId;

    /// <summary>It also gets the names of the PRD's §12.2.</summary>
    public bool HasAliases { get; init; }

    /// <summary>False when it has the right to answer approvals but no person who would.</summary>
    public bool OffersApproval { get; init; } = true;

    public WantedEvents Wanted
    {
        get => _wanted;
        set => _wanted = value;
    }

    /// <summary>Whoever does not see the questions can not answer them: for its sake nobody must wait.</summary>
    public bool CanApprove => OffersApproval && Caller.May(Scopes.Approve) && (_wanted.Admits("approval.needed") || (HasAliases && _wanted.Admits("tool.request")));

    /// <summary>As answers and audit name it: <c>web:core</c>.</summary>
    public string Principal => $"{Surface}:{Caller.Name}";
}
