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
        ("pip", facts => Pip(facts, 1)), ("pip3", facts => Pip(facts, 1)),
        ("pipx", facts => Judge(facts, Python, null, [])), ("uvx", facts => Judge(facts, Python, null, [])), ("uv", facts => Judge(facts, Python, ["add", "sync", "lock", "pip", "tool", "run", "python"], ["publish"])),
        ("poetry", facts => Judge(facts, Python, ["install", "add", "update", "lock"], ["publish"])), ("pipenv", facts => Judge(facts, Python, ["install", "update", "sync", "lock"], [])), ("twine", facts => Judge(facts, Python, null, ["upload"])), ("conda", facts => Judge(facts, ["conda.anaconda.org"], ["install", "create", "update", "env"], [])),
        ("cargo", facts => Judge(facts, Rust, ["install", "add", "update", "fetch", "search"], ["publish", "yank", "owner"])), ("rustup", facts => Judge(facts, ["static.rust-lang.org"], null, [])),
        ("go", facts => Judge(facts, ["proxy.golang.org", "sum.golang.org"], ["get", "install", "mod"], [])), ("gem", facts => Judge(facts, ["rubygems.org"], ["install", "update", "fetch", "outdated"], ["push", "yank", "owner"])), ("bundle", facts => Judge(facts, ["rubygems.org"], ["", "install", "update", "add"], [])),
        ("composer", facts => Judge(facts, ["repo.packagist.org"], ["install", "update", "require", "create-project"], [])), ("mvn", facts => Judge(facts, ["repo.maven.apache.org"], null, ["deploy"])), ("gradle", facts => Judge(facts, ["plugins.gradle.org", "repo.maven.apache.org"], null, ["publish"])),
        ("dotnet", Dotnet), ("nuget", facts => Judge(facts, ["api.nuget.org"], ["install", "restore", "update"], ["push", "delete"])), ("brew", facts => Judge(facts, ["formulae.brew.sh", "ghcr.io"], ["install", "upgrade", "update", "fetch", "tap"], [])),
        ("apt", System), ("apt-get", System), ("dpkg", System), ("yum", System), ("dnf", System), ("apk", System), ("pacman", System), ("zypper", System), ("snap", System), ("flatpak", System),
        ("make", Make), ("gmake", Make), ("just", Build), ("cmake", Build), ("ninja", Build), ("ant", Build), ("rake", Build), ("gulp", Build), ("grunt", Build), ("tox", Build), ("nox", Build), ("pytest", Build), ("jest", Build), ("vitest", Build), ("mocha", Build),
    ];

    /// <param name="start">Where its own words begin: <c>python -m pip</c> has more before them.</param>
    public static void Pip(FactsBuilder facts, int start) => Judge(facts, Python, ["install", "download", "wheel", "index", "search"], [], start);

    /// <param name="fetching">Subcommands that fetch; null for all.</param>
    private static void Judge(FactsBuilder facts, string[] hosts, string[]? fetching, string[] publishing, int start = 1)
    {
        var verb = facts.Words.Skip(start).FirstOrDefault(word => !word.Text.StartsWith('-'));
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
            var named = Named(facts, "--registry", "--index-url", "-i").ToList();
            foreach (var host in named.Count == 0 ? hosts : [])
            {
                facts.Host(host);
            }
            foreach (var word in named.Concat(Named(facts, "--extra-index-url", "--find-links")))
            {
                facts.Host(word);
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

    // The addresses behind options that put another registry in the place of the usual one, or beside it.
    private static IEnumerable<ShellWord> Named(FactsBuilder facts, params string[] options)
    {
        var words = facts.Words;
        for (var i = 1; i < words.Count; i++)
        {
            foreach (var option in options)
            {
                if (words[i].Text == option && i + 1 < words.Count && words[i + 1].Text.Contains("://", StringComparison.Ordinal))
                {
                    yield return words[i + 1];
                }
                else if (words[i].Text.StartsWith(option + "=", StringComparison.Ordinal) && words[i].Text.Contains("://", StringComparison.Ordinal))
                {
                    yield return FilePrograms.Behind(words[i], option.Length + 1);
                }
            }
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
