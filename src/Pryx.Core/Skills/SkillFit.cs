using System.Runtime.InteropServices;

namespace Pryx.Core.Skills;

/// <summary>What of a skill's needs is there.</summary>
/// <param name="hasProgram">On the PATH that commands get.</param>
/// <param name="hasVariable">Set, and not empty.</param>
/// <param name="hasConfig">A key of config.yaml with a value of its own.</param>
public sealed class SkillFit(Func<string, bool> hasProgram, Func<string, bool> hasVariable, Func<string, bool> hasConfig)
{
    public static string System { get; } = OperatingSystem.IsMacOS() ? "macos" : OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsLinux() ? "linux" : RuntimeInformation.OSDescription.ToLowerInvariant();

    /// <summary>What is missing, each in words for a person; empty when the skill can be used.</summary>
    public IReadOnlyList<string> MissingOf(Skill skill)
    {
        var needs = skill.Needs;
        if (needs == SkillNeeds.None && skill.Description.Length > 0)
        {
            return [];
        }
        var missing = new List<string>();
        if (skill.Description.Length == 0)
        {
            missing.Add("its SKILL.md has no description");
        }
        if (needs.Os.Count > 0 && !needs.Os.Contains(System))
        {
            missing.Add($"it is for {string.Join(", ", needs.Os)}, and this is {System}");
        }
        missing.AddRange(needs.Bins.Where(bin => !hasProgram(bin)).Select(static bin => $"the program {bin} is not on PATH"));
        if (needs.AnyBins.Count > 0 && !needs.AnyBins.Any(hasProgram))
        {
            missing.Add($"none of the programs {string.Join(", ", needs.AnyBins)} is on PATH");
        }
        missing.AddRange(needs.Env.Where(name => !hasVariable(name)).Select(static name => $"the environment variable {name} is not set"));
        missing.AddRange(needs.Config.Where(key => !hasConfig(key)).Select(static key => $"the config key {key} is not set"));
        return missing;
    }
}
