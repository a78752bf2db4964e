using Pryx.Agent.Policy;

namespace Pryx.Core.Sandbox;

/// <summary>
/// What in a workspace a command must not change though it may write there: what runs later, outside of the sandbox (git's hooks and
/// configuration), and what guards the agent itself (policies, skills, hooks, MCP servers). And the secrets it must not read.
/// </summary>
internal sealed record WorkspaceGuards(IReadOnlyList<string> Protected, IReadOnlyList<string> Forbidden, IReadOnlyList<string> Secrets, IReadOnlyList<string> Repositories)
{
    /// <summary>The repository outside of the workspace that the workspace is a working tree of; git writes there.</summary>
    public string? MainRepository { get; private init; }

    /// <summary>A command must not wait for a walk through a large tree: these many folders are looked into, this deep.</summary>
    private const int MaxFolders = 200, MaxDepth = 3;

    private static readonly string[] OfAgents = [".pryx", ".claude", ".agents", ".codex", ".cursor", ".gemini", ".mcp.json"];

    // A file of the name commondir makes git take hooks and configuration from wherever it says.
    private static readonly string[] OfRepositories = ["hooks", "config", "config.worktree", "commondir", "modules"];

    private static readonly string[] OfHomes =
    [
        ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile", ".zshenv", ".zlogin", ".inputrc", ".gitconfig", ".config/git", ".config/fish", ".config/autostart",
        ".config/systemd", ".local/bin", ".local/share/applications", ".pam_environment", ".xprofile", ".xinitrc", ".vimrc", ".vim", ".config/nvim", ".emacs", ".emacs.d", ".tmux.conf", "bin",
    ];

    private static readonly HashSet<string> NotWalked = new(StringComparer.Ordinal)
    {
        ".git", "node_modules", ".venv", "venv", "__pycache__", "bin", "obj", "target", "dist", "build", "out", "artifacts", ".cache", ".next", ".gradle", ".tox", "vendor",
    };

    /// <param name="workspace">Canonical.</param>
    /// <param name="home">Canonical; a workspace around it may not rewrite what its shells start with.</param>
    public static WorkspaceGuards Find(string workspace, string home)
    {
        var (repositories, secrets) = Walk(workspace);
        var guarded = new List<string>(OfAgents.Select(name => Path.Combine(workspace, name)));
        foreach (var repository in repositories.Where(Directory.Exists))
        {
            MakeHooksFolder(repository);
            guarded.AddRange(OfRepositories.Select(name => Path.Combine(repository, name)));
        }
        // A working tree's .git is a file that says where the repository is: another one may say another thing.
        guarded.AddRange(repositories.Where(File.Exists));
        var (main, own) = WorkingTree.RepositoryOf(workspace);
        if (main is not null)
        {
            MakeHooksFolder(main);
            guarded.AddRange(OfRepositories.Select(name => Path.Combine(main, name)));
            guarded.AddRange(((string[])["config.worktree", "commondir", "gitdir"]).Select(name => Path.Combine(own!, name)));
        }
        if (home == workspace || Mount.IsBelow(home, workspace))
        {
            guarded.AddRange(OfHomes.Select(name => Path.Combine(home, name)));
        }
        var isThere = guarded.Where(path => new FileInfo(path).LinkTarget is null).ToLookup(Path.Exists);
        return new([.. isThere[true]], [.. isThere[false]], secrets, repositories) { MainRepository = main };
    }

    /// <summary>Every .git, file or folder, and the secret files that are near the surface.</summary>
    internal static (IReadOnlyList<string> Repositories, IReadOnlyList<string> Secrets) Walk(string workspace)
    {
        var (repositories, secrets) = (new List<string>(), new List<string>());
        var open = new Queue<(string Path, int Depth)>([(workspace, 0)]);
        for (var seen = 0; seen < MaxFolders && open.TryDequeue(out var folder); seen++)
        {
            try
            {
                foreach (var entry in new DirectoryInfo(folder.Path).EnumerateFileSystemInfos())
                {
                    if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                    {
                        continue;
                    }
                    if (entry.Name == ".git")
                    {
                        repositories.Add(entry.FullName);
                    }
                    else if (entry is DirectoryInfo)
                    {
                        if (folder.Depth < MaxDepth && !NotWalked.Contains(entry.Name))
                        {
                            open.Enqueue((entry.FullName, folder.Depth + 1));
                        }
                    }
                    else if (IsSecret(entry.Name))
                    {
                        secrets.Add(entry.FullName);
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone, or not ours to look at.
            }
        }
        return (repositories, secrets);
    }

    /// <summary>Keys and certificates stay readable: in a repository they are the tests' own far more often than a secret, and tests that fail only in the sandbox drive people out of it.</summary>
    private static bool IsSecret(string name) => SecretFiles.IsSecretName(name)
        && (name.StartsWith(".env", StringComparison.OrdinalIgnoreCase) || name.StartsWith("id_", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".kdbx", StringComparison.OrdinalIgnoreCase));

    // git makes it too; what is there can be made read-only, what is missing can not.
    private static void MakeHooksFolder(string repository)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(repository, "hooks"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where we may not make it, neither may the command.
        }
    }
}
