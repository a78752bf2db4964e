using Pryx.Core.Files;

namespace Pryx.Core.Sandbox;

/// <summary>
/// What in a workspace a command must not change though it may write there: what runs later, outside of the sandbox (git's hooks and
/// configuration), and what guards the agent itself (policies, skills, hooks, MCP servers). And the secrets it must not read.
/// </summary>
internal sealed record WorkspaceGuards(IReadOnlyList<string> Protected, IReadOnlyList<string> Forbidden, IReadOnlyList<string> Secrets, IReadOnlyList<string> Repositories)
{
    /// <summary>The repository outside of the workspace that the workspace is a working tree of; git writes there.</summary>
    public string? MainRepository { get; private init; }

    /// <summary>Guarded paths that are links, with where they lead, as it is written in them.</summary>
    public IReadOnlyDictionary<string, string> Links { get; private init; } = new Dictionary<string, string>();

    /// <summary>Repositories that are not protected, for they come and go, and rebases that are under way: with how they were.</summary>
    public IReadOnlyDictionary<string, string> Others { get; private init; } = new Dictionary<string, string>();

    /// <summary>See <see cref="WorkspaceWalk.IsComplete"/>.</summary>
    public (bool Own, bool Built) IsComplete { get; private init; }

    private static readonly string[] OfAgents = [".pryx", ".claude", ".agents", ".codex", ".cursor", ".gemini", ".mcp.json"];

    // What editors, shells and git run by themselves when somebody works in the folder.
    private static readonly string[] RunLater = [".vscode/tasks.json", ".vscode/settings.json", ".vscode/launch.json", ".envrc", ".husky", ".githooks"];

    // A file of the name commondir makes git take hooks and configuration from wherever it says.
    private static readonly string[] OfRepositories = ["hooks", "config", "config.worktree", "commondir", "modules"];

    private static readonly string[] OfWorkingTrees = ["config.worktree", "commondir", "gitdir"];

    private static readonly string[] OfHomes =
    [
        ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile", ".zshenv", ".zlogin", ".inputrc", ".gitconfig", ".config/git", ".config/fish", ".config/autostart",
        ".config/systemd", ".local/bin", ".local/share/applications", ".pam_environment", ".xprofile", ".xinitrc", ".vimrc", ".vim", ".config/nvim", ".emacs", ".emacs.d", ".tmux.conf", "bin",
    ];

    /// <param name="workspace">Canonical.</param>
    /// <param name="home">Canonical; a workspace around it may not rewrite what its shells start with.</param>
    public static WorkspaceGuards Find(string workspace, string home)
    {
        var walk = WorkspaceWalk.Through(workspace);
        var repositories = walk.Repositories;
        var guarded = new List<string>(OfAgents.Concat(RunLater).Select(name => Path.Combine(workspace, name)));
        foreach (var repository in repositories.Where(Directory.Exists))
        {
            // What a link leads to may be anybody's.
            if (new FileInfo(repository).LinkTarget is null)
            {
                MakeHooksFolder(repository);
            }
            guarded.AddRange(PartsOf(repository));
            guarded.AddRange(TakenFrom(repository, Path.GetDirectoryName(repository)!, home, workspace));
        }
        // A working tree's .git is a file that says where the repository is: another one may say another thing. So may a link.
        guarded.AddRange(repositories.Where(static repository => File.Exists(repository) || new FileInfo(repository).LinkTarget is not null));
        var (main, own) = WorkingTree.RepositoryOf(workspace);
        if (main is not null)
        {
            MakeHooksFolder(main);
            guarded.AddRange(PartsOf(main));
            guarded.AddRange(OfWorkingTrees.Select(name => Path.Combine(own!, name)));
            guarded.AddRange(TakenFrom(main, workspace, home, workspace));
        }
        if (home == workspace || Mount.IsBelow(home, workspace))
        {
            guarded.AddRange(OfHomes.Select(name => Path.Combine(home, name)));
        }
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        var real = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in guarded)
        {
            if (new FileInfo(path).LinkTarget is { } target)
            {
                // A mount can not lie on a link: where it leads is guarded, and the link is put back afterwards.
                links[path] = target;
                if (repositories.Contains(path))
                {
                    continue; // git writes there; what must not be written in it is guarded by its own path.
                }
            }
            var canonical = WorkspacePath.Canonicalize(path);
            if (canonical == path || Mount.IsBelow(canonical, workspace))
            {
                real.Add(canonical);
            }
        }
        var isThere = real.ToLookup(Path.Exists);
        return new([.. isThere[true]], [.. isThere[false]], [.. walk.Secrets, .. WorkspaceWalk.SecretsBeside(workspace)], repositories) { Others = walk.Others.Concat(repositories.SelectMany(NewRepository.RunsWhenContinued)).Distinct().ToDictionary(static other => other, NewRepository.Fingerprint, StringComparer.Ordinal), MainRepository = main, Links = links, IsComplete = walk.IsComplete };
    }

    // The working trees of a repository lie elsewhere and take their configuration from here; a hook may be a link to a file of the working tree.
    private static IEnumerable<string> PartsOf(string repository) => OfRepositories.Select(name => Path.Combine(repository, name))
        .Concat(EntriesOf(Path.Combine(repository, "worktrees")).SelectMany(own => OfWorkingTrees.Select(name => Path.Combine(own, name))))
        .Concat(EntriesOf(Path.Combine(repository, "hooks")).Where(static hook => new FileInfo(hook).LinkTarget is not null));

    private static string[] EntriesOf(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Only what lies in the workspace: a sandboxed command writes nowhere else.
    private static IEnumerable<string> TakenFrom(string repository, string workingTree, string home, string workspace) =>
        ((string[])[Path.Combine(repository, "config"), Path.Combine(repository, "config.worktree"), Path.Combine(home, ".gitconfig"), Path.Combine(home, ".config/git/config")])
            .SelectMany(config => GitReferences.Of(config, workingTree, home)).Where(path => Mount.IsBelow(path, workspace));

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
