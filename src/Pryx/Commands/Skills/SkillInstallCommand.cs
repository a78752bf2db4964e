using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Skills;

/// <summary><c>pryx skills install</c> and <c>uninstall</c>: shown first, copied then, installers last and one by one.</summary>
internal static class SkillInstallCommand
{
    public static Command Install(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "A bundled skill, a folder, an archive, an https or git address" };
        var from = new Option<string?>("--from") { HelpName = "SOURCE", Description = "Where it is: bundled/NAME, a path, an address" };
        var force = new Option<bool>("--force", "-f") { Description = "Also when the scan finds danger, and over one that is there" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Run its installers without asking" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("install", "Show what a skill asks for and what a scan finds, install it, then what it needs") { name, from, force, yes, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var request = new SkillRequest(parsed.GetValue(name)!) { From = parsed.GetValue(from), Folder = io.WorkingDirectory };
            ListedSkill skill;
            if (request.From is null && await InstalledAsync(api, io, request.Id, token) is { } installed && !parsed.GetValue(force))
            {
                // What is there already gets what it needs (the PRD's meaning of install).
                skill = installed;
            }
            else
            {
                var report = await SkillApi.PostAsync(api, "preview", request, SkillCommandJson.Default.SkillReport, token);
                SkillText.Show(io, report);
                if (report.Dangerous && !parsed.GetValue(force) && !(io.CanAsk && await AskAsync(io, "Install it all the same?", token)))
                {
                    throw new PryxException("SKILL_DANGEROUS", $"{report.Skill.Id} was not installed.", "read what was found above and the files; if they are what you want: the same command with --force");
                }
                // Exactly what was shown, or not at all.
                var done = await SkillApi.PostAsync(api, "install", request with { Fingerprint = report.Fingerprint, Force = parsed.GetValue(force) || report.Dangerous }, SkillCommandJson.Default.InstalledSkill, token);
                skill = done.Skill;
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(skill, SkillCommandJson.Default.ListedSkill));
            }
            else
            {
                io.Out.WriteLine("✓ Skill installed successfully");
            }
            return await RunInstallersAsync(io, api, skill, parsed.GetValue(yes), token);
        }, cancellationToken));
        return command.WithExamples("""
            pryx skills install weather
            pryx skills install ./my-skill
            pryx skills install formatter --from https://example.org/skills.git
            """);
    }

    public static Command Uninstall(CommandIo io)
    {
        var name = SkillsCommand.Name();
        var force = new Option<bool>("--force", "-f") { Description = "A bundled one is switched off instead" };
        var command = new Command("uninstall", "Take an installed skill away") { name, force };
        command.Aliases.Add("remove");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var id = parsed.GetValue(name)!;
            var done = await SkillApi.PostAsync(api, "uninstall", new(id) { Force = parsed.GetValue(force) }, SkillCommandJson.Default.SwitchedSkill, token);
            io.Out.WriteLine(done.Changed ? $"✓ Uninstalled skill: {SafeText.Line(id)}" : $"✓ Disabled skill: {SafeText.Line(id)} (it comes with Pryx and can not be taken away)");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    // Managed or the workspace's; a bundled one is installed by copying it.
    private static async Task<ListedSkill?> InstalledAsync(ApiConnection api, CommandIo io, string id, CancellationToken cancellationToken) =>
        (await SkillApi.ListAsync(api, io, onlyEligible: false, cancellationToken)).Skills.FirstOrDefault(skill => skill.Id == id && skill.Source != "bundled");

    private static async Task<int> RunInstallersAsync(CommandIo io, ApiConnection api, ListedSkill skill, bool isYes, CancellationToken cancellationToken)
    {
        // One way to each program is enough, and none is needed for what is there.
        if (skill.Eligible || skill.Install.Count == 0)
        {
            return ExitCodes.Ok;
        }
        io.Error.WriteLine($"It can not be used yet: {SafeText.Line(string.Join("; ", skill.Missing))}");
        var exit = ExitCodes.Ok;
        foreach (var installer in skill.Install)
        {
            io.Error.WriteLine($"  {SafeText.Line(installer.Label ?? installer.Id)}: {io.ErrorStyle.Bold(SafeText.Line(installer.Command))}");
            if (installer.WhyNot is { } why)
            {
                io.Error.WriteLine($"    not run by Pryx: {SafeText.Line(why)}");
                continue;
            }
            if (!isYes && !io.CanAsk)
            {
                io.Error.WriteLine("    not run: nobody can be asked here. With --yes it is run.");
                continue;
            }
            if (!isYes && !await AskAsync(io, "    Run it in the sandbox?", cancellationToken))
            {
                continue;
            }
            var run = await SkillApi.RunInstallerAsync(api, skill.Id, installer.Id, cancellationToken);
            io.Error.WriteLine($"    {(run.Ok ? "done" : "failed")}: {SafeText.Of(run.Output)}");
            exit = run.Ok ? exit : ExitCodes.Failed;
        }
        return exit;
    }

    private static async Task<bool> AskAsync(CommandIo io, string question, CancellationToken cancellationToken)
    {
        io.Keyboard.Discard();
        io.Error.Write($"{question} y/n ");
        while (true)
        {
            switch ((await io.Keyboard.ReadAsync(cancellationToken)).KeyChar)
            {
                case 'y' or 'Y':
                    io.Error.WriteLine("y");
                    return true;
                case 'n' or 'N':
                    io.Error.WriteLine("n");
                    return false;
                default:
                    break;
            }
        }
    }
}
