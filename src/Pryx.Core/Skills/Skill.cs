namespace Pryx.Core.Skills;

/// <summary>Where a skill comes from, weakest first: of two with one name the stronger counts.</summary>
public enum SkillOrigin { Bundled, Managed, Workspace }

/// <summary>What one SKILL.md says about itself. The body is read when it is needed.</summary>
/// <param name="Id"><c>[a-z0-9_-]{1,64}</c>.</param>
/// <param name="Title">The name as it is written.</param>
/// <param name="Description">What triggers it, for the model; without what a reader can not see. Empty is a problem.</param>
/// <param name="Origin">Whose it is.</param>
/// <param name="Folder">Absolute; its scripts and references lie here.</param>
/// <param name="File">The SKILL.md.</param>
public sealed record Skill(string Id, string Title, string Description, SkillOrigin Origin, string Folder, string File)
{
    public string? Emoji { get; init; }

    /// <summary>tool or agent; null where it does not say.</summary>
    public string? Type { get; init; }
    public string? Endpoint { get; init; }
    public string? Auth { get; init; }
    public SkillNeeds Needs { get; init; } = SkillNeeds.None;
    public IReadOnlyList<SkillInstaller> Installers { get; init; } = [];

    /// <summary>What it was written for elsewhere; shown, never granted.</summary>
    public IReadOnlyList<string> AllowedTools { get; init; } = [];
    public string? License { get; init; }
    public string? Compatibility { get; init; }

    /// <summary>What may follow its name in a message, for people.</summary>
    public string? ArgumentHint { get; init; }

    /// <summary>False: only a person invokes it, and the model is not told of it.</summary>
    public bool IsModelInvocable { get; init; } = true;

    /// <summary>False: <c>/name</c> in a message stays text.</summary>
    public bool IsUserInvocable { get; init; } = true;
}

/// <summary>What must be there for a skill to be of use.</summary>
/// <param name="Bins">All of them on PATH.</param>
/// <param name="AnyBins">One of them on PATH.</param>
/// <param name="Env">All of them set.</param>
/// <param name="Config">Keys of config.yaml, all of them set.</param>
/// <param name="Os">linux, macos (darwin), windows (win32); empty is any.</param>
public sealed record SkillNeeds(IReadOnlyList<string> Bins, IReadOnlyList<string> AnyBins, IReadOnlyList<string> Env, IReadOnlyList<string> Config, IReadOnlyList<string> Os)
{
    public static SkillNeeds None { get; } = new([], [], [], [], []);
}

/// <summary>One way to get what a skill needs; none is run without a person's yes.</summary>
/// <param name="Kind">brew, npm, go, uv or download.</param>
public sealed record SkillInstaller(string Id, string Kind)
{
    public string? Label { get; init; }

    /// <summary>The formula, package or module.</summary>
    public string? Package { get; init; }

    /// <summary>Of a download.</summary>
    public string? Url { get; init; }

    /// <summary>Of a download, 64 hexadecimal digits: without it nothing is fetched.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Of a download: below the skill's folder.</summary>
    public string? Directory { get; init; }
    public IReadOnlyList<string> Bins { get; init; } = [];
    public IReadOnlyList<string> Os { get; init; } = [];
}

/// <summary>A SKILL.md that could not be read; it hides no other.</summary>
/// <param name="Line">From 1.</param>
public sealed record BrokenSkill(string Id, SkillOrigin Origin, string File, int Line, string Message)
{
    public override string ToString() => $"{File} line {Line}: {Message}";
}
