using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Files;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Skills;

/// <summary><c>/skills</c> and <c>/api/v1/skills</c>: which there are, switching, installing, taking away.</summary>
/// <param name="isTrustedAsync">Whether what a folder brings counts.</param>
/// <param name="folder">What relative paths are relative to where nobody says.</param>
public sealed class SkillEndpoints(SkillDesk desk, Func<string, CancellationToken, Task<bool>> isTrustedAsync, string folder, AuditLog audit)
{
    private static readonly ApiParameter Workspace = new("workspace", "A folder, absolute, whose own skills are listed too when it is trusted");

    public void Map(ApiRoutes routes)
    {
        foreach (var root in (ReadOnlySpan<string>)["/skills", "/api/v1/skills"])
        {
            routes.Add(new("GET", root, "All skills, by id: where each is from, whether it is on, and what it lacks")
            { Query = [Workspace, new("eligible", "true: only those that can be used here", "boolean")], Response = SkillJson.Default.SkillList }, ListAsync);
            routes.Add(new("GET", root + "/{id}", "One skill") { Query = [Workspace], Response = SkillJson.Default.ShownSkill }, ShowAsync);
            routes.Add(new("GET", root + "/{id}/body", "Its instructions, as the model reads them") { Query = [Workspace], Response = SkillJson.Default.SkillBody }, BodyAsync);
            routes.Add(new("POST", root + "/enable", "Switches a skill on") { Scope = Scopes.Admin, Request = SkillJson.Default.SkillInput, Response = SkillJson.Default.SkillDone }, http => SwitchAsync(http, true));
            routes.Add(new("POST", root + "/disable", "Switches a skill off") { Scope = Scopes.Admin, Request = SkillJson.Default.SkillInput, Response = SkillJson.Default.SkillDone }, http => SwitchAsync(http, false));
            routes.Add(new("POST", root + "/preview", "What installing a skill would bring: what it asks for, what a scan finds; nothing is copied")
            { Scope = Scopes.Admin, Request = SkillJson.Default.SkillInput, Response = SkillJson.Default.ShownReport }, LookAsync);
            routes.Add(new("POST", root + "/install", "Installs a bundled skill, or one from a folder, archive, https or git address, and switches it on; what a scan finds dangerous needs force")
            { Scope = Scopes.Admin, Request = SkillJson.Default.SkillInput, Response = SkillJson.Default.SkillInstalled }, InstallAsync);
            routes.Add(new("POST", root + "/uninstall", "Takes an installed skill away") { Scope = Scopes.Admin, Request = SkillJson.Default.SkillInput, Response = SkillJson.Default.SkillDone }, UninstallAsync);
            routes.Add(new("POST", root + "/{id}/installers", "Runs one of the skill's installers, in the sandbox, or says why a person has to")
            { Scope = Scopes.Admin, Request = SkillJson.Default.InstallerInput, Response = SkillJson.Default.InstallerRun }, RunInstallerAsync);
        }
    }

    private async Task ListAsync(HttpContext http)
    {
        var listing = desk.Shelf.List(await WorkspaceAsync(http.QueryText("workspace"), http.RequestAborted), http.RequestAborted);
        var skills = new List<ShownSkill>();
        foreach (var shelved in listing.Skills.Where(shelved => shelved.IsEligible || !http.QueryFlag("eligible")))
        {
            skills.Add(await ShownAsync(shelved, listing, http.RequestAborted));
        }
        await http.WriteAsync(
            new SkillList(skills, [.. listing.Broken.Select(static broken => new ShownBroken(broken.Id, broken.Origin.ToString().ToLowerInvariant(), broken.File, broken.Line, broken.Message))], listing.Warning),
            SkillJson.Default.SkillList);
    }

    private async Task ShowAsync(HttpContext http)
    {
        var workspace = await WorkspaceAsync(http.QueryText("workspace"), http.RequestAborted);
        await http.WriteAsync(await ShownAsync(desk.Find(http.RouteText("id"), workspace, http.RequestAborted), desk.Shelf.List(workspace, http.RequestAborted), http.RequestAborted), SkillJson.Default.ShownSkill);
    }

    private async Task BodyAsync(HttpContext http)
    {
        var skill = desk.Find(http.RouteText("id"), await WorkspaceAsync(http.QueryText("workspace"), http.RequestAborted), http.RequestAborted).Skill;
        await http.WriteAsync(new SkillBody(await ReadAsync(skill, http.RequestAborted)), SkillJson.Default.SkillBody);
    }

    private async Task SwitchAsync(HttpContext http, bool isEnabled)
    {
        var input = await InputAsync(http);
        var changed = await desk.SwitchAsync(input.Id!, isEnabled, await WorkspaceAsync(input.Workspace, http.RequestAborted), http.RequestAborted);
        await AuditAsync(http, isEnabled ? "skill.enabled" : "skill.disabled", input.Id!, new());
        await http.WriteAsync(new SkillDone(true, changed), SkillJson.Default.SkillDone);
    }

