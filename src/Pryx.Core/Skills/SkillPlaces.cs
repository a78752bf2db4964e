using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Files;

namespace Pryx.Core.Skills;

/// <summary>Where skills lie, strongest first, and what config.yaml says about them.</summary>
public sealed class SkillPlaces(PryxPaths paths, Func<PryxConfig> config, BundledSkills bundled)
{
    private static readonly string[] InWorkspace = [Path.Combine(".pryx", "skills"), Path.Combine(".agents", "skills"), Path.Combine(".claude", "skills")];

    public BundledSkills Bundled => bundled;

    /// <summary>Config <c>skills_enabled</c>.</summary>
    public bool IsEnabled => config().Bool("skills_enabled");

    /// <summary>Where installed skills are put: config <c>skills_path</c>, PRYX_MANAGED_SKILLS_DIR, else <c>skills</c> in the data folder.</summary>
    public string Managed => config().IsSet("skills_path") ? config().FilePath("skills_path") : paths.Skills;

    /// <param name="workspace">Of a trusted folder, canonical; null for none.</param>
    internal IEnumerable<(string Path, SkillOrigin Origin)> Roots(string? workspace, bool withBundled)
    {
        var managed = Managed;
        if (workspace is not null)
        {
            foreach (var place in InWorkspace)
            {
                var path = Path.Combine(workspace, place);
                // Who works in the home folder has the managed skills there: they stay managed.
                if (!path.Equals(managed, WorkspacePath.Comparison) && !path.Equals(paths.Skills, WorkspacePath.Comparison))
                {
                    yield return (path, SkillOrigin.Workspace);
                }
            }
        }
        yield return (managed, SkillOrigin.Managed);
        foreach (var extra in config().List("skills_extra_dirs"))
        {
            yield return (Path.GetFullPath(PryxPaths.Expand(extra, paths.Home), paths.Home), SkillOrigin.Managed);
        }
        if (withBundled)
        {
            yield return (bundled.Folder(), SkillOrigin.Bundled);
        }
    }

    /// <summary>What <c>skills.entries.NAME.enabled</c> says; null when it says nothing.</summary>
    internal bool? EntryOf(string id)
    {
        if (EntriesText is not { Length: > 2 } json)
        {
            return null;
        }
        using var entries = JsonDocument.Parse(json);
        return entries.RootElement.ValueKind == JsonValueKind.Object && entries.RootElement.TryGetProperty(id, out var entry)
            && entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("enabled", out var isOn) && isOn.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? isOn.GetBoolean()
            : null;
    }

    internal string EntriesText => config().Text("skills_entries");
}
