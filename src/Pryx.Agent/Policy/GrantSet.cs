using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <param name="Label">How a person finds it again: <c>grant:4f21…</c> or <c>--allow</c>.</param>
/// <param name="IsStanding">True when it outlives the session; mode <c>ask</c> does not take those.</param>
public sealed record Grant(string Label, ToolRule Rule, bool IsStanding)
{
    /// <summary>Where it is stored; null for one that is not.</summary>
    public string? Id { get; init; }
}

/// <summary>What people allowed beyond one call, as it holds at this moment.</summary>
public sealed class GrantSet(IReadOnlyList<Grant> grants, string home)
{
    public static GrantSet Empty { get; } = new([], "");

    public IReadOnlyList<Grant> Grants { get; } = grants;

    /// <summary>Takes down which grants covered something; null where nobody wants to know. Not for several judgements at once.</summary>
    public ICollection<Grant>? Used { get; init; }

    /// <summary>Hosts that sandboxed commands may reach unasked, as <c>network:</c> grants and named ones say: patterns and names, such as <c>*.example.org</c> and <c>registries</c>.</summary>
    public IReadOnlyList<string> NetworkHosts => [.. Grants.Select(static grant => grant.Rule.NetworkHost).OfType<string>().Distinct()];

    /// <summary>True when the network as a whole was granted.</summary>
    public bool HasWholeNetwork => Grants.Any(static grant => grant.Rule.IsWholeNetwork);

    /// <summary>The first grant that covers the access, or null.</summary>
    /// <param name="standing">Whether those that outlive the session count.</param>
    /// <param name="folder">Whether the folder grant counts for what commands do: not at its boundary.</param>
    public Grant? Covering(PolicyRequest request, ToolAccess? access, bool standing = true, bool folder = true)
    {
        for (var i = 0; i < Grants.Count; i++)
        {
            var grant = Grants[i];
            if ((standing || !grant.IsStanding) && (folder || !grant.Rule.IsFolder || PolicyTools.IsFileTool(request.Tool)) && grant.Rule.Covers(request, access, home) && !IsPassedOver(grant.Rule, access))
            {
                Used?.Add(grant);
                return grant;
            }
        }
        return null;
    }

    public GrantSet With(IEnumerable<Grant> more) => new([.. Grants, .. more], home);

    // Whoever allowed a folder did not think of the keys in it: a secret must be named.
    private static bool IsPassedOver(ToolRule rule, ToolAccess? access) =>
        access is { Kind: AccessKind.Read or AccessKind.Write } && rule.IsPathGlob && SecretFiles.IsSecretName(access.Target);
}
