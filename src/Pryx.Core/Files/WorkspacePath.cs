using Pryx.Agent.Tools;

namespace Pryx.Core.Files;

/// <summary>A path as it was meant, resolved before it is judged.</summary>
/// <param name="Canonical">Absolute, without <c>.</c>, <c>..</c> or symbolic links; what need not exist yet keeps its name.</param>
/// <param name="Display">Relative to the workspace with forward slashes (<c>.</c> for itself); the canonical path when outside.</param>
public sealed record WorkspacePath(string Canonical, string Display, bool IsInsideWorkspace)
{
    /// <summary>As many links as Linux follows in one path.</summary>
    private const int MaxLinks = 40;

    /// <summary>File names differ in case on Linux only.</summary>
    public static StringComparison Comparison { get; } = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <param name="workspace">Canonical. It is not resolved again: swapping it for a link must not move the boundary.</param>
    /// <param name="path">Absolute, below <c>~/</c>, or relative to <paramref name="folder"/>.</param>
    /// <param name="folder">Relative to the workspace; null for the workspace.</param>
    /// <exception cref="ToolArgumentException">No path at all, a NUL in it, or links that go in a circle.</exception>
    public static WorkspacePath Resolve(string workspace, string path, string? folder = null)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ToolArgumentException("The path is empty. Send a path relative to the workspace, or an absolute one.");
        }
        if (path.Contains('\0') || folder?.Contains('\0') == true)
        {
            throw new ToolArgumentException("The path contains a NUL character.");
        }
        var start = folder is null ? workspace : Absolute(workspace, folder);
        var canonical = Canonicalize(Absolute(start, path));
        var isInside = IsWithin(canonical, workspace);
        return new(canonical, isInside ? Relative(workspace, canonical) : canonical, isInside);
    }

    /// <summary>Something below a folder that was resolved already, such as an entry found by walking it without following links.</summary>
    public WorkspacePath Below(string relative) => this with
    {
        Canonical = Path.Join(Canonical, relative),
        Display = Display == "." ? relative : $"{Display.TrimEnd('/')}/{relative}",
    };

    public static bool IsWithin(string canonical, string folder) =>
        canonical.StartsWith(folder, Comparison)
        && (canonical.Length == folder.Length || Path.EndsInDirectorySeparator(folder) || canonical[folder.Length] == Path.DirectorySeparatorChar);

    /// <summary>Follows every link on an absolute path, as the kernel would; a part that does not exist stands for itself.</summary>
    /// <exception cref="ToolArgumentException">More than 40 links.</exception>
    public static string Canonicalize(string absolute)
    {
        // On Windows ".." is lexical by definition, and drive-relative paths need the system's own rules.
        if (OperatingSystem.IsWindows())
        {
            absolute = Path.GetFullPath(absolute);
        }
        var root = Path.GetPathRoot(absolute)!;
        var rest = new Stack<string>();
        Push(rest, absolute[root.Length..]);
        var canonical = root;
        var links = 0;
        while (rest.TryPop(out var name))
        {
            if (name is "." or "")
            {
                continue;
            }
            if (name == "..")
            {
                canonical = Path.GetDirectoryName(canonical) ?? canonical;
                continue;
            }
            var next = Path.Join(canonical, name);
            // Null also for what does not exist and for what we may not look at: if that is a link after all, opening it fails.
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                canonical = next;
                continue;
            }
            if (++links > MaxLinks)
            {
                throw new ToolArgumentException($"The path {absolute} goes through more than {MaxLinks} symbolic links, or in a circle.");
            }
            if (Path.IsPathRooted(target))
            {
                canonical = Path.GetPathRoot(target)!;
                target = target[canonical.Length..];
            }
            Push(rest, target);
        }
        return canonical;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (var name in path.Split(OperatingSystem.IsWindows() ? ['/', '\\'] : ['/']).AsEnumerable().Reverse())
        {
            rest.Push(name);
        }
    }

    private static string Absolute(string folder, string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        }
        return Path.IsPathRooted(path) ? path : Path.Join(folder, path);
    }

    private static string Relative(string workspace, string canonical)
    {
        var relative = canonical[workspace.Length..].TrimStart(Path.DirectorySeparatorChar);
        return relative.Length == 0 ? "." : OperatingSystem.IsWindows() ? relative.Replace('\\', '/') : relative;
    }
}
