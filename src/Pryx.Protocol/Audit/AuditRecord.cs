using System.Text.Json;

namespace Pryx.Protocol.Audit;

/// <summary>One entry of the audit log.</summary>
/// <param name="Seq">From 1, without gaps.</param>
/// <param name="Timestamp">UTC, to the millisecond.</param>
/// <param name="Action">Such as <c>tool.judged</c>, <c>approval.answered</c>, <c>turn.stopped</c>.</param>
/// <param name="Actor">Who caused it: <c>cli:alice</c>, <c>model:web</c>, <c>engine</c>.</param>
/// <param name="Details">As it was stored, without secrets.</param>
/// <param name="Outcome">Such as allow, ask, deny, ok, failed.</param>
/// <param name="ResultHash">SHA-256 of a result that is not itself in the log, hexadecimal.</param>
/// <param name="Hash">Covers the entry and the hash before it.</param>
public sealed record AuditRecord(long Seq, string Id, DateTimeOffset Timestamp, string Action, string ResourceType, string ResourceId, string Actor, JsonElement Details, string Outcome, string? ResultHash, string Hash);

/// <param name="NextCursor">Given back for the next page; null on the last one.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Entries, string? NextCursor = null);
