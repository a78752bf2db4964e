namespace Pryx.Core.Skills;

/// <summary>How skills are named.</summary>
public static class SkillName
{
    private const int MaxLength = 64;

    /// <summary>The id that a written name means: lower case, spaces as dashes; null when it can be none.</summary>
    public static string? IdOf(string name)
    {
        var id = name.Trim().ToLowerInvariant().Replace(' ', '-');
        return IsId(id) ? id : null;
    }

    public static bool IsId(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
