using Pryx.Commands.Skills;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Skills;

/// <summary>A skill, and what a look into it has found, as lines.</summary>
internal static class SkillFacts
{
    public static (string Word, Ink Ink) StateOf(ListedSkill skill) =>
        !skill.Enabled ? ("off", Ink.Muted) : skill.Eligible ? ("on", Ink.Success) : ("lacks something", Ink.Warning);

    public static Facts Of(ListedSkill skill)
    {
        var (word, ink) = StateOf(skill);
        var facts = new Facts().Title($"{(skill.Emoji is { } emoji ? emoji + " " : "")}{skill.Title}", word, ink).Text(skill.Description).Gap();
        foreach (var missing in skill.Missing)
        {
            facts.Say("missing", missing, Ink.Warning);
        }
        facts.Say("in a message", skill.UserInvocable ? $"/{skill.Id}{(skill.ArgumentHint is { } hint ? " " + hint : "")}" : null, Ink.Accent)
            .Say("source", skill.Source)
            .Say("folder", skill.Path, Ink.Muted)
            .Say("programs", Joined(skill.Requires.Bins))
            .Say("one of", Joined(skill.Requires.AnyBins))
            .Say("variables", Joined(skill.Requires.Env))
            .Say("config", Joined(skill.Requires.Config))
            .Say("systems", Joined(skill.Requires.Os))
            .Say("license", skill.License)
            .Say("works with", skill.Compatibility)
            .Say("for tools", skill.AllowedTools.Count > 0 ? $"{Joined(skill.AllowedTools)} (grants nothing here)" : null)
            .Say("hides", Joined(skill.Shadows), Ink.Muted);
        if (skill.Install.Count > 0)
        {
            facts.Section("What it can install");
            foreach (var installer in skill.Install)
            {
                facts.Item(installer.WhyNot is null ? "•" : "–", installer.Label ?? installer.Id, installer.WhyNot is null ? Ink.Accent : Ink.Muted).Text(installer.Command, Ink.Code, "  ").Text(installer.WhyNot, Ink.Muted, "  ");
            }
        }
        return facts;
    }

    /// <summary>What is in it that a person should know before anything of it runs.</summary>
    public static Facts Of(SkillReport report)
    {
        var facts = new Facts();
        if (report.Findings.Count == 0)
        {
            facts.Item("✓", "The scan has found nothing that stands out.", Ink.Success);
        }
        foreach (var finding in report.Findings)
        {
            facts.Item("!", $"{finding.File}:{finding.Line} {finding.Message}", finding.Level is "critical" or "danger" or "high" ? Ink.Error : Ink.Warning).Text(finding.Excerpt?.Trim(), Ink.Muted, "  ");
        }
        return facts.Say("hosts", Joined(report.Hosts)).Say("scripts", Joined(report.Scripts)).Say("files", Say.Count(report.Files.Count, "file"));
    }

    private static string? Joined(IReadOnlyList<string> names) => names.Count == 0 ? null : string.Join(", ", names);
}
