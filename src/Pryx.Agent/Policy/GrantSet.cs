using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <param name="Label">How a person finds it again: <c>grant:4f21…</c> or <c>--allow</c>.</param>
/// <param name="IsStanding">True when it outlives the session; mode <c>ask</c> does not take those.</param>
public sealed record Grant(string Label, ToolRule Rule, bool IsStanding);

/// <summary>What people allowed beyond one call, as it holds at this moment.</summary>
public sealed class GrantSet(IReadOnlyList<Grant> grants, string home)
{
    public static GrantSet Empty { get; } = new([], "");

    public IReadOnlyList<Grant> Grants { get; } = grants;

    /// <summary>The first grant that covers the access, or null.</summary>
    public Grant? Covering(PolicyRequest request, ToolAccess? access, bool standing = true)
    {
        for (var i = 0; i < Grants.Count; i++)
        {
            var grant = Grants[i];
            if ((standing || !grant.IsStanding) && grant.Rule.Covers(request, access, home))
            {
                return grant;
            }
        }
        return null;
    }

    public GrantSet With(IEnumerable<Grant> more) => new([.. Grants, .. more], home);
}
