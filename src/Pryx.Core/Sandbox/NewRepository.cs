using System.Security.Cryptography;

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

    /// <param name="repository">The path of a .git, whatever it is, or of a folder that git takes for one.</param>
    /// <returns>What must go.</returns>
    public static IEnumerable<string> RunsCode(string repository)
    {
        if (!Directory.Exists(repository) || new FileInfo(repository).LinkTarget is not null)
        {
            return [repository]; // A file or a link leads to a repository that nobody has looked at.
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

    /// <summary>What <see cref="RunsCode"/> looks at, as a text that is another one when any of it was changed.</summary>
    public static string Fingerprint(string repository)
    {
        try
        {
            if (new FileInfo(repository) is { LinkTarget: { } target })
            {
                return $"link {target}";
            }
            var hooks = Path.Combine(repository, "hooks");
            var files = Directory.Exists(hooks) ? Directory.GetFiles(hooks).Where(static path => !path.EndsWith(".sample", StringComparison.Ordinal)).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
            return string.Join('\n', files.Concat(((string[])["config", "config.worktree", "commondir"]).Select(name => Path.Combine(repository, name))).Append(repository)
                .Where(File.Exists).Select(static path => $"{path} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.NewGuid().ToString(); // Nobody can say that it is as it was.
        }
    }

    /// <summary>A rebase that was begun and not ended: its list of what to do next may name commands, and whoever goes on with it runs them.</summary>
    /// <returns>The list, when it does.</returns>
    public static IEnumerable<string> RunsWhenContinued(string repository)
    {
        var list = Path.Combine(repository, "rebase-merge", "git-rebase-todo");
        try
        {
            return File.Exists(list) && File.ReadLines(list).Any(static line => line.TrimStart() is var text && (text.StartsWith("exec", StringComparison.Ordinal) || text.StartsWith("x ", StringComparison.Ordinal) || text.StartsWith("x\t", StringComparison.Ordinal))) ? [list] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [list];
        }
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
