namespace Pryx.Agent.Policy;

/// <summary>What holds a program that a call runs, as far as policy has to know. Which sandbox it is, is not policy's business.</summary>
/// <param name="IsOn">It runs in a sandbox: the workspace writable, the rest read-only without secrets, no network.</param>
/// <param name="HasHosts">Hosts can be opened one by one; where not, a program has no network or runs outside.</param>
/// <param name="HasOwnTemporaryFolder">Its /tmp is its own.</param>
public sealed record Confinement(bool IsOn, bool HasHosts, bool HasOwnTemporaryFolder)
{
    /// <summary>Programs run with the user's own rights.</summary>
    public static Confinement None { get; } = new(false, false, false);
}
