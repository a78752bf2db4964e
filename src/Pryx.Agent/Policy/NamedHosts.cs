using System.Collections.Frozen;

namespace Pryx.Agent.Policy;

/// <summary>Names that stand for many hosts, so that one grant is enough for a package manager.</summary>
public static class NamedHosts
{
    /// <summary>Where package managers get packages from. Publishing there needs a token, and tokens are hidden from sandboxed commands.</summary>
    public const string Registries = "registries";

    /// <summary>Kept apart from registries: anybody can put anything there, and send to it.</summary>
    public const string GitHubReleases = "github-releases";

    private static readonly FrozenDictionary<string, string[]> Hosts = new Dictionary<string, string[]>
    {
        [Registries] =
        [
            "registry.npmjs.org", "registry.yarnpkg.com", "pypi.org", "files.pythonhosted.org", "crates.io", "static.crates.io", "index.crates.io", "api.nuget.org", "globalcdn.nuget.org",
            "proxy.golang.org", "sum.golang.org", "repo.maven.apache.org", "repo1.maven.org", "plugins.gradle.org", "rubygems.org", "index.rubygems.org",
            "repo.packagist.org", "packagist.org", "repo.hex.pm", "hex.pm", "deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com", "dl-cdn.alpinelinux.org",
        ],
        [GitHubReleases] = ["github.com", "codeload.github.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com", "raw.githubusercontent.com"],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<string> Names => Hosts.Keys;

    /// <returns>Null for what is no such name.</returns>
    public static IReadOnlyList<string>? Find(string name) => Hosts.GetValueOrDefault(name);

    /// <summary>The name that the host belongs to; null when none.</summary>
    public static string? NameOf(string host) => Hosts.FirstOrDefault(entry => Array.IndexOf(entry.Value, host) >= 0).Key;
}
