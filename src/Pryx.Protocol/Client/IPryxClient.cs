using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Protocol.Workspaces;

namespace Pryx.Protocol.Client;

/// <summary>
/// All that a surface can say to Core, whether Core is hosted in this process or reached over HTTP.
/// Failures a caller can act on are <see cref="Errors.PryxException"/>.
/// </summary>
public interface IPryxClient : IAsyncDisposable
{
    /// <summary>True when turns go on without the process of this client; false when it hosts them itself and suspends them when it ends.</summary>
    bool KeepsTurnsRunning { get; }

    Task<Session> CreateSessionAsync(CreateSession request, CancellationToken cancellationToken);
    Task<Session?> FindSessionAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>The session used last in a folder; null when there is none.</summary>
    Task<Session?> FindLatestSessionAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="limit">1 to 1,000.</param>
    Task<IReadOnlyList<Session>> ListSessionsAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Full-text search over all items, best first; words are ANDed.</summary>
    Task<IReadOnlyList<SessionHit>> SearchSessionsAsync(string query, int limit, CancellationToken cancellationToken);
    Task<IReadOnlyList<Item>> GetItemsAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>Copies the history into a new session.</summary>
    /// <param name="turn">The number of the turn after which the copy ends; null for up to now.</param>
    Task<Session> ForkSessionAsync(SessionId id, string? title, int? turn, CancellationToken cancellationToken);

    /// <summary>False when there is no such session.</summary>
    Task<bool> DeleteSessionAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>Returns once the input is stored; the turn then runs whether or not anybody listens.</summary>
    Task<Turn> StartTurnAsync(StartTurn request, CancellationToken cancellationToken);

    /// <summary>The turn of the session that has not ended; null when there is none.</summary>
    Task<Turn?> FindOpenTurnAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>The session's newest turn, ended or not; null when it has none.</summary>
    Task<Turn?> FindLastTurnAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>Goes on with a turn whose process died.</summary>
    Task<Turn> ResumeTurnAsync(StartTurn request, TurnId turnId, CancellationToken cancellationToken);

    /// <summary>The version of the event committed last in any session: a subscription from here on sees only what is new.</summary>
    Task<long> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Committed events after a version, oldest first, a page at a time.</summary>
    /// <param name="id">Null for all sessions.</param>
    /// <param name="limit">0 to 1,000.</param>
    Task<EventPage> GetEventsAsync(SessionId? id, long afterVersion, int limit, CancellationToken cancellationToken);

    /// <summary>Every committed event of the session after the version, once and in order, progress between them, until cancelled.
    /// The subscription, and its right to approve, are in force once the first MoveNextAsync has been called.</summary>
    /// <param name="canApprove">Whether this subscriber can answer approvals: without one, what must be asked is denied.</param>
    IAsyncEnumerable<PryxEvent> SubscribeAsync(SessionId id, long afterVersion, bool canApprove, CancellationToken cancellationToken);

    /// <summary>A question that waits, with its exact arguments: the event that announces it has none of their secrets. Null when it waits no more.</summary>
    Task<Approval?> FindApprovalAsync(ApprovalId id, CancellationToken cancellationToken);

    /// <summary>The questions of a session that wait, with their exact arguments, oldest first: for whoever joins late.</summary>
    Task<IReadOnlyList<Approval>> ListPendingApprovalsAsync(SessionId id, CancellationToken cancellationToken);

    /// <summary>False when somebody else has answered, or the question is gone.</summary>
    Task<bool> AnswerApprovalAsync(ApprovalId id, ApprovalAnswer answer, CancellationToken cancellationToken);

    /// <summary>STOP: cancels the turn and its whole process tree; false when it had ended.</summary>
    Task<bool> StopTurnAsync(TurnId id, CancellationToken cancellationToken);

    /// <summary>Stores the key of a provider in the vault, instead of the one it had.</summary>
    /// <param name="name">As in <c>provider/model</c>; an unknown one is <c>PROVIDER_UNKNOWN</c>.</param>
    /// <returns>Where it is kept, in words for a person ("the system keychain").</returns>
    Task<string> SetProviderKeyAsync(string name, string key, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="withEnded">Also those that have expired or were revoked, for as long as they are kept (90 days).</param>
    Task<IReadOnlyList<Grant>> ListGrantsAsync(bool withEnded, CancellationToken cancellationToken);

    /// <summary>A rule that does not parse is <c>RULE_INVALID</c>, with what would.</summary>
    Task<Grant> AddGrantAsync(AddGrant request, CancellationToken cancellationToken);

    /// <summary>False when there is no such grant.</summary>
    /// <param name="revokedBy">Who takes it back, such as <c>cli:alice</c>.</param>
    Task<bool> RevokeGrantAsync(string id, string revokedBy, CancellationToken cancellationToken);

    /// <summary>What a folder brings that waits for the user's trust; null when it is trusted as it is, or brings nothing.</summary>
    Task<TrustCard?> GetTrustCardAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>Trusts a folder with exactly what the card showed; <c>TRUST_CHANGED</c> when the folder brings something else by now.</summary>
    Task TrustWorkspaceAsync(TrustCard shown, CancellationToken cancellationToken);
}
