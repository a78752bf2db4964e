using System.Collections.Concurrent;
using Pryx.Core.Files;

namespace Pryx.Core.Skills;

/// <summary>A folder with skills below it, as it was read last. A folder that holds a SKILL.md is one skill, and nothing below it is another.</summary>
/// <param name="path">Absolute; need not exist.</param>
/// <param name="origin">Of all skills in it.</param>
/// <param name="followsLinks">False for folders that somebody else may have written: a link that leads out of them is left out.</param>
internal sealed class SkillRoot(string path, SkillOrigin origin, bool followsLinks)
{
    private const int MaxDepth = 6;

    /// <summary>More than any person has; a root that is somebody's whole disk must end somewhere.</summary>
    private const int MaxFolders = 20_000;

    private static readonly string[] Skipped = ["node_modules", ".git", ".venv", "__pycache__"];
    private readonly Lock _lock = new();
    private Dictionary<string, Stamp> _stamps = [];
    private Dictionary<string, (Skill? Skill, BrokenSkill? Broken)> _read = [];
    private Contents _contents = new([], []);
    private bool _isRead;

    private readonly record struct Stamp(long Written, long Length);

    /// <param name="Skills">In the order of their paths.</param>
    public sealed record Contents(IReadOnlyList<Skill> Skills, IReadOnlyList<BrokenSkill> Broken);

    public string Path => path;
    public SkillOrigin Origin => origin;

    /// <summary>The same object as long as nothing has changed: then it costs a look at each folder and each SKILL.md.</summary>
    public Contents Read(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isRead && _stamps.All(static known => StampOf(known.Key) == known.Value))
            {
                return _contents;
            }
            var walk = new Walk(path, followsLinks);
            walk.Run(cancellationToken);
            var stamps = new Dictionary<string, Stamp>(StringComparer.Ordinal);
            foreach (var folder in walk.Folders)
            {
                stamps[folder] = StampOf(folder);
            }
            var read = new ConcurrentDictionary<string, (Skill?, BrokenSkill?)>(StringComparer.Ordinal);
            // Stamped before it is read: what is written in between is seen the next time.
            var files = walk.Files.Select(static file => (File: file, Stamp: StampOf(file))).ToList();
            Parallel.ForEach(files, new ParallelOptions { CancellationToken = cancellationToken }, file =>
                read[file.File] = _stamps.TryGetValue(file.File, out var before) && before == file.Stamp && _read.TryGetValue(file.File, out var same) ? same : SkillFile.Open(file.File, origin));
            foreach (var (file, stamp) in files)
            {
                stamps[file] = stamp;
            }
            (_stamps, _read, _isRead) = (stamps, new(read, StringComparer.Ordinal), true);
            _contents = new(
                [.. walk.Files.Select(file => read[file].Item1).OfType<Skill>()],
                [.. walk.Files.Select(file => read[file].Item2).OfType<BrokenSkill>(), .. walk.Notes.Select(note => new BrokenSkill(SkillName.IdOf(System.IO.Path.GetFileName(note.Path)) ?? "unknown", origin, note.Path, 1, note.Why))]);
            return _contents;
        }
    }

    // What is not there has a stamp too.
    private static Stamp StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new(file.LastWriteTimeUtc.Ticks, file.Length) : new(Directory.GetLastWriteTimeUtc(path).Ticks, -1);
    }

    private sealed class Walk(string root, bool followsLinks)
    {
        private readonly string _canonical = Directory.Exists(root) ? WorkspacePath.Canonicalize(root) : root;

        public List<string> Folders { get; } = [];
        public List<string> Files { get; } = [];
        public List<(string Path, string Why)> Notes { get; } = [];

        public void Run(CancellationToken cancellationToken) => Enter(root, 0, cancellationToken);

        private void Enter(string folder, int depth, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Folders.Add(folder);
            if (Folders.Count > MaxFolders)
            {
                return;
            }
            List<FileSystemInfo> entries;
            try
            {
                entries = [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(static entry => entry.Name, StringComparer.Ordinal)];
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Notes.Add((folder, $"the folder can not be read ({e.Message})"));
                return;
            }
            if (depth > 0 && entries.FirstOrDefault(static entry => entry.Name.Equals(SkillFile.Name, StringComparison.OrdinalIgnoreCase) && (entry.Attributes & FileAttributes.Directory) == 0) is { } file)
            {
                if (IsInside(file))
                {
                    Files.Add(file.FullName);
                }
                return;
            }
            foreach (var entry in entries)
            {
                if ((entry.Attributes & FileAttributes.Directory) != 0 && depth < MaxDepth && !Skipped.Contains(entry.Name) && IsInside(entry))
                {
                    Enter(entry.FullName, depth + 1, cancellationToken);
                }
            }
        }

        private bool IsInside(FileSystemInfo entry)
        {
            if ((entry.Attributes & FileAttributes.ReparsePoint) == 0)
            {
                return true;
            }
            var target = WorkspacePath.Canonicalize(entry.FullName);
            if (followsLinks || WorkspacePath.IsWithin(target, _canonical))
            {
                // A link to what is above it goes in a circle; the depth ends that, this ends it sooner.
                return !WorkspacePath.IsWithin(WorkspacePath.Canonicalize(System.IO.Path.GetDirectoryName(entry.FullName)!), target);
            }
            Notes.Add((entry.FullName, "it is a link that leads out of the folder's skills, and is left out"));
            return false;
        }
    }
}
