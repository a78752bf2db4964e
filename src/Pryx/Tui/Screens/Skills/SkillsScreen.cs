using Pryx.Commands.Skills;
using Pryx.Protocol.Errors;
using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Skills;

/// <summary>Which skills there are, which are on, what they lack, and getting them what they lack.</summary>
internal sealed class SkillsScreen(ScreenHost host) : BrowseScreen<ListedSkill>(host)
{
    private SkillListing? _read;

    public override string Name => "Skills";

    protected override Facts Empty => new Facts().Title("No skills yet")
        .Gap().Text("A skill is a folder with a SKILL.md: instructions that the model reads when they are needed.")
        .Gap().Text("Make one:     pryx skills new release-notes").Text("Install one:  I, then its folder or address");

    protected override StyledLine Summary => _read is null ? StyledLine.Empty
        : new($"{_read.Skills.Count(static skill => skill is { Enabled: true, Eligible: true })} usable of {_read.Skills.Count}{(_read.Broken.Count > 0 ? $" · {_read.Broken.Count} unreadable" : "")}", _read.Broken.Count > 0 ? Ink.Warning : Ink.Muted);

    protected override async Task<IReadOnlyList<ListedSkill>> ReadAsync(CancellationToken cancellationToken)
    {
        _read = await Host.Core.SkillsAsync(Host.Folder, cancellationToken);
        return _read.Skills;
    }

    protected override string KeyOf(ListedSkill item) => item.Id;

    protected override string WordsOf(ListedSkill item) => $"{item.Id} {item.Title} {item.Description} {item.Source} {SkillFacts.StateOf(item).Word}";

    protected override StyledLine Row(ListedSkill item, int width)
    {
        var (word, ink) = SkillFacts.StateOf(item);
        var sign = item switch { { Enabled: false } => "○", { Eligible: true } => "●", _ => "!" };
        return StatusLine.Of(width,
            new([new(sign + " ", ink), new(item.Id, item.Enabled ? Ink.Default : Ink.Muted), .. width > 70 ? [new("  " + item.Description, Ink.Muted)] : Array.Empty<Span>()]),
            new([new(item.Source == "bundled" ? "" : item.Source + "  ", Ink.Faint), new(word, ink)]));
    }

    protected override Facts DetailsOf(ListedSkill item)
    {
        var facts = SkillFacts.Of(item);
        if (_read is { Broken.Count: > 0 } read)
        {
            facts.Section("Files that can not be read");
            foreach (var broken in read.Broken)
            {
                facts.Item("✗", $"{broken.File}:{broken.Line} {broken.Message}", Ink.Error);
            }
        }
        return facts.Text(_read?.Warning, Ink.Warning);
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(ListedSkill? item) => item is null ? [new('i', "install", Install)] :
    [
        new('e', item.Enabled ? "switch off" : "switch on", () => Switch(item)),
        .. item.Install.Count > 0 && !item.Eligible ? [new('d', "get what it lacks", () => GetNeeds(item))] : Array.Empty<ScreenAction>(),
        .. item.Source == "managed" ? [new('u', "uninstall", () => Uninstall(item))] : Array.Empty<ScreenAction>(),
        new('i', "install", Install),
    ];

    private void Switch(ListedSkill skill) => Work.Begin($"Switching {skill.Id} {(skill.Enabled ? "off" : "on")}", async cancellationToken =>
    {
        await Host.Core.SkillAsync(skill.Enabled ? "disable" : "enable", new(skill.Id) { Workspace = Host.Folder }, SkillCommandJson.Default.SwitchedSkill, cancellationToken);
        Host.Say($"{skill.Id} is {(skill.Enabled ? "off" : "on")}.");
        Read();
    });

    // What runs on this machine is shown before it runs: what the scan finds in the skill, and each command.
    private void GetNeeds(ListedSkill skill) => Work.Begin($"Looking into {skill.Id}", async cancellationToken =>
    {
        var report = await Host.Core.SkillAsync("preview", new(skill.Id) { From = skill.Source == "bundled" ? null : skill.Path, Folder = Host.Folder }, SkillCommandJson.Default.SkillReport, cancellationToken);
        List<ListedInstaller> able = [.. skill.Install.Where(static installer => installer.WhyNot is null)];
        var facts = SkillFacts.Of(report).Gap();
        foreach (var missing in skill.Missing)
        {
            facts.Say("missing", missing, Ink.Warning);
        }
        foreach (var installer in skill.Install)
        {
            facts.Text(installer.WhyNot is null ? "Run in the sandbox:" : $"Not run by Pryx ({installer.WhyNot}); type it yourself:").Text(installer.Command, Ink.Code, "  ");
        }
        Host.Ask($"What {skill.Id} lacks", facts, $"pryx skills info {skill.Id}",
            [new(Key.Of('n'), "Leave it", static () => { }), .. able.Take(3).Select((installer, i) => new DialogChoice(i == 0 ? Key.Of('y') : Key.Of((char)('1' + i)), installer.Label ?? installer.Id, () => Run(skill, installer)))]);
    });

    private void Run(ListedSkill skill, ListedInstaller installer) => Work.Begin($"Running {installer.Command}", async cancellationToken =>
    {
        var run = await Host.Core.InstallerAsync(skill.Id, installer.Id, cancellationToken);
        Read();
        if (!run.Ok)
        {
            throw new PryxException("SKILL_INSTALLER_FAILED", run.Output.Trim() is { Length: > 0 } output ? output : $"{installer.Id} has failed.", $"type it yourself: {installer.Command}");
        }
        Host.Say($"{skill.Id} has what {installer.Label ?? installer.Id} brings.");
    });

    private void Uninstall(ListedSkill skill) => Host.Confirm($"Uninstall {skill.Id}?", $"Its folder is deleted:\n{skill.Path}", "Uninstall", () => Work.Begin($"Uninstalling {skill.Id}", async cancellationToken =>
    {
        await Host.Core.SkillAsync("uninstall", new(skill.Id), SkillCommandJson.Default.SwitchedSkill, cancellationToken);
        Host.Say($"{skill.Id} is uninstalled.");
        Read();
    }));

    private void Install() => Host.Ask(new Form(Host, "Install a skill", "What it brings is shown before it is installed.", [new("Folder, archive, https or git address, or the name of a bundled one", "./my-skill")], (texts, _) =>
    {
        Look(texts[0]);
        return Task.CompletedTask;
    }));

    private void Look(string source) => Work.Begin($"Looking into {source}", async cancellationToken =>
    {
        var request = new SkillRequest(source) { Folder = Host.Folder };
        var report = await Host.Core.SkillAsync("preview", request, SkillCommandJson.Default.SkillReport, cancellationToken);
        Host.Ask($"Install {report.Skill.Id}?", SkillFacts.Of(report).Gap().Text(report.Skill.Description), "make the window larger, or: pryx skills install SOURCE in a shell",
            new DialogChoice(Key.Of('n'), "Leave it", static () => { }),
            new DialogChoice(Key.Of('y'), report.Dangerous ? "Install it all the same" : "Install", () => Work.Begin($"Installing {report.Skill.Id}", async token =>
            {
                // Exactly what was shown, or not at all.
                await Host.Core.SkillAsync("install", request with { Fingerprint = report.Fingerprint, Force = report.Dangerous }, SkillCommandJson.Default.InstalledSkill, token);
                Host.Say($"{report.Skill.Id} is installed and on.");
                Read();
            })));
    });
}
