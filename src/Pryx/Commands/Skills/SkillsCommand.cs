using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Terminal;

namespace Pryx.Commands.Skills;

/// <summary><c>pryx skills …</c>: which skills there are, what they lack, which are on.</summary>
internal static class SkillsCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("skills", "Skills: list, info, check, enable, disable, install, uninstall, new")
        {
            List(io), Info(io), Check(io), Switch(io, "enable", "Switch a skill on"), Switch(io, "disable", "Switch a skill off"), SkillInstallCommand.Install(io), SkillInstallCommand.Uninstall(io), SkillNewCommand.Create(io),
        };
        command.Aliases.Add("skill");
        var rest = new Argument<string[]>("COMMAND") { Hidden = true, Arity = ArgumentArity.ZeroOrMore };
        command.Add(rest);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(rest) is [var word, ..])
            {
                io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} Unknown command: {SafeText.Line(word, 60)}");
            }
            io.Error.WriteLine($"Usage: pryx skills {string.Join('|', command.Subcommands.Select(static sub => sub.Name))} ...");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} pryx skills --help");
            return ExitCodes.Usage;
        });
        return command.WithExamples("""
            pryx skills list --eligible
            pryx skills enable weather
            pryx skills install ./my-skill
            pryx skills install https://example.org/skills.tar.gz
            pryx skills new release-helper
            """);
    }

    private static Command List(CommandIo io)
    {
        var eligible = new Option<bool>("--eligible", "-e") { Description = "Only those that can be used here" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "All skills: ✓ can be used, ⚠ lacks something") { eligible, json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await SkillApi.ListAsync(api, io, parsed.GetValue(eligible), token);
            SkillApi.Warn(io, list);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list.Skills, SkillCommandJson.Default.IReadOnlyListListedSkill));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"Available Skills ({list.Skills.Count})");
            foreach (var skill in list.Skills)
            {
                var mark = skill.Eligible ? io.OutStyle.Green("✓") : io.OutStyle.Yellow("⚠");
                io.Out.WriteLine($"{mark} {SafeText.Line(skill.Id)}: {SafeText.Line(skill.Title)}{(skill.Enabled ? "" : " (disabled)")}");
                io.Out.WriteLine($"    {SafeText.Line(skill.Description, 400)}");
                io.Out.WriteLine(io.OutStyle.Dim($"    Source: {skill.Source}, Enabled: {(skill.Enabled ? "true" : "false")}{(skill.Eligible ? "" : $", Missing: {SafeText.Line(string.Join("; ", skill.Missing))}")}"));
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Info(CommandIo io)
    {
        var name = Name();
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("info", "Everything that is known of one skill") { name, json };
        command.Aliases.Add("show");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var skill = await SkillApi.FindAsync(api, io, parsed.GetValue(name)!, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(skill, SkillCommandJson.Default.ListedSkill));
                return ExitCodes.Ok;
            }
            SkillText.Show(io, skill);
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Check(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("check", "Look at every skill's file; exit 1 when something is wrong with one") { json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await SkillApi.ListAsync(api, io, onlyEligible: false, token);
            List<SkillCheck> checks =
            [
                .. list.Skills.Select(static skill => new SkillCheck(skill.Id, skill.Description.Length == 0 ? "Missing description" : null, skill.Description.Length > 0 && !skill.HasBody ? "Empty system prompt" : null)),
                .. list.Broken.Select(static broken => new SkillCheck(broken.Id, $"{broken.File} line {broken.Line}: {broken.Message}", null)),
            ];
            var (errors, warnings) = (checks.Count(static check => check.Error is not null), checks.Count(static check => check.Warning is not null));
            var exit = errors + warnings > 0 ? ExitCodes.Failed : ExitCodes.Ok;
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(checks, SkillCommandJson.Default.ListSkillCheck));
                return exit;
            }
            io.Out.WriteLine("Skills Check");
            foreach (var check in checks)
            {
                io.Out.WriteLine(check.Error is { } error ? $"{io.OutStyle.Red("✗")} {SafeText.Line(check.Id)}: {SafeText.Line(error)}"
                    : check.Warning is { } warning ? $"{io.OutStyle.Yellow("⚠")} {SafeText.Line(check.Id)}: {SafeText.Line(warning)}"
                    : $"{io.OutStyle.Green("✓")} {SafeText.Line(check.Id)}: All checks passed");
            }
            io.Out.WriteLine($"Summary: {checks.Count} checked, {checks.Count - errors - warnings} passed, {warnings} warnings, {errors} errors");
            return exit;
        }, cancellationToken));
        return command;
    }

    private static Command Switch(CommandIo io, string verb, string description)
    {
        var name = Name();
        var command = new Command(verb, description) { name };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var id = parsed.GetValue(name)!;
            var done = await SkillApi.PostAsync(api, verb, new(id) { Workspace = io.WorkingDirectory }, SkillCommandJson.Default.SwitchedSkill, token);
            io.Out.WriteLine(done.Changed ? $"✓ {(verb == "enable" ? "Enabled" : "Disabled")} skill: {SafeText.Line(id)}" : $"ℹ Skill {SafeText.Line(id)} is already {verb}d");
            if (verb == "enable" && await SkillApi.FindAsync(api, io, id, token) is { Eligible: false } skill)
            {
                io.Out.WriteLine($"⚠ It can not be used yet: {SafeText.Line(string.Join("; ", skill.Missing))}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    internal static Argument<string> Name() => new("NAME") { Description = "As pryx skills list shows it" };
}
