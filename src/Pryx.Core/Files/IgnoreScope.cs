namespace Pryx.Core.Files;

/// <summary>The .gitignore files that hold in a folder: its own, then those above, then the repository's info/exclude.</summary>
/// <remarks>The user's global excludes file is left out: it says nothing about the project.</remarks>
public sealed class IgnoreScope
{
    private const int MaxIgnoreBytes = 1024 * 1024;
    private static readonly IgnoreScope s_nothing = new(null, "", GitIgnore.Parse(""));

    private readonly IgnoreScope? _above;
    private readonly string _folder;
    private readonly GitIgnore _rules;

    private IgnoreScope(IgnoreScope? above, string folder, GitIgnore rules) => (_above, _folder, _rules) = (above, folder, rules);

    /// <summary>The scope of a folder, with what the folders above it say up to the repository's top (else up to <paramref name="workspace"/>).</summary>
    public static IgnoreScope For(Disk disk, string folder, string workspace)
    {
        var folders = new List<string>();
        string? repository = null;
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            folders.Add(at);
            if (Exists(disk, Path.Join(at, ".git")))
            {
                repository = at;
                break;
            }
        }
        var scope = s_nothing;
        if (repository is null)
        {
            folders.RemoveAll(at => at != folder && !WorkspacePath.IsWithin(at, workspace));
        }
        else if (Read(disk, Path.Join(repository, ".git", "info", "exclude")) is { } exclude)
        {
            scope = new(scope, repository, exclude);
        }
        folders.Reverse();
        return folders.Aggregate(scope, (above, at) => above.Enter(disk, at));
    }

    /// <summary>The scope of a folder directly below.</summary>
    public IgnoreScope Enter(Disk disk, string folder) => Read(disk, Path.Join(folder, ".gitignore")) is { } rules ? new(this, folder, rules) : this;

    /// <param name="path">Canonical.</param>
    public bool IsIgnored(string path, bool isFolder)
    {
        for (var scope = this; scope._above is not null; scope = scope._above)
        {
            var relative = path[scope._folder.Length..].TrimStart(Path.DirectorySeparatorChar);
            if (scope._rules.IsIgnored(OperatingSystem.IsWindows() ? relative.Replace('\\', '/') : relative, isFolder) is { } answer)
            {
                return answer;
            }
        }
        return false;
    }

    private static GitIgnore? Read(Disk disk, string path)
    {
        try
        {
            return FileText.Decode(disk.Read(path, MaxIgnoreBytes).Bytes) is { } text ? GitIgnore.Parse(text.Text) : null;
        }
        catch (Exception e) when (FilePlan.IsExpected(e))
        {
            // Absent nearly always; one that can not be read hides nothing.
            return null;
        }
    }

    private static bool Exists(Disk disk, string path)
    {
        try
        {
            return disk.Look(path) is not null;
        }
        catch (Exception e) when (FilePlan.IsExpected(e))
        {
            return false;
        }
    }
}
