namespace Pryx.Core.Skills;

public enum FindingLevel
{
    /// <summary>What it is about, without blame.</summary>
    Info,

    /// <summary>Worth a look before it is installed.</summary>
    Warn,

    /// <summary>Installed only where a person says so after having seen it.</summary>
    Danger,
}

/// <summary>Something in a skill's files that a person should see before it is installed.</summary>
/// <param name="Rule">A stable word, such as <c>hidden-text</c>.</param>
/// <param name="File">Relative to the skill's folder.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Excerpt">A part of the line, without what is hidden in it; null where there is nothing to show.</param>
public sealed record SkillFinding(FindingLevel Level, string Rule, string File, int Line, string Message, string? Excerpt = null);
