using System.Text;
using Pryx.Core.Files;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// What of a workspace is left out: repositories' own files, and folders that tools fill and can fill again. A folder whose name alone
/// does not say that (bin, target, dist) is left out only where git ignores it; one whose files git knows never is.
/// </summary>
internal sealed class Unremembered(string workspace, string ownFolder)
{
    private static readonly HashSet<string> Generated = ["node_modules", ".venv", "__pycache__", ".next", ".tox", ".mypy_cache", ".pytest_cache", ".gradle", ".nuxt", ".turbo"];
    private static readonly HashSet<string> MaybeGenerated = ["bin", "obj", "target", "dist", "build", "out", "venv", ".cache", "vendor", "coverage"];

    private readonly Dictionary<string, string?> _known = [];

    /// <summary>The path is one of a repository's own.</summary>
    public bool IsGit(string path) => Parts(path).Any(static part => part == ".git");

    /// <returns>The folder above that is left out, or the path itself; null when it is remembered.</returns>
    public string? Find(string path)
    {
        if (WorkspacePath.IsWithin(path, ownFolder))
        {
            return ownFolder;
        }
        var at = workspace;
        foreach (var part in Parts(path))
        {
            at = Path.Join(at, part);
            if (part == ".git")
            {
                return at;
            }
            if (Generated.Contains(part) || MaybeGenerated.Contains(part))
            {
                if (!_known.TryGetValue(at, out var answer))
                {
                    _known[at] = answer = IsLeftOut(at, part) ? at : null;
                }
                if (answer is not null)
                {
                    return answer;
                }
            }
        }
        return null;
    }

    private bool IsLeftOut(string folder, string name)
    {
        if (Disk.Local.Look(folder) is { Kind: not FileKind.Folder })
        {
            return false; // A file of that name is a file.
        }
        var repository = folder;
        while ((repository = Path.GetDirectoryName(repository)) is not null && !Path.Exists(Path.Join(repository, ".git")))
        {
        }
        if (repository is not null && GitKnows(Path.Join(repository, ".git", "index"), Path.GetRelativePath(repository, folder) + "/"))
        {
            return false;
        }
        return Generated.Contains(name) || IgnoreScope.For(Disk.Local, Path.GetDirectoryName(folder)!, workspace).IsIgnored(folder, isFolder: true);
    }

    // The index has whole paths in it, but for its fourth version, which saves their beginnings: then nothing is left out.
    private static bool GitKnows(string index, string folder)
    {
        if (!File.Exists(index))
        {
            return false;
        }
        var bytes = File.ReadAllBytes(index);
        return bytes is [_, _, _, _, _, _, _, not (2 or 3), ..] || bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(folder)) >= 0;
    }

    private string[] Parts(string path) => path.Length <= workspace.Length ? [] : path[workspace.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
}
