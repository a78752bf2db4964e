namespace Pryx.Tui.Chat;

/// <summary>The files of a folder for completion behind @: read once in a while, without what nobody mentions.</summary>
internal sealed class FolderFiles(TimeProvider time)
{
    private const int Most = 20_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);
    private static readonly HashSet<string> _skipped = new(StringComparer.Ordinal) { ".git", "node_modules", "bin", "obj", ".vs", ".idea", "__pycache__", ".venv", "venv", "dist", "target", "artifacts", ".cache" };
    private IReadOnlyList<string> _files = [];
    private string? _folder;
    private long _readAt;
    private Task? _reading;

    /// <summary>What is known now; reads anew beside it where that is old.</summary>
    /// <param name="read">When it has been read; not in the loop.</param>
    public IReadOnlyList<string> Of(string folder, Action read)
    {
        if (_folder != folder)
        {
            (_folder, _files, _readAt) = (folder, [], 0);
        }
        if (_reading is null or { IsCompleted: true } && (_readAt == 0 || time.GetElapsedTime(_readAt) > Fresh))
        {
            _reading = Task.Run(() =>
            {
                var files = Walk(folder);
                (_files, _readAt) = (files, time.GetTimestamp());
                read();
            });
        }
        return _files;
    }

    private static List<string> Walk(string root)
    {
        var found = new List<string>();
        var waiting = new Queue<string>([root]);
        while (waiting.TryDequeue(out var folder) && found.Count < Most)
        {
            try
            {
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    var isFolder = (entry.Attributes & FileAttributes.Directory) != 0;
                    if ((isFolder && _skipped.Contains(entry.Name)) || found.Count >= Most)
                    {
                        continue;
                    }
                    found.Add(Path.GetRelativePath(root, entry.FullName).Replace('\\', '/') + (isFolder ? "/" : ""));
                    if (isFolder && (entry.Attributes & FileAttributes.ReparsePoint) == 0)
                    {
                        waiting.Enqueue(entry.FullName);
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What can not be read can not be completed.
            }
        }
        return found;
    }
}
