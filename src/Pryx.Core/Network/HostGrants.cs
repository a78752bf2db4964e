using Pryx.Agent.Policy;

namespace Pryx.Core.Network;

/// <summary>Hosts that may be reached unasked: patterns, and named grants that stand for many.</summary>
public sealed class HostGrants
{
    private readonly List<HostPattern> _patterns = [];

    /// <exception cref="FormatException">A pattern that can not be read; the message says why.</exception>
    public HostGrants(IEnumerable<string> grants)
    {
        foreach (var text in grants.SelectMany(grant => NamedHosts.Find(grant) ?? [grant]))
        {
            _patterns.Add(HostPattern.Parse(text, out var error) ?? throw new FormatException($"The host '{text}' can not be read: {error}."));
        }
    }

    /// <param name="target">With the port unless it is the scheme's own.</param>
    public bool Cover(string target) => _patterns.Any(pattern => pattern.Covers(target));
}
