using System.Diagnostics.CodeAnalysis;
using Pryx.Protocol.Errors;

namespace Pryx.Agent.Policy;

/// <summary>The modes of <c>--policy</c> (FR2.4), strictest first.</summary>
public enum PolicyMode { ReadOnly, Ask, WorkspaceOnly, NetworkAllowlist, Full }

public static class PolicyModes
{
    public const PolicyMode Default = PolicyMode.WorkspaceOnly;
    private const string All = "read-only, ask, workspace-only, network-allowlist, full";

    public static string Name(this PolicyMode mode) => mode switch
    {
        PolicyMode.ReadOnly => "read-only",
        PolicyMode.Ask => "ask",
        PolicyMode.WorkspaceOnly => "workspace-only",
        PolicyMode.NetworkAllowlist => "network-allowlist",
        PolicyMode.Full => "full",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    public static bool TryParse([NotNullWhen(true)] string? text, out PolicyMode mode)
    {
        foreach (var candidate in Enum.GetValues<PolicyMode>())
        {
            if (string.Equals(candidate.Name(), text?.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                mode = candidate;
                return true;
            }
        }
        mode = default;
        return false;
    }

    /// <exception cref="PryxException">POLICY_UNKNOWN: a policy that can not be found must not become another one.</exception>
    public static PolicyMode Parse(string? text) => text is null ? Default : TryParse(text, out var mode)
        ? mode
        : throw new PryxException("POLICY_UNKNOWN", $"There is no policy '{text}'.", $"Use one of {All}.");
}