    private async Task LookAsync(HttpContext http)
    {
        var input = await InputAsync(http);
        var (report, source) = await desk.LookAsync(input.Id!, input.From, FolderOf(input), http.RequestAborted);
        await http.WriteAsync(await ShownAsync(report, source), SkillJson.Default.ShownReport);
    }

    private async Task InstallAsync(HttpContext http)
    {
        var input = await InputAsync(http);
        var (report, source) = await desk.InstallAsync(input.Id!, input.From, FolderOf(input), input.Fingerprint, input.Force, http.RequestAborted);
        await AuditAsync(http, "skill.installed", report.Skill.Id, new() { Source = source, Fingerprint = report.Fingerprint, Dangerous = report.IsDangerous });
        var listing = desk.Shelf.List(null, http.RequestAborted);
        await http.WriteAsync(new SkillInstalled(true, await ShownAsync(desk.Find(report.Skill.Id, null, http.RequestAborted), listing, http.RequestAborted), await ShownAsync(report, source)), SkillJson.Default.SkillInstalled);
    }

    private async Task UninstallAsync(HttpContext http)
    {
        var input = await InputAsync(http);
        var isGone = await desk.UninstallAsync(input.Id!, input.Force, http.RequestAborted);
        await AuditAsync(http, isGone ? "skill.uninstalled" : "skill.disabled", input.Id!, new());
        await http.WriteAsync(new SkillDone(true, isGone), SkillJson.Default.SkillDone);
    }

    private async Task RunInstallerAsync(HttpContext http)
    {
        var skill = desk.Find(http.RouteText("id"), null, http.RequestAborted).Skill;
        var wanted = (await http.ReadAsync(SkillJson.Default.InstallerInput)).Installer;
        var installer = skill.Installers.FirstOrDefault(installer => installer.Id == wanted)
            ?? throw new PryxException("SKILL_INSTALLER_NOT_FOUND", $"The skill {skill.Id} has no installer '{HiddenText.Line(wanted ?? "", 60)}'.", $"it has: {string.Join(", ", skill.Installers.Select(static installer => installer.Id))}");
        using var leaving = http.Leaving();
        var result = await desk.Installers.RunAsync(skill, installer, leaving.Token);
        await AuditAsync(http, "skill.installer", skill.Id, new() { Installer = installer.Id, Ran = result.HasRun, Ok = result.HasSucceeded });
        await http.WriteAsync(new InstallerRun(result.HasRun, result.HasSucceeded, result.Output), SkillJson.Default.InstallerRun);
    }

    private static async Task<SkillInput> InputAsync(HttpContext http)
    {
        var input = await http.ReadAsync(SkillJson.Default.SkillInput);
        var id = (input.Id ?? input.Name)?.Trim();
        return string.IsNullOrEmpty(id) || id.Length > 2000 || id.Contains('\0', StringComparison.Ordinal)
            ? throw new PryxException("VALIDATION_ERROR", "id: the name of a skill is expected")
            : input with { Id = id };
    }

    private string FolderOf(SkillInput input) => input.Folder is { Length: > 0 } named && Path.IsPathFullyQualified(named) && !named.Contains('\0', StringComparison.Ordinal) ? named : folder;

    /// <returns>Canonical; null where there is none, or what it brings is data.</returns>
    private async Task<string?> WorkspaceAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null || path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path) || !Directory.Exists(path))
        {
            return null;
        }
        var canonical = WorkspacePath.Canonicalize(path);
        return await isTrustedAsync(canonical, cancellationToken) ? canonical : null;
    }

    private async Task<ShownSkill> ShownAsync(ShelvedSkill shelved, SkillListing listing, CancellationToken cancellationToken)
    {
        var hasBody = (await ReadAsync(shelved.Skill, cancellationToken)).Length > 0;
        return ShownSkill.Of(shelved, listing, await PlansAsync(shelved.Skill), hasBody);
    }

    private async Task<ShownReport> ShownAsync(SkillReport report, string source) => new(
        ShownSkill.Of(report.Skill, await PlansAsync(report.Skill)), source,
        [.. report.Findings.Select(static finding => new ShownFinding(finding.Level.ToString().ToLowerInvariant(), finding.Rule, finding.File, finding.Line, finding.Message, finding.Excerpt))],
        report.Hosts, report.Scripts, report.Files, report.Fingerprint, report.IsDangerous);

    private async Task<IReadOnlyList<InstallerPlan>> PlansAsync(Skill skill)
    {
        var plans = new List<InstallerPlan>();
        foreach (var installer in skill.Installers)
        {
            plans.Add(await desk.Installers.PlanAsync(skill, installer));
        }
        return plans;
    }

    // One that is gone by now, or can not be read, has no body: the listing goes on.
    private static async Task<string> ReadAsync(Skill skill, CancellationToken cancellationToken)
    {
        try
        {
            return await SkillUse.BodyAsync(skill, skill.Folder, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private Task AuditAsync(HttpContext http, string action, string id, SkillDetails details) =>
        audit.AppendAsync(new(action, "skill", id, $"{http.Surface()}:{Caller.Of(http).Name}", JsonSerializer.Serialize(details, SkillJson.Default.SkillDetails), "ok"), http.RequestAborted);
}
