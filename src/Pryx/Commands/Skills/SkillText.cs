using Pryx.Terminal;

namespace Pryx.Commands.Skills;

/// <summary>Skills as people read them.</summary>
internal static class SkillText
{
    public static void Show(CommandIo io, ListedSkill skill)
    {
        Line(io, "Skill", skill.Id);
        Line(io, "Title", $"{(skill.Emoji is { } emoji ? emoji + " " : "")}{skill.Title}");
        Line(io, "Description", skill.Description);
        Line(io, "Source", skill.Source);
        Line(io, "Path", skill.Path);
        Line(io, "Enabled", skill.Enabled ? "true" : "false");
        Line(io, "Eligible", skill.Eligible ? "true" : $"false ({string.Join("; ", skill.Missing)})");
        Line(io, "Required binaries", List(skill.Requires.Bins));
        if (skill.Requires.AnyBins.Count > 0)
        {
            Line(io, "One of the binaries", List(skill.Requires.AnyBins));
        }
        Line(io, "Required env vars", List(skill.Requires.Env));
        if (skill.Requires.Config.Count > 0)
        {
            Line(io, "Required config", List(skill.Requires.Config));
        }
        if (skill.Requires.Os.Count > 0)
        {
            Line(io, "Systems", List(skill.Requires.Os));
        }
        Line(io, "Installers", skill.Install.Count == 0 ? "none" : "");
        foreach (var installer in skill.Install)
        {
            io.Out.WriteLine($"  {SafeText.Line(installer.Id)} ({installer.Kind}): {SafeText.Line(installer.Command)}{(installer.WhyNot is { } why ? $"  [{SafeText.Line(why)}]" : "")}");
        }
        if (skill.UserInvocable)
        {
            Line(io, "In a message", $"/{skill.Id}{(skill.ArgumentHint is { } hint ? " " + hint : "")}");
        }
        if (skill.AllowedTools.Count > 0)
        {
            Line(io, "Written for tools", $"{List(skill.AllowedTools)} (grants nothing here)");
        }
        foreach (var (name, text) in new[] { ("License", skill.License), ("Compatibility", skill.Compatibility) })
        {
            if (text is not null)
            {
                Line(io, name, text);
            }
        }
        foreach (var shadowed in skill.Shadows)
        {
            Line(io, "Stands before", shadowed);
        }
    }

    /// <summary>What a skill asks for and what was found in it, before it is installed; on stderr.</summary>
    public static void Show(CommandIo io, SkillReport report)
    {
        var style = io.ErrorStyle;
        io.Error.WriteLine(style.Bold($"{SafeText.Line(report.Skill.Id)} from {SafeText.Line(report.Source)}"));
        io.Error.WriteLine($"  {SafeText.Line(report.Skill.Description, 300)}");
        Ask("needs programs", [.. report.Skill.Requires.Bins, .. report.Skill.Requires.AnyBins]);
        Ask("needs variables", report.Skill.Requires.Env);
        Ask("names hosts", report.Hosts);
        Ask("brings scripts", report.Scripts);
        Ask("has installers", [.. report.Skill.Install.Select(static installer => installer.Command)]);
        io.Error.WriteLine($"  {report.Files.Count} file{(report.Files.Count == 1 ? "" : "s")}");
        foreach (var finding in report.Findings)
        {
            var level = finding.Level switch { "danger" => style.Red("danger"), "warn" => style.Yellow("warn  "), _ => style.Dim("info  ") };
            io.Error.WriteLine($"  {level} {SafeText.Line(finding.File)}{(finding.Line > 0 ? $":{finding.Line}" : "")} {SafeText.Line(finding.Message)}");
            if (finding.Excerpt is { Length: > 0 } excerpt)
            {
                io.Error.WriteLine(style.Dim($"         {SafeText.Line(excerpt, 160)}"));
            }
        }
        if (report.Findings.Count == 0)
        {
            io.Error.WriteLine("  nothing was found in its files");
        }

        void Ask(string what, IReadOnlyList<string> names)
        {
            if (names.Count > 0)
            {
                io.Error.WriteLine($"  {what}: {SafeText.Line(string.Join(", ", names.Take(20)))}{(names.Count > 20 ? $" and {names.Count - 20} more" : "")}");
            }
        }
    }

    private static void Line(CommandIo io, string name, string text) => io.Out.WriteLine($"{name}: {SafeText.Line(text)}".TrimEnd());

    private static string List(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
