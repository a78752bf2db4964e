namespace Pryx.Protocol.Audit;

/// <summary>What a check of the whole audit log found.</summary>
/// <param name="Entries">How many there are.</param>
public sealed record AuditCheck(bool Ok, long Entries)
{
    /// <summary>Null when it is whole.</summary>
    public AuditBreak? FirstBroken { get; init; }

    /// <summary>Of the last entry; 0 and null in an empty log. Noted elsewhere, the two prove later that nothing before was changed.</summary>
    public long HeadSeq { get; init; }
    public string? HeadHash { get; init; }

    /// <summary>Up to which entry the file beside the database vouches for the log; what is behind it was written within a second of the last look, or of a crash.</summary>
    public long AnchoredSeq { get; init; }

    /// <summary>UTC; null where nothing has been anchored yet.</summary>
    public DateTimeOffset? AnchoredAt { get; init; }

    /// <summary>The first entry that carries a seal; those before it, of an older version, are held by the chain alone. 0 when there is none.</summary>
    public long SealedFrom { get; init; }

    /// <summary>A break that somebody has taken note of: the check begins behind it. Null on every ordinary day.</summary>
    public AuditAcceptance? Accepted { get; init; }
}

/// <param name="Seq">0 when it is no single entry.</param>
/// <param name="Id">Null when the entry itself is gone, or it is none.</param>
public sealed record AuditBreak(long Seq, string? Id, string Trouble);

/// <param name="Seq">The entry that says so; from it on the log is checked.</param>
/// <param name="At">UTC.</param>
/// <param name="Trouble">What the check had found.</param>
public sealed record AuditAcceptance(long Seq, DateTimeOffset At, string By, string Trouble);

/// <summary>Takes note of a broken log, so that it can be checked again from here on.</summary>
/// <param name="Reason">For whoever reads the log later; may be left out.</param>
public sealed record AcceptAudit(string? Reason = null);
