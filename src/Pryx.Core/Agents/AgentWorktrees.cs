using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Sessions;
using Pryx.Core.Skills;
using Pryx.Core.Workspaces;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Agents;

/// <summary>
/// Git worktrees of agents, below <c>.pryx/worktrees</c> of the folder they help. What a repository's own configuration could run
/// (hooks, filters, monitors) runs in the sandbox or not at all. Nothing is ever merged, and a worktree with changes is never removed.
/// </summary>
public sealed class AgentWorktrees(ProcessSpawner spawner, CommandSandbox sandbox, WorkspaceTrust trust, Func<IReadOnlyDictionary<string, string>> environment, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // What git would run by itself while it only keeps books.
    private static readonly string[] Quiet = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"];

    public static string PathOf(string folder, string id) => Path.Combine(folder, ".pryx", "worktrees", Short(id));

    /// <summary>Makes the worktree, or finds it where a crash came after it.</summary>
    /// <param name="folder">Canonical; in a repository, and trusted.</param>
    /// <exception cref="PryxException">WORKTREE_FAILED</exception>
    public async Task<AgentFolder> CreateAsync(string folder, string id, CancellationToken cancellationToken)
    {
        if ((await spawner.SandboxStateAsync()).Level == SandboxLevel.None)
        {
            throw Failed("this machine has no sandbox to check the files out in", "pryx doctor says how to get one; or call the agent without a worktree");
        }
        var prefix = (await BookAsync(folder, ["rev-parse", "--show-prefix"], cancellationToken)).Trim();
        var head = (await BookAsync(folder, ["rev-parse", "--verify", "HEAD"], cancellationToken)).Trim();
        var path = PathOf(folder, id);
        var branch = $"pryx/agent-{Short(id)}";
        if (!Directory.Exists(path))
        {
            Prepare(Path.GetDirectoryName(path)!, folder);
            await BookAsync(folder, ["worktree", "add", "--no-checkout", "-b", branch, path, head], cancellationToken);
            // The files themselves go through the repository's filters.
            var (exit, output) = await InsideAsync(path, ["reset", "--hard", "--quiet"], cancellationToken);
            if (exit != 0)
            {
                await RemoveAsync(path, branch, cancellationToken);
                throw Failed(output, "call the agent without a worktree");
            }
        }
        var place = CanonicalPath.Of(Path.Combine(path, prefix));
        if (!Directory.Exists(place))
        {
            await RemoveAsync(path, branch, cancellationToken);
            throw Failed($"{prefix} is not in the last commit", "commit the folder first, or call the agent without a worktree");
        }
        // The same files at another path: what the user has seen need not be shown again.
        await trust.TrustCopyAsync(folder, place, cancellationToken);
        return new(place, folder, path, branch);
    }

    /// <summary>True when it is gone: no change, no commit of its own, nothing untracked.</summary>
    public async Task<bool> RemoveIfCleanAsync(string path, string branch, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            return true;
        }
        try
        {
            var (exit, status) = await InsideAsync(path, ["status", "--porcelain", "--untracked-files=all"], cancellationToken);
            var commits = await BookAsync(path, ["rev-list", "--count", branch, "--not", $"--exclude={branch}", "--branches", "--tags", "--remotes"], cancellationToken);
            if (exit != 0 || status.Trim().Length > 0 || commits.Trim() != "0")
            {
                return false;
            }
            await RemoveAsync(path, branch, cancellationToken);
            return true;
        }
        catch (PryxException)
        {
            // Nobody can say whether it is clean: it is kept, and the agent's result names it.
            return false;
        }
    }

    private async Task RemoveAsync(string path, string branch, CancellationToken cancellationToken)
    {
        var repository = (await BookAsync(path, ["rev-parse", "--path-format=absolute", "--git-common-dir"], cancellationToken)).Trim();
        await BookAsync(repository, ["worktree", "remove", "--force", path], cancellationToken);
        await BookAsync(repository, ["branch", "-D", branch], cancellationToken);
    }

    // Not to be seen by git, and not through a link to another place.
    private static void Prepare(string parent, string folder)
    {
        Directory.CreateDirectory(parent);
        if (CanonicalPath.Of(parent) != Path.Combine(folder, ".pryx", "worktrees"))
        {
            throw Failed($"{parent} is a link that leads elsewhere", "remove the link");
        }
        var ignore = Path.Combine(parent, ".gitignore");
        if (!File.Exists(ignore))
        {
            File.WriteAllText(ignore, "*\n");
        }
    }

    private async Task<string> BookAsync(string folder, string[] words, CancellationToken cancellationToken)
    {
        var (exit, output) = await SkillCommand.RunAsync(spawner, new("git", [.. Quiet, .. words]) { WorkingDirectory = folder, Environment = Variables() }, Patience, time, cancellationToken);
        return exit == 0 ? output : throw Failed(exit == 127 ? "git is not installed" : output, "is the folder a git repository with a commit? Call the agent without a worktree otherwise");
    }

    private async Task<(int Exit, string Output)> InsideAsync(string path, string[] words, CancellationToken cancellationToken)
    {
        var context = new ToolContext
        {
            SessionId = default, TurnId = default, CallId = "worktree", Workspace = CanonicalPath.Of(path), OutputDirectory = path, Time = time, Sandbox = SandboxMode.NoNetwork,
            AskUserAsync = static (_, _) => throw new InvalidOperationException("A worktree asks nobody."),
        };
        await using var run = sandbox.Open(context, await spawner.SandboxStateAsync());
        return await SkillCommand.RunAsync(spawner, new("git", [.. Quiet, .. words]) { WorkingDirectory = context.Workspace, Environment = Variables(), Sandbox = run.Profile }, Patience, time, cancellationToken);
    }

    private Dictionary<string, string> Variables() => new(ChildEnvironment.Build(environment(), new Dictionary<string, string>(), null), StringComparer.Ordinal)
    {
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_OPTIONAL_LOCKS"] = "0",
        ["LC_ALL"] = "C.UTF-8",
    };

    private static string Short(string id) => id.Replace("-", "", StringComparison.Ordinal)[..12];

    private static PryxException Failed(string why, string next) => new("WORKTREE_FAILED", $"No git worktree could be made: {why.Trim().ReplaceLineEndings(" ")}", next);
}
