namespace Pryx.Agent.Shell.Programs;

/// <summary>Package managers and builders: when they need a network, and when they publish.</summary>
internal static class PackagePrograms
{
    private static readonly string[] Node = ["registry.npmjs.org"];
    private static readonly string[] Python = ["pypi.org", "files.pythonhosted.org"];
    private static readonly string[] Rust = ["index.crates.io", "static.crates.io"];

    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        ("npm", facts => Judge(facts, Node, ["install", "i", "in", "ci", "add", "update", "up", "upgrade", "exec", "x", "view", "info", "search", "audit", "outdated", "create", "init", "install-test", "it", "login"], ["publish", "unpublish", "deprecate", "owner", "access", "dist-tag", "team"])),
        ("pnpm", facts => Judge(facts, Node, ["install", "i", "add", "update", "up", "dlx", "create", "fetch", "import", "audit", "outdated"], ["publish"])),
        ("yarn", facts => Judge(facts, Node, ["", "install", "add", "upgrade", "up", "dlx", "create", "audit", "outdated"], ["publish", "npm"])),
        ("bun", facts => Judge(facts, Node, ["install", "i", "add", "update", "x", "create"], ["publish"])),
        ("npx", facts => Judge(facts, Node, null, [])), ("bunx", facts => Judge(facts, Node, null, [])), ("pnpx", facts => Judge(facts, Node, null, [])),
        ("pip", facts => Judge(facts, Python, ["install", "download", "wheel", "index", "search"], [])), ("pip3", facts => Judge(facts, Python, ["install", "download", "wheel", "index", "search"], [])),
        ("pipx", facts => Judge(facts, Python, null, [])), ("uvx", facts => Judge(facts, Python, null, [])), ("uv", facts => Judge(facts, Python, ["add", "sync", "lock", "pip", "tool", "run", "python"], ["publish"])),
        ("poetry", facts => Judge(facts, Python, ["install", "add", "update", "lock"], ["publish"])), ("pipenv", facts => Judge(facts, Python, ["install", "update", "sync", "lock"], [])), ("twine", facts => Judge(facts, Python, null, ["upload"])), ("conda", facts => Judge(facts, ["conda.anaconda.org"], ["install", "create", "update", "env"], [])),
        ("cargo", facts => Judge(facts, Rust, ["install", "add", "update", "fetch", "search"], ["publish", "yank", "owner"])), ("rustup", facts => Judge(facts, ["static.rust-lang.org"], null, [])),
        ("go", facts => Judge(facts, ["proxy.golang.org", "sum.golang.org"], ["get", "install", "mod"], [])), ("gem", facts => Judge(facts, ["rubygems.org"], ["install", "update", "fetch", "outdated"], ["push", "yank", "owner"])), ("bundle", facts => Judge(facts, ["rubygems.org"], ["", "install", "update", "add"], [])),
        ("composer", facts => Judge(facts, ["repo.packagist.org"], ["install", "update", "require", "create-project"], [])), ("mvn", facts => Judge(facts, ["repo.maven.apache.org"], null, ["deploy"])), ("gradle", facts => Judge(facts, ["plugins.gradle.org", "repo.maven.apache.org"], null, ["publish"])),
        ("dotnet", Dotnet), ("nuget", facts => Judge(facts, ["api.nuget.org"], ["install", "restore", "update"], ["push", "delete"])), ("brew", facts => Judge(facts, ["formulae.brew.sh", "ghcr.io"], ["install", "upgrade", "update", "fetch", "tap"], [])),
        ("apt", System), ("apt-get", System), ("dpkg", System), ("yum", System), ("dnf", System), ("apk", System), ("pacman", System), ("zypper", System), ("snap", System), ("flatpak", System),
        ("make", Make), ("gmake", Make), ("just", Build), ("cmake", Build), ("ninja", Build), ("ant", Build), ("rake", Build), ("gulp", Build), ("grunt", Build), ("tox", Build), ("nox", Build), ("pytest", Build), ("jest", Build), ("vitest", Build), ("mocha", Build),
    ];

    /// <param name="fetching">Subcommands that fetch; null for all.</param>
    private static void Judge(FactsBuilder facts, string[] hosts, string[]? fetching, string[] publishing)
    {
        var verb = facts.Words.Skip(1).FirstOrDefault(word => !word.Text.StartsWith('-'));
        var text = verb is null ? "" : verb.IsLiteral ? verb.Text : null;
        facts.Subcommand = text is "" ? null : text;
        facts.Publishes = publishing.Contains(text) || (text is not null && publishing.Any(word => text.StartsWith(word + ":", StringComparison.Ordinal)));
        if (text is null)
        {
            facts.Note($"runs '{facts.Program}' with a subcommand that is not known");
        }
        if (facts.Publishes || text is null || fetching is null || fetching.Contains(text))
        {
            facts.NeedsNetwork = true;
            foreach (var host in hosts)
            {
                facts.Host(host);
            }
        }
        facts.RunsText = text is "run" or "exec" or "x" or "dlx" or "test" or "start" or "build" or "install" or "i" or "ci" or "add";
        if (facts.Program == "go" && facts.Words.Any(word => word.Text is "-exec" or "-toolexec" or "-vettool" || word.Text.StartsWith("-exec=", StringComparison.Ordinal) || word.Text.StartsWith("-toolexec=", StringComparison.Ordinal)))
        {
            facts.Note("runs another command through 'go'");
        }
        if (facts.Program == "cargo" && facts.Words.Any(word => word.Text.StartsWith("--config", StringComparison.Ordinal)))
        {
            facts.Note("gives 'cargo' a setting that may run another command");
        }
    }

    private static void Dotnet(FactsBuilder facts)
    {
        Judge(facts, ["api.nuget.org"], ["restore", "add", "workload", "tool", "new", "nuget"], []);
        facts.Publishes = facts.Subcommand == "nuget" && facts.Words.Any(word => word.Text is "push" or "delete");
    }

    private static void System(FactsBuilder facts)
    {
        Judge(facts, [], ["install", "update", "upgrade", "dist-upgrade", "full-upgrade", "add", "refresh", "download", "source", "build-dep", "search"], []);
        facts.EscalatesRights = facts.Subcommand is "install" or "remove" or "purge" or "upgrade" or "update" or "add" or "del" or "autoremove" or "dist-upgrade" or "refresh" || facts.Program is "dpkg" or "pacman" or "snap";
        if (facts.Words.Any(word => word.Text is "-o" or "--option" or "-c" || word.Text.StartsWith("-o", StringComparison.Ordinal)))
        {
            facts.Note($"gives '{facts.Program}' a setting that may run another command");
        }
    }

    // The project's own build runs what the project says; another shell or another text does not belong to it.
    private static void Make(FactsBuilder facts)
    {
        facts.RunsText = true;
        var options = facts.Options("CfIoW", ["directory", "file", "makefile", "include-dir", "eval", "old-file", "what-if"], mayHaveValue: "jlO");
        if (options.Has("--eval", "-E") || options.Rest.Any(word => word.Text.StartsWith("SHELL", StringComparison.Ordinal) || word.Text.StartsWith(".SHELL", StringComparison.Ordinal) || word.Text.StartsWith("MAKE", StringComparison.Ordinal)))
        {
            facts.Note("gives 'make' something to run");
        }
        facts.Read(options.Words("-f", "--file", "--makefile", "-C", "--directory"));
    }

    private static void Build(FactsBuilder facts) => facts.RunsText = true;
}
