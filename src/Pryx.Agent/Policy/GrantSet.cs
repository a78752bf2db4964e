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
    /// <param name="standing">Whether those that outlive the session count.</param>
    /// <param name="folder">Whether the folder grant counts for what commands do: not at its boundary.</param>
    public Grant? Covering(PolicyRequest request, ToolAccess? access, bool standing = true, bool folder = true)
    {
        for (var i = 0; i < Grants.Count; i++)
        {
            var grant = Grants[i];
            if ((standing || !grant.IsStanding) && (folder || !grant.Rule.IsFolder || PolicyTools.IsFileTool(request.Tool)) && grant.Rule.Covers(request, access, home))
            {
                return grant;
            }
        }
        return null;
    }

    public GrantSet With(IEnumerable<Grant> more) => new([.. Grants, .. more], home);
}
