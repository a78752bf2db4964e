namespace Pryx.Core.Files;

public enum PatchAction { Add, Update, Delete }

/// <summary>What a patch does to one file.</summary>
/// <param name="MoveTo">The new path; null when it stays.</param>
/// <param name="Hunks">For an addition one hunk with the whole content.</param>
public sealed record FilePatch(PatchAction Action, string Path, string? MoveTo, IReadOnlyList<PatchHunk> Hunks);

/// <param name="Old">Context and removed lines.</param>
/// <param name="New">Context and added lines.</param>
public sealed record PatchHunk(IReadOnlyList<string> Old, IReadOnlyList<string> New)
{
    /// <summary>Lines the place comes after, outermost first (the text after <c>@@</c>).</summary>
    public IReadOnlyList<string> Anchors { get; init; } = [];

    /// <summary>The first old line by number, from 1, as a unified diff says it; null when it says nothing.</summary>
    public int? Line { get; init; }

    /// <summary>The old lines are the last ones of the file.</summary>
    public bool IsAtEnd { get; init; }

    /// <summary>Whether the last new line ends without a line end; null when the patch does not say.</summary>
    public bool? EndsOpen { get; init; }
}
