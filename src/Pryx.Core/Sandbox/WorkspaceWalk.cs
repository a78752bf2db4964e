using System.IO.Enumeration;
using Pryx.Agent.Policy;

namespace Pryx.Core.Sandbox;

/// <summary>
/// A look around in a workspace for what has to be guarded: repositories and secret files. A command must not wait for a walk through a
/// large tree, so it ends after so many folders; folders of tools and packages come last.
/// </summary>
internal sealed class WorkspaceWalk
{
    /// <summary>How many folders are looked into before a command: of the user's own, and of those below packages and builds.</summary>
    private const int MaxFolders = 1000, MaxBuilt = 300;

    /// <summary>Afterwards, where all was seen before: only what the command itself has made can make it so many.</summary>
    private const int MaxNew = 100_000;

    private const int MaxDepth = 24, BesideDepth = 2;

    private static readonly HashSet<string> Built = new(StringComparer.Ordinal)
    {
        "node_modules", ".venv", "venv", "__pycache__", "bin", "obj", "target", "dist", "build", "out", "artifacts", ".cache", ".next", ".gradle", ".tox", "vendor",
    };

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true, ReturnSpecialDirectories = false };

    private readonly List<string> _repositories = [];
    private readonly List<string> _others = [];
    private readonly List<string> _secrets = [];
    private readonly Queue<(string Path, int Depth)> _own = [];
    private readonly Queue<(string Path, int Depth)> _built = [];

    private WorkspaceWalk()
    {
    }

    /// <summary>Every .git of the user's own folders, be it a file, a folder or a link.</summary>
    public IReadOnlyList<string> Repositories => _repositories;

    /// <summary>Every .git below packages and builds, and every folder that git takes for a repository: programs make and delete them all the time.</summary>
    public IReadOnlyList<string> Others => _others;
    public IReadOnlyList<string> Secrets => _secrets;

    /// <summary>Whether all of the user's own folders were seen, and all of the others.</summary>
    public (bool Own, bool Built) IsComplete { get; private set; }

    /// <param name="before">The same walk before the command; null for that one.</param>
    public static WorkspaceWalk Through(string workspace, (bool Own, bool Built)? before = null)
    {
        var walk = new WorkspaceWalk();
        walk._own.Enqueue((workspace, 0));
        var own = walk.Look(walk._own, before is { Own: true } ? MaxNew : MaxFolders);
        walk.IsComplete = (own, walk.Look(walk._built, before is { Built: true } ? MaxNew : MaxBuilt));
        return walk;
    }

    /// <summary>The secret files of the projects beside this one: they lie where their project lies, and no list of places knows them.</summary>
    public static IReadOnlyList<string> SecretsBeside(string workspace)
    {
        var walk = new WorkspaceWalk();
        var parent = Path.GetDirectoryName(workspace);
        if (parent is null or "/")
        {
            return [];
        }
        var open = new Queue<(string Path, int Depth)>([(parent, MaxDepth - BesideDepth)]);
        walk.Look(open, MaxBuilt);
        return [.. walk._secrets.Where(path => !Mount.IsBelow(path, workspace))];
    }

    private bool Look(Queue<(string Path, int Depth)> open, int limit)
    {
        for (var seen = 0; open.TryDequeue(out var folder); seen++)
        {
            if (seen == limit)
            {
                return false;
            }
            try
            {
                Look(folder.Path, folder.Depth, open);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone, or not ours to look at.
            }
        }
        return true;
    }

    private void Look(string folder, int depth, Queue<(string Path, int Depth)> open)
    {
        var (hasHead, hasObjects, hasReferences) = (false, false, false);
        foreach (var (name, isFolder) in Entries(folder))
        {
            var path = Path.Combine(folder, name);
            if (name == ".git")
            {
                (open == _built ? _others : _repositories).Add(path);
            }
            else if (isFolder)
            {
                hasObjects |= name == "objects";
                hasReferences |= name == "refs";
                if (depth < MaxDepth && new FileInfo(path).LinkTarget is null)
                {
                    (Built.Contains(name) ? _built : open).Enqueue((path, depth + 1));
                }
            }
            else if (name == "HEAD")
            {
                hasHead = true;
            }
            else if (new FileInfo(path).LinkTarget is null)
            {
                _secrets.Add(path);
            }
        }
        if (hasHead && hasObjects && hasReferences)
        {
            _others.Add(folder);
        }
    }

    // Ordinary files cost nothing but their names.
    private static FileSystemEnumerable<(string Name, bool IsFolder)> Entries(string folder) =>
        new(folder, static (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory), Everything)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.IsDirectory || entry.FileName is ".git" or "HEAD" || IsSecret(entry.FileName),
        };

    /// <summary>Keys and certificates stay readable: in a repository they are the tests' own far more often than a secret, and tests that fail only in the sandbox drive people out of it.</summary>
    private static bool IsSecret(ReadOnlySpan<char> name) => SecretFiles.IsSecretName(name)
        && (name.StartsWith(".env", StringComparison.OrdinalIgnoreCase) || name.StartsWith("id_", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".kdbx", StringComparison.OrdinalIgnoreCase));
}
