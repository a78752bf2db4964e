namespace Pryx.Core.Checkpoints;

/// <summary>How much is remembered.</summary>
public sealed record UndoOptions
{
    /// <summary>False: nothing is remembered.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Bytes; a larger file is not remembered, and that is said.</summary>
    public long MaxFileBytes { get; init; } = 64L << 20;

    /// <summary>Bytes that one turn may add; what it changes beyond is not remembered, and that is said.</summary>
    public long MaxTurnBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of all that is kept; the oldest goes first.</summary>
    public long MaxTotalBytes { get; init; } = 4L << 30;

    /// <summary>How long it is kept.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Where commands can not be watched, the whole workspace is looked through before and after each: at most so many files …</summary>
    public int MaxSnapshotFiles { get; init; } = 20_000;

    /// <summary>… with at most so many bytes; a larger one can not be remembered, and that is said.</summary>
    public long MaxSnapshotBytes { get; init; } = 512L << 20;
}
