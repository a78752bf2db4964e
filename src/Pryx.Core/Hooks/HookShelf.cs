using Pryx.Core.Configuration;
using Pryx.Core.Files;

namespace Pryx.Core.Hooks;

/// <summary>All hooks that hold in a folder: the user's, then the workspace's. What has not changed is not read again.</summary>
/// <param name="takesClaude">Whether the user wants those of <c>~/.claude/settings.json</c>, too.</param>
public sealed class HookShelf(PryxPaths paths, Func<bool> takesClaude)
{
    private static readonly string[] InWorkspace = [".pryx/hooks.json", ".claude/settings.json", ".claude/settings.local.json"];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Stamps, HookListing Listing)> _kept = new(StringComparer.Ordinal);

    public string UserFile => Path.Combine(paths.Data, "hooks.json");

    /// <param name="workspace">Of a trusted folder, canonical; null for none: what an untrusted one brings is data.</param>
    /// <returns>The same object as long as nothing has changed.</returns>
    public HookListing List(string? workspace)
    {
        var files = Files(workspace).ToList();
        var stamps = string.Join('\n', files.Select(static file => StampOf(file.Path)));
        lock (_lock)
        {
            if (_kept.TryGetValue(workspace ?? "", out var kept) && kept.Stamps == stamps)
            {
                return kept.Listing;
            }
            if (_kept.Count >= 64)
            {
                _kept.Clear();
            }
            var read = files.Select(file => HookFile.Open(file.Path, file.Origin, file.MayOpen)).ToList();
            var listing = read.All(static one => one.IsEmpty && one.Notes.Count == 0) ? HookListing.Empty
                : new HookListing([.. read.SelectMany(static one => one.Hooks)], [.. read.SelectMany(static one => one.Broken)], [.. read.SelectMany(static one => one.Notes)]);
            _kept[workspace ?? ""] = (stamps, listing);
            return listing;
        }
    }

    private IEnumerable<(string Path, HookOrigin Origin, bool MayOpen)> Files(string? workspace)
    {
        yield return (UserFile, HookOrigin.User, true);
        if (takesClaude())
        {
            yield return (Path.Combine(paths.Home, ".claude", "settings.json"), HookOrigin.User, false);
        }
        if (workspace is null || workspace.Equals(WorkspacePath.Canonicalize(paths.Home), WorkspacePath.Comparison))
        {
            yield break;
        }
        foreach (var name in InWorkspace)
        {
            yield return (Path.Combine(workspace, name), HookOrigin.Workspace, false);
        }
    }

    private static string StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? $"{path}|{file.LastWriteTimeUtc.Ticks}|{file.Length}" : "";
    }
}
