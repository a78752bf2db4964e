using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Protocol.Client;

/// <param name="NextCursor">Given back for the next page; null on the last one.</param>
public sealed record SessionPage(IReadOnlyList<Session> Sessions, string? NextCursor = null);

/// <param name="NextAfterSeq">Given back as <c>after_seq</c> for the next page; null on the last one.</param>
public sealed record ItemPage(IReadOnlyList<Item> Items, long? NextAfterSeq = null);

/// <param name="Events">Committed ones, in the order of their versions.</param>
/// <param name="Version">Of the newest committed event there is, of any session.</param>
/// <param name="NextAfter">Given back as <c>after</c> for the next page; null when this one reaches up to <paramref name="Version"/>.</param>
public sealed record EventPage(IReadOnlyList<PryxEvent> Events, long Version, long? NextAfter = null);

/// <param name="Inputs">In the order in which they are read.</param>
public sealed record WaitingInputs(IReadOnlyList<WaitingInput> Inputs);

public sealed record TurnPage(IReadOnlyList<Turn> Turns);

public sealed record SearchPage(string Query, IReadOnlyList<SessionHit> Results, int Count);

public sealed record GrantList(IReadOnlyList<Grant> Grants);
