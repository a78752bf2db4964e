using Pryx.Agent.Policy;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Policies;

/// <summary>Builds the policy of a turn from its mode, the <c>--allow</c> rules and what people granted.</summary>
/// <param name="scope">Canonical places; <see cref="ScopeOf"/> makes it.</param>
public sealed class PolicyFactory(PolicyScope scope, GrantStore grants)
{
    /// <param name="mode">As <c>--policy</c> gives it; null for the default.</param>
    /// <param name="allow">As <c>--allow</c> gives them: for this turn only.</param>
    /// <param name="layers">Rules of the user, the workspace or a channel, once there are files of them.</param>
    /// <exception cref="PryxException">POLICY_UNKNOWN, RULE_INVALID or RULE_TOO_WIDE: a turn does not start on a policy that could not be read.</exception>
    public TurnPolicy Create(string? mode, IReadOnlyList<string> allow, params IEnumerable<IPolicyLayer> layers)
    {
        var forThisTurn = allow.Select(text => new Grant("--allow", ToolRule.ParseGrant(text), IsStanding: false)).ToList();
        return new(PolicySet.Create(PolicyModes.Parse(mode), scope, GrantSet.Empty, layers), forThisTurn, grants, scope.Home);
    }

    /// <summary>The places of an installation, resolved: accesses come resolved too.</summary>
    public static PolicyScope ScopeOf(PryxPaths paths) => new()
    {
        Home = Sessions.CanonicalPath.Of(paths.Home),
        DataDirectory = Sessions.CanonicalPath.Of(paths.Data),
        ReadableRoots = [Sessions.CanonicalPath.Of(paths.ToolOutput)],
    };
}
