namespace Pryx.Agent.Policy;

/// <summary>Names that stand for many hosts, so that nobody has to type or read them one by one.</summary>
public static class NamedHosts
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
            "repo.packagist.org", "packagist.org", "repo.hex.pm", "hex.pm", "deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com", "dl-cdn.alpinelinux.org",
        ],
        [GitHubReleases] = ["github.com", "codeload.github.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com", "raw.githubusercontent.com"],
    };

    public static IReadOnlyCollection<string> Names => Named.Keys;

    /// <summary>The hosts behind a name; null when it is none.</summary>
    public static IReadOnlyList<string>? Find(string name) => Named.GetValueOrDefault(name);
}
