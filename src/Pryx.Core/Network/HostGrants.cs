using Pryx.Agent.Policy;

namespace Pryx.Core.Network;

/// <summary>Hosts that may be reached unasked: patterns, and named grants that stand for many.</summary>
public sealed class HostGrants
{
    /// <summary>Where package managers get packages from. Publishing there needs a token, and tokens are hidden from sandboxed commands.</summary>
    public const string Registries = "registries";

    /// <summary>Kept apart from registries: anybody can put anything there, and send to it.</summary>
    public const string GitHubReleases = "github-releases";

    private static readonly Dictionary<string, string[]> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        [Registries] =
        [
            "registry.npmjs.org", "registry.yarnpkg.com", "pypi.org", "files.pythonhosted.org", "crates.io", "static.crates.io", "index.crates.io", "api.nuget.org", "globalcdn.nuget.org",
            "proxy.golang.org", "sum.golang.org", "repo.maven.apache.org", "repo1.maven.org", "plugins.gradle.org", "rubygems.org", "index.rubygems.org",
            "repo.packagist.org", "packagist.org", "repo.hex.pm", "hex.pm",
        ],
        [GitHubReleases] = ["github.com", "codeload.github.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com", "raw.githubusercontent.com"],
    };

    private readonly List<HostPattern> _patterns = [];

    /// <exception cref="FormatException">A pattern that can not be read; the message says why.</exception>
    public HostGrants(IEnumerable<string> grants)
    {
        foreach (var text in grants.SelectMany(grant => Named.GetValueOrDefault(grant) ?? [grant]))
        {
            _patterns.Add(HostPattern.Parse(text, out var error) ?? throw new FormatException($"The host '{text}' can not be read: {error}."));
        }
    }

    public static IReadOnlyCollection<string> Names => Named.Keys;

    /// <param name="target">With the port unless it is the scheme's own.</param>
    public bool Cover(string target) => _patterns.Any(pattern => pattern.Covers(target));
}
