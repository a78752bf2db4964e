using System.Text.Json.Serialization;
using Pryx.Agent.Policy;
using Pryx.Protocol;
using Pryx.Protocol.Policies;

namespace Pryx.Core.Policies;

/// <param name="Holds">True where no grant lowers what it asks.</param>
public sealed record PolicyLayerBody(string Name, string Says, bool Holds);

/// <param name="Loaded">Names; broken ones are left out.</param>
public sealed record PolicyFolder(string Folder, IReadOnlyList<string> Loaded);

/// <param name="Layers">In their order; the strictest decision over all of them counts.</param>
public sealed record PolicyOverview(IReadOnlyList<PolicyModeBody> Modes, IReadOnlyList<PolicyLayerBody> Layers, PolicyFolder Files)
{
    private static readonly PolicyLayerBody[] All =
    [
        new("pins", "What the user has pinned is asked or denied, in every mode; a person answers, no flag.", true),
        new("floor", "Secrets are denied; what outlives the session or leaves the user's rights is asked, in every mode.", true),
        new("taint", "After untrusted text, what sends or leaves the folder is asked.", true),
        new("unclear", "What can not be understood is asked.", true),
        new("mode", "What the mode says of reading, writing, commands and hosts.", false),
        new("policy", "A written policy chosen by name, in the mode's place.", false),
        new("user", "policies/user.yaml: counts always, can only tighten.", false),
        new("workspace", ".pryx/policies of a trusted folder: can only tighten.", false),
        new("grants", "What people allowed: lowers an ask to allow, never a deny.", false),
    ];

    public static PolicyOverview Of(PolicyFiles files) => new(
        [.. Enum.GetValues<PolicyMode>().Select(mode => new PolicyModeBody(mode.Name(), SaysOf(mode), mode == PolicyModes.Default))], All, new(files.Folder, [.. files.List().Where(static file => file.Document is not null).Select(static file => file.Name)]));

    private static string SaysOf(PolicyMode mode) => mode switch
    {
        PolicyMode.ReadOnly => "Reads inside the workspace; writes, commands and requests are denied.",
        PolicyMode.Ask => "Every side effect is asked.",
        PolicyMode.WorkspaceOnly => "Works in the workspace; what leaves it is asked or denied.",
        PolicyMode.NetworkAllowlist => "As workspace-only; only hosts that were granted can be reached.",
        _ => "Runs unasked but for what the floor keeps.",
    };
}

/// <param name="Mode">Of turns that name none.</param>
/// <param name="Floor">Always true: nothing switches it off.</param>
/// <param name="Sandbox">What holds commands: none as long as there is no sandbox.</param>
/// <param name="Grants">How many hold now.</param>
public sealed record PolicyStatus(string Mode, bool Floor, string Sandbox, int Grants);

/// <param name="Rule">In the syntax of <c>--allow</c>.</param>
/// <param name="GrantedBy">Counts only from the user's own programs.</param>
public sealed record GrantInput(string? Rule, SessionId? SessionId, string? Workspace, DateTimeOffset? ExpiresAt, string? GrantedBy);

public sealed record GrantsBody(IReadOnlyList<Protocol.Grants.Grant> Grants)
{
    /// <param name="now">UTC; decides what has expired.</param>
    public static Protocol.Grants.Grant Shown(StoredGrant grant, DateTimeOffset now) => new(grant.Id, grant.Pattern)
    {
        State = grant.RevokedAt is not null ? "revoked" : grant.ExpiresAt <= now ? "expired" : "active",
        Scope = GrantStore.ScopeOf(grant.Pattern),
        RevokedAt = grant.RevokedAt,
        Uses = grant.Uses,
        LastUsedAt = grant.LastUsedAt,
        ApprovalId = grant.Question,
        SessionId = grant.SessionId,
        Workspace = grant.Workspace,
        GrantedBy = grant.CreatedBy,
        CreatedAt = grant.CreatedAt,
        ExpiresAt = grant.ExpiresAt,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyOverview))]
[JsonSerializable(typeof(PolicyStatus))]
[JsonSerializable(typeof(GrantInput))]
[JsonSerializable(typeof(GrantsBody))]
internal sealed partial class PolicyJson : JsonSerializerContext;
