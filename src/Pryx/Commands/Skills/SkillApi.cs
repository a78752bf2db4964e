using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Terminal;

namespace Pryx.Commands.Skills;

/// <summary>The routes of skills as these commands call them.</summary>
internal static class SkillApi
{
    private const string Root = "/api/v1/skills";

    public static Task<SkillListing> ListAsync(ApiConnection api, CommandIo io, bool onlyEligible, CancellationToken cancellationToken) =>
        api.CallAsync("GET", $"{Root}?workspace={Uri.EscapeDataString(io.WorkingDirectory)}{(onlyEligible ? "&eligible=true" : "")}", null, SkillCommandJson.Default.SkillListing, cancellationToken);

    public static Task<ListedSkill> FindAsync(ApiConnection api, CommandIo io, string id, CancellationToken cancellationToken) =>
        api.CallAsync("GET", $"{Root}/{Uri.EscapeDataString(id)}?workspace={Uri.EscapeDataString(io.WorkingDirectory)}", null, SkillCommandJson.Default.ListedSkill, cancellationToken);

    public static Task<T> PostAsync<T>(ApiConnection api, string verb, SkillRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        api.CallAsync("POST", $"{Root}/{verb}", JsonSerializer.Serialize(request, SkillCommandJson.Default.SkillRequest), type, cancellationToken);

    public static Task<InstallerRun> RunInstallerAsync(ApiConnection api, string skill, string installer, CancellationToken cancellationToken) =>
        api.CallAsync("POST", $"{Root}/{Uri.EscapeDataString(skill)}/installers", JsonSerializer.Serialize(new(installer), SkillCommandJson.Default.InstallerRequest), SkillCommandJson.Default.InstallerRun, cancellationToken);

    public static void Warn(CommandIo io, SkillListing list)
    {
        if (list.Warning is { } warning)
        {
            io.Error.WriteLine($"Warning: {SafeText.Line(warning)}");
        }
        foreach (var broken in list.Broken)
        {
            io.Error.WriteLine($"Warning: {SafeText.Line(broken.File)} line {broken.Line}: {SafeText.Line(broken.Message)}");
        }
    }
}

internal sealed record SkillRequest(string Id)
{
    public string? From { get; init; }
    public string? Folder { get; init; }
    public string? Workspace { get; init; }
    public string? Fingerprint { get; init; }
    public bool Force { get; init; }
}

internal sealed record InstallerRequest(string Installer);

internal sealed record InstallerRun(bool Ran, bool Ok, string Output);

internal sealed record SkillNeedsList(IReadOnlyList<string> Bins, IReadOnlyList<string> AnyBins, IReadOnlyList<string> Env, IReadOnlyList<string> Config, IReadOnlyList<string> Os);

internal sealed record ListedInstaller(string Id, string Kind, string? Label, string Command, string? WhyNot, IReadOnlyList<string> Bins);

/// <summary>As the gateway shows a skill.</summary>
internal sealed record ListedSkill(string Id, string Title, string Description, string Source, string Path, bool Enabled, bool Eligible, IReadOnlyList<string> Missing, SkillNeedsList Requires, IReadOnlyList<ListedInstaller> Install)
{
    public string? Emoji { get; init; }
    public string? Type { get; init; }
    public string? License { get; init; }
    public string? Compatibility { get; init; }
    public string? ArgumentHint { get; init; }
    public IReadOnlyList<string> AllowedTools { get; init; } = [];
    public bool ModelInvocable { get; init; }
    public bool UserInvocable { get; init; }
    public IReadOnlyList<string> Shadows { get; init; } = [];
    public bool HasBody { get; init; }
}

internal sealed record UnreadSkill(string Id, string Source, string File, int Line, string Message);

internal sealed record SkillListing(IReadOnlyList<ListedSkill> Skills, IReadOnlyList<UnreadSkill> Broken, string? Warning);

internal sealed record SwitchedSkill(bool Ok, bool Changed);

internal sealed record ScanFinding(string Level, string Rule, string File, int Line, string Message, string? Excerpt);

internal sealed record SkillReport(ListedSkill Skill, string Source, IReadOnlyList<ScanFinding> Findings, IReadOnlyList<string> Hosts, IReadOnlyList<string> Scripts, IReadOnlyList<string> Files, string Fingerprint, bool Dangerous);

internal sealed record InstalledSkill(bool Ok, ListedSkill Skill, SkillReport Report);

/// <param name="Error">Null when there is none; then there may be a warning.</param>
internal sealed record SkillCheck(string Id, string? Error, string? Warning);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SkillListing))]
[JsonSerializable(typeof(ListedSkill))]
[JsonSerializable(typeof(IReadOnlyList<ListedSkill>))]
[JsonSerializable(typeof(SwitchedSkill))]
[JsonSerializable(typeof(SkillReport))]
[JsonSerializable(typeof(InstalledSkill))]
[JsonSerializable(typeof(SkillRequest))]
[JsonSerializable(typeof(InstallerRequest))]
[JsonSerializable(typeof(InstallerRun))]
[JsonSerializable(typeof(List<SkillCheck>))]
internal sealed partial class SkillCommandJson : JsonSerializerContext;
