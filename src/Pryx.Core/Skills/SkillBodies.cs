using System.Text.Json.Serialization;

namespace Pryx.Core.Skills;

public sealed record SkillInput(string? Id)
{
    /// <summary>The name of <see cref="Id"/> that older clients use.</summary>
    public string? Name { get; init; }

    /// <summary>bundled/NAME, a path, an https address of an archive, or of a repository.</summary>
    public string? From { get; init; }

    /// <summary>What relative paths are relative to; absolute.</summary>
    public string? Folder { get; init; }

    /// <summary>A trusted folder whose own skills count too; absolute.</summary>
    public string? Workspace { get; init; }

    /// <summary>Of what a person has seen.</summary>
    public string? Fingerprint { get; init; }
    public bool Force { get; init; }
}

public sealed record InstallerInput(string? Installer);

public sealed record ShownNeeds(IReadOnlyList<string> Bins, IReadOnlyList<string> AnyBins, IReadOnlyList<string> Env, IReadOnlyList<string> Config, IReadOnlyList<string> Os);

/// <param name="Command">As a person would type it.</param>
/// <param name="WhyNot">Why Pryx does not run it; null when it can.</param>
public sealed record ShownInstaller(string Id, string Kind, string? Label, string Command, string? WhyNot, IReadOnlyList<string> Bins);

/// <param name="Source">bundled, managed or workspace.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Missing">Why it can not be used here, in words.</param>
public sealed record ShownSkill(string Id, string Title, string Description, string Source, string Path, bool Enabled, bool Eligible, IReadOnlyList<string> Missing, ShownNeeds Requires, IReadOnlyList<ShownInstaller> Install)
{
    public string? Emoji { get; init; }
    public string? Type { get; init; }
    public string? Endpoint { get; init; }
    public string? Auth { get; init; }
    public string? License { get; init; }
    public string? Compatibility { get; init; }
    public string? ArgumentHint { get; init; }
    public IReadOnlyList<string> AllowedTools { get; init; } = [];
    public bool ModelInvocable { get; init; }
    public bool UserInvocable { get; init; }

    /// <summary>Folders of skills with its name that it stands before.</summary>
    public IReadOnlyList<string> Shadows { get; init; } = [];

    /// <summary>Its body has words in it.</summary>
    public bool HasBody { get; init; }

    public static ShownSkill Of(ShelvedSkill shelved, SkillListing listing, IReadOnlyList<InstallerPlan> installers, bool hasBody) => Of(shelved.Skill, installers) with
    {
        Enabled = shelved.IsEnabled,
        Eligible = shelved.IsEligible,
        Missing = shelved.Missing,
        Shadows = [.. listing.Shadowed.Where(skill => skill.Id == shelved.Skill.Id).Select(static skill => skill.Folder)],
        HasBody = hasBody,
    };

    public static ShownSkill Of(Skill skill, IReadOnlyList<InstallerPlan> installers) => new(
        skill.Id, skill.Title, skill.Description, skill.Origin.ToString().ToLowerInvariant(), skill.Folder, false, false, [],
        new(skill.Needs.Bins, skill.Needs.AnyBins, skill.Needs.Env, skill.Needs.Config, skill.Needs.Os),
        [.. installers.Select(static plan => new ShownInstaller(plan.Installer.Id, plan.Installer.Kind, plan.Installer.Label, plan.Command, plan.WhyNot, plan.Installer.Bins))])
    {
        Emoji = skill.Emoji, Type = skill.Type, Endpoint = skill.Endpoint, Auth = skill.Auth, License = skill.License, Compatibility = skill.Compatibility, ArgumentHint = skill.ArgumentHint,
        AllowedTools = skill.AllowedTools, ModelInvocable = skill.IsModelInvocable, UserInvocable = skill.IsUserInvocable,
    };
}

public sealed record ShownBroken(string Id, string Source, string File, int Line, string Message);

/// <param name="Broken">Files that could not be read.</param>
public sealed record SkillList(IReadOnlyList<ShownSkill> Skills, IReadOnlyList<ShownBroken> Broken, string? Warning);

public sealed record SkillBody(string Body);

/// <param name="Level">info, warn or danger.</param>
public sealed record ShownFinding(string Level, string Rule, string File, int Line, string Message, string? Excerpt);

/// <summary>What would be installed, or was.</summary>
public sealed record ShownReport(ShownSkill Skill, string Source, IReadOnlyList<ShownFinding> Findings, IReadOnlyList<string> Hosts, IReadOnlyList<string> Scripts, IReadOnlyList<string> Files, string Fingerprint, bool Dangerous);

public sealed record SkillInstalled(bool Ok, ShownSkill Skill, ShownReport Report);

/// <param name="Changed">False: it was so before, or it could only be switched off.</param>
public sealed record SkillDone(bool Ok, bool Changed);

public sealed record InstallerRun(bool Ran, bool Ok, string Output);

/// <summary>What the audit log says of it.</summary>
internal sealed record SkillDetails
{
    public string? Source { get; init; }
    public string? Fingerprint { get; init; }
    public bool? Dangerous { get; init; }
    public string? Installer { get; init; }
    public bool? Ran { get; init; }
    public bool? Ok { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SkillInput))]
[JsonSerializable(typeof(InstallerInput))]
[JsonSerializable(typeof(SkillList))]
[JsonSerializable(typeof(ShownSkill))]
[JsonSerializable(typeof(SkillBody))]
[JsonSerializable(typeof(ShownReport))]
[JsonSerializable(typeof(SkillInstalled))]
[JsonSerializable(typeof(SkillDone))]
[JsonSerializable(typeof(InstallerRun))]
[JsonSerializable(typeof(SkillDetails))]
internal sealed partial class SkillJson : JsonSerializerContext;
