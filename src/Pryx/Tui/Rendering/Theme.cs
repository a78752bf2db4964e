namespace Pryx.Tui.Rendering;

/// <summary>Which colour each ink and paper is.</summary>
internal sealed record Theme
{
    private static readonly int _inks = Enum.GetValues<Ink>().Length;
    private static readonly int _papers = Enum.GetValues<Paper>().Length;

    public required string Name { get; init; }
    public bool IsLight { get; init; }

    /// <summary>By <see cref="Ink"/>; None is the terminal's own colour.</summary>
    public required IReadOnlyDictionary<Ink, Colour> Inks { get; init; }

    /// <summary>By <see cref="Paper"/>; None is the terminal's own background.</summary>
    public required IReadOnlyDictionary<Paper, Colour> Papers { get; init; }

    public Colour Of(Ink ink) => Inks.TryGetValue(ink, out var colour) ? colour : Colour.None;

    public Colour Of(Paper paper) => Papers.TryGetValue(paper, out var colour) ? colour : Colour.None;

    /// <summary>Inks and papers that the theme does not say.</summary>
    public bool IsComplete => Inks.Count == _inks && Papers.Count == _papers;
}
