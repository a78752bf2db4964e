using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Commands.Skills;
using Pryx.Tui.Link;

namespace Pryx.Tui.Screens.Skills;

/// <summary>The routes of skills as this screen calls them.</summary>
internal static class SkillCalls
{
    private const string Root = "/api/v1/skills";

    public static Task<SkillListing> SkillsAsync(this ICoreLink core, string folder, CancellationToken cancellationToken) =>
        core.GetAsync($"{Root}?workspace={Uri.EscapeDataString(folder)}", SkillCommandJson.Default.SkillListing, cancellationToken);

    public static Task<T> SkillAsync<T>(this ICoreLink core, string verb, SkillRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        core.SendAsync("POST", $"{Root}/{verb}", JsonSerializer.Serialize(request, SkillCommandJson.Default.SkillRequest), type, cancellationToken);

    public static Task<InstallerRun> InstallerAsync(this ICoreLink core, string skill, string installer, CancellationToken cancellationToken) =>
        core.SendAsync("POST", $"{Root}/{Uri.EscapeDataString(skill)}/installers", JsonSerializer.Serialize(new(installer), SkillCommandJson.Default.InstallerRequest), SkillCommandJson.Default.InstallerRun, cancellationToken);
}
