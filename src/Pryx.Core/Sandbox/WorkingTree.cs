using Pryx.Core.Files;

namespace Pryx.Core.Sandbox;

/// <summary>
/// A workspace that is a working tree of a repository elsewhere (git worktree): its .git is a file that names a folder of that
/// repository. A file can name anything, so it counts only where that folder, which no sandboxed command could have written, names
/// this workspace in turn.
/// </summary>
internal static class WorkingTree
{
    private const int MaxFile = 4096;

    /// <returns>The repository's .git folder and the working tree's own folder in it; nulls when it is none.</returns>
    public static (string? Repository, string? Own) RepositoryOf(string workspace)
    {
        try
        {
            var link = Path.Combine(workspace, ".git");
            if (!File.Exists(link) || ReadPath(link, workspace, "gitdir: ") is not { } own || ReadPath(Path.Combine(own, "gitdir"), own, "") != link
                || ReadPath(Path.Combine(own, "commondir"), own, "") is not { } repository)
            {
                return default;
            }
            return Mount.IsBelow(own, Path.Combine(repository, "worktrees")) && !Mount.IsBelow(repository, workspace) && repository != "/" ? (repository, own) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    // One line with a path, relative to the folder it belongs to.
    private static string? ReadPath(string file, string folder, string prefix)
    {
        if (new FileInfo(file) is not { Exists: true, LinkTarget: null, Length: > 0 and <= MaxFile })
        {
            return null;
        }
        var text = File.ReadAllText(file).TrimEnd('\n', '\r');
        return text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length && !text.Contains('\n') && !text.Contains('\0')
            ? WorkspacePath.Canonicalize(Path.Combine(folder, text[prefix.Length..])) : null;
    }
}
