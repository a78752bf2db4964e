using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>
/// Where a command that may run is run: inside, with just the hosts that were judged with it; outside only what could not work inside,
/// and that was asked or written down as exactly that.
/// </summary>
/// <param name="confinement">Of this moment.</param>
/// <param name="isFull">The mode <c>full</c>: nothing holds it.</param>
public sealed class BoundarySandbox(Func<Confinement> confinement, bool isFull) : SandboxPolicy
{
    public override SandboxMode ModeOf(string tool, ToolPlan plan, Judgement judgement, Func<HostRequest, CancellationToken, Task<bool>> askHostAsync)
    {
        if (PolicyTools.IsOfServer(PolicyTools.Canonical(tool)))
        {
            // Its program runs already, in a sandbox of its own: the call says only who is asked for a new host.
            return isFull ? SandboxMode.NoNetwork with { HasFullNetwork = true } : SandboxMode.WithHosts([], askHostAsync);
        }
        var now = confinement();
        if (isFull || !now.IsOn || Leaves(plan, judgement, now))
        {
            return SandboxMode.Off;
        }
        var hosts = plan.Accesses.Where(static access => access is { Kind: AccessKind.Network, IsOwnService: false }).Select(static access => access.Target).ToList();
        return now.HasHosts && (hosts.Count > 0 || plan.Accesses.Any(static access => access.NeedsNetwork))
            ? SandboxMode.WithHosts(hosts, askHostAsync)
            : SandboxMode.NoNetwork;
    }

    private static bool Leaves(ToolPlan plan, Judgement judgement, Confinement now) =>
        judgement.Rule.StartsWith("floor:", StringComparison.Ordinal)
        || plan.Accesses.Any(access => access.Kind switch
        {
            AccessKind.Execute => access.Boundary is not null || (access.NeedsNetwork && !now.HasHosts),
            AccessKind.Network => !now.HasHosts && !access.IsOwnService,
            AccessKind.Write => !access.IsInsideWorkspace && !(now.HasOwnTemporaryFolder && PathText.IsWithin(access.Target, "/tmp", PathText.Comparison)),
            _ => false,
        });
}
