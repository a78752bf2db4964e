using Pryx.Core.Files;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Skills;

/// <summary>What a person does with skills: switching, installing, taking away.</summary>
public sealed class SkillDesk(SkillShelf shelf, SkillPlaces places, SkillState state, SkillFetch fetch, SkillInstallers installers)
{
    private const int MaxFiles = 1_000;

    public SkillShelf Shelf => shelf;
    public SkillInstallers Installers => installers;

    /// <exception cref="PryxException">SKILL_NOT_FOUND.</exception>
    public ShelvedSkill Find(string id, string? workspace, CancellationToken cancellationToken) => shelf.List(workspace, cancellationToken).Find(id) ?? throw NotFound(id);

    /// <returns>False when it was so before.</returns>
    /// <exception cref="PryxException">SKILL_NOT_FOUND, SKILLS_STATE_UNREADABLE, STORAGE_….</exception>
    public async Task<bool> SwitchAsync(string id, bool isEnabled, string? workspace, CancellationToken cancellationToken)
    {
        var shelved = Find(id, workspace, cancellationToken);
        // Written also where the default says the same: what a person said holds when the default changes.
        var wasSo = shelved.IsEnabled == isEnabled;
        if (!wasSo || !state.Read().Enabled.ContainsKey(id))
        {
            await state.SetAsync(id, isEnabled, cancellationToken);
        }
        return !wasSo;
    }

    /// <summary>What would be installed: nothing is copied.</summary>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <exception cref="PryxException">As of <see cref="SkillFetch.FetchAsync"/>.</exception>
    public async Task<(SkillReport Report, string Source)> LookAsync(string name, string? from, string folder, CancellationToken cancellationToken)
    {
        using var fetched = await FetchAsync(name, from, folder, cancellationToken);
        return (SkillScan.Of(fetched.Skill), fetched.Source);
    }

    /// <summary>Copies it to the managed skills and switches it on.</summary>
    /// <param name="fingerprint">Of what a person has seen; null where nobody has.</param>
    /// <param name="force">What a scan found is no reason not to, nor is one with its name that is there.</param>
    /// <exception cref="PryxException">SKILL_DANGEROUS, SKILL_CHANGED, SKILL_EXISTS, and as of <see cref="SkillFetch.FetchAsync"/>.</exception>
    public async Task<(SkillReport Report, string Source)> InstallAsync(string name, string? from, string folder, string? fingerprint, bool force, CancellationToken cancellationToken)
    {
        using var fetched = await FetchAsync(name, from, folder, cancellationToken);
        var report = SkillScan.Of(fetched.Skill);
        var skill = fetched.Skill;
        if (fingerprint is not null && fingerprint != report.Fingerprint)
        {
            throw new PryxException("SKILL_CHANGED", $"{skill.Id} is not what was shown any more.", "look at it again, then install");
        }
        if (report.IsDangerous && !force)
        {
            throw new PryxException(
                "SKILL_DANGEROUS", $"{skill.Id} was not installed: {string.Join("; ", report.Findings.Where(static finding => finding.Level == FindingLevel.Danger).Select(static finding => $"{finding.File}:{finding.Line} {finding.Message}").Distinct().Take(5))}.",
                "read the files; if they are what you want, install with --force");
        }
        var target = Path.Combine(places.Managed, skill.Id);
        if (Path.Exists(target) && !force)
        {
            throw new PryxException("SKILL_EXISTS", $"There is a skill {skill.Id} in {places.Managed} already.", "replace it with --force, or uninstall it first");
        }
        await CopyAsync(skill, report, target, cancellationToken);
        await state.SetAsync(skill.Id, true, cancellationToken);
        return (report with { Skill = skill with { Folder = target, File = Path.Combine(target, SkillFile.Name), Origin = SkillOrigin.Managed } }, fetched.Source);
    }

