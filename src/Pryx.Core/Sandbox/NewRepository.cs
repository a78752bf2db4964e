namespace Pryx.Core.Sandbox;

/// <summary>
/// A repository that a sandboxed command has made (git init, git clone): what in it would make git run something when the user works
/// there, outside of any sandbox.
/// </summary>
internal static class NewRepository
{
    // What git init and git clone write, and what only says who and where. Everything else may name a program.
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "core.repositoryformatversion", "core.filemode", "core.bare", "core.logallrefupdates", "core.ignorecase", "core.precomposeunicode", "core.symlinks", "core.autocrlf", "core.eol",
        "user.name", "user.email", "init.defaultbranch", "remote.url", "remote.fetch", "remote.tagopt", "branch.remote", "branch.merge", "branch.rebase", "pull.rebase", "push.default",
        "submodule.url", "submodule.active", "extensions.objectformat", "extensions.refstorage", "extensions.partialclone", "remote.promisor", "remote.partialclonefilter",
    };

    /// <summary>A config is read by this and by git; where they might read it differently, it counts as running something.</summary>
    private const int MaxConfig = 64 * 1024;

    /// <param name="repository">The path of a .git, file or folder.</param>
    /// <returns>What must go.</returns>
    public static IEnumerable<string> RunsCode(string repository)
    {
        if (!Directory.Exists(repository))
        {
            return [repository]; // A .git file leads to a repository that nobody has looked at.
        }
        List<string> found = [];
        var hooks = Path.Combine(repository, "hooks");
        if (Directory.Exists(hooks))
        {
            found.AddRange(new DirectoryInfo(hooks).LinkTarget is not null ? [hooks] : Directory.EnumerateFileSystemEntries(hooks).Where(path => !path.EndsWith(".sample", StringComparison.Ordinal)));
        }
        found.AddRange(((string[])["commondir", "config.worktree", "modules"]).Select(name => Path.Combine(repository, name)).Where(Path.Exists));
        var config = Path.Combine(repository, "config");
        if (Path.Exists(config) && !IsHarmless(config))
        {
            found.Add(config);
        }
        return found;
    }

    internal static bool IsHarmless(string config)
    {
        try
        {
            if (new FileInfo(config) is not { LinkTarget: null, Length: <= MaxConfig })
            {
                return false;
            }
            var section = "";
            foreach (var line in File.ReadLines(config).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] is not ('#' or ';')))
            {
                if (line[0] == '[')
                {
                    // [remote "origin"]; a key behind the bracket is legal and unusual.
                    if (!line.EndsWith(']') || line.Contains('\\', StringComparison.Ordinal))
                    {
                        return false;
                    }
                    section = line[1..^1].Split(' ', '.', '"')[0];
                    continue;
                }
                var (key, value) = line.Split('=', 2) is [var name, var text] ? (name.Trim(), text.Trim()) : (line, "");
                // "ext::" and the like name a program as a URL, "!" a shell command.
                if (!Harmless.Contains($"{section}.{key}") || value.EndsWith('\\') || value.Contains("::", StringComparison.Ordinal) || value.StartsWith('!'))
                {
                    return false;
                }
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