    /// <returns>False when it could only be switched off: it comes with the program.</returns>
    /// <exception cref="PryxException">SKILL_NOT_FOUND, SKILL_NOT_MANAGED.</exception>
    public async Task<bool> UninstallAsync(string id, bool force, CancellationToken cancellationToken)
    {
        var skill = Find(id, null, cancellationToken).Skill;
        var isManaged = skill.Origin == SkillOrigin.Managed && WorkspacePath.IsWithin(Path.GetFullPath(skill.Folder), Path.GetFullPath(places.Managed)) && Path.GetFullPath(skill.Folder) != Path.GetFullPath(places.Managed);
        if (!isManaged && (!force || skill.Origin != SkillOrigin.Bundled))
        {
            throw new PryxException("SKILL_NOT_MANAGED", $"cannot uninstall non-managed skill: {id} ({skill.Origin.ToString().ToLowerInvariant()}, {skill.Folder})", $"pryx skills disable {id} switches it off");
        }
        await state.SetAsync(id, false, cancellationToken);
        if (!isManaged)
        {
            return false;
        }
        // A link to a folder of the user's own goes, the folder stays.
        if (new DirectoryInfo(skill.Folder).LinkTarget is not null)
        {
            File.Delete(skill.Folder);
        }
        else
        {
            Directory.Delete(skill.Folder, recursive: true);
        }
        // What was said about it is said of no other that gets its name.
        await state.SetAsync(id, null, cancellationToken);
        return true;
    }

    private Task<FetchedSkill> FetchAsync(string name, string? from, string folder, CancellationToken cancellationToken)
    {
        if (from is not null)
        {
            return fetch.FetchAsync(from, LooksLikeSource(name) || name.Length == 0 ? null : name, folder, cancellationToken);
        }
        if (LooksLikeSource(name))
        {
            return fetch.FetchAsync(name, null, folder, cancellationToken);
        }
        return places.Bundled.Names.Contains(name) ? fetch.FetchAsync($"bundled/{name}", null, folder, cancellationToken) : throw NotFound(name);
    }

    private static bool LooksLikeSource(string name) => name.Contains('/', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal) || name.StartsWith('.') || name.StartsWith('~') || SkillArchive.IsArchive(name);

    private static async Task CopyAsync(Skill skill, SkillReport report, string target, CancellationToken cancellationToken)
    {
        if (report.Files.Count > MaxFiles || report.Files.Sum(file => new FileInfo(Path.Combine(skill.Folder, file)).Length) > SkillArchive.MaxBytes)
        {
            throw new PryxException("SKILL_TOO_LARGE", $"{skill.Id} has more than {MaxFiles:N0} files or {SkillArchive.MaxBytes >> 20} MB.", "leave out what is no part of the skill, such as node_modules");
        }
        var managed = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(managed);
        // Beside the root and not in it: half a skill must not be found.
        var incoming = $"{managed.TrimEnd('/')}.incoming-{Guid.NewGuid():N}";
        try
        {
            foreach (var file in report.Files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var to = Path.Combine(incoming, file == Path.GetFileName(skill.File) ? SkillFile.Name : file);
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                await using var source = new FileStream(Path.Combine(skill.Folder, file), FileMode.Open, FileAccess.Read);
                await using var copy = new FileStream(to, FileMode.CreateNew, FileAccess.Write);
                await source.CopyToAsync(copy, cancellationToken);
                if (!OperatingSystem.IsWindows() && report.Scripts.Contains(file))
                {
                    File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }
            // Looked at again as it lies there: the folder it came from may be somebody else's.
            var (copied, _) = SkillFile.Open(Path.Combine(incoming, SkillFile.Name), SkillOrigin.Managed);
            if (copied is null || (Path.GetFileName(skill.File) == SkillFile.Name && SkillScan.Of(copied).Fingerprint != report.Fingerprint))
            {
                throw new PryxException("SKILL_CHANGED", $"{skill.Id} changed while it was copied.", "look at it again, then install");
            }
            if (Path.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }
            Directory.Move(incoming, target);
        }
        finally
        {
            if (Directory.Exists(incoming))
            {
                Directory.Delete(incoming, recursive: true);
            }
        }
    }

    private static PryxException NotFound(string id) => new("SKILL_NOT_FOUND", $"skill not found: {HiddenText.Line(id, 80)}", "pryx skills list");
}
