using System.Globalization;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Processes;
using Pryx.Protocol;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// What one turn changes in its workspace: how each path was before the turn's first change to it, and how its last call left it. What
/// somebody else has changed between two calls begins a new entry, so that taking back the later one brings back their change.
/// </summary>
internal sealed class TurnMemory : IChangeMemory
{
    private readonly CheckpointStore _store;
    private readonly SessionId _session;
    private readonly TurnId _turn;
    private readonly string _workspace;
    private readonly Tree _tree;
    private readonly UndoOptions _options;
    private readonly Unremembered _left;
    private readonly MemoryJournal _journal;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RememberedPath> _last = [];
    private readonly List<RememberedPath> _all = [];
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = [];
    private readonly Dictionary<ulong, HashSet<string>> _shared = [];
    private long _bytes;
    private int _missed, _open;
    private bool _hasChanged, _isWarned;

    public TurnMemory(CheckpointStore store, SessionId session, TurnId turn, string workspace, Tree tree, UndoOptions options, Unremembered left, MemoryJournal journal)
    {
        (_store, _session, _turn, _workspace, _tree, _options, _left, _journal) = (store, session, turn, workspace, tree, options, left, journal);
    }

    /// <summary>Gives the numbers of its entries, each higher than the one before, for all turns that run: several may change the same path.</summary>
    public required Func<long> NextNumber { get; init; }

    /// <summary>Tells it what programs change that outlive a call; null for none.</summary>
    public ServerMemory? Servers { get; init; }

    public async Task<ICallMemory> BeginAsync(ToolPlan plan, SandboxMode place, CancellationToken cancellationToken)
    {
        var runs = plan.Accesses.Any(static access => access.Kind == AccessKind.Execute);
        var writes = plan.Accesses.Where(static access => access is { Kind: AccessKind.Write, IsInferred: false }).Select(static access => access.Target).ToList();
        var call = new Call(this);
        Interlocked.Increment(ref _open);
        Servers?.Open(call);
        if (runs && !(place.IsOn && ProcessSpawner.CanWatch))
        {
            await Task.Run(() => call.Snapshot(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        else if (!runs && writes.Count > 0)
        {
            await Task.Run(() =>
            {
                foreach (var path in writes)
                {
                    call.Before(path, PathChange.Content);
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        return call;
    }

    /// <summary>What a process that died has left: how things are now counts as how it left them.</summary>
    public async Task SettleLeftAsync(IEnumerable<RememberedPath> left, CancellationToken cancellationToken)
    {
        var call = new Call(this);
        Interlocked.Increment(ref _open);
        foreach (var path in left)
        {
            call.Take(path);
        }
        _notes.Add("Pryx ended while this turn was working: how it found things afterwards counts as what the turn has left.");
        await call.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Note(string text)
    {
        // One line each: a thousand of them help nobody.
        const int Most = 50;
        if (_notes.Contains(text))
        {
            return;
        }
        if (_notes.Count < Most)
        {
            _notes.Add(text);
        }
        else
        {
            _missed++;
        }
        _hasChanged = true;
    }

    private sealed class Call(TurnMemory turn) : ICallMemory
    {
        private readonly HashSet<string> _touched = [];
        private readonly HashSet<string> _moved = [];
        private bool _isSnapshot, _hasEnded;

        public string? Notice { get; private set; }

        public string? Root => turn._workspace;

        public void Missed(string what, string why)
        {
            lock (turn._gate)
            {
                turn.Note($"{what}: not remembered ({why})");
            }
        }

        public void Take(RememberedPath path)
        {
            _touched.Add(path.Path);
            turn._all.Add(path);
            turn._last[path.Path] = path;
        }

        public void Before(string path, PathChange change)
        {
            if (!WorkspacePath.IsWithin(path, turn._workspace))
            {
                return;
            }
            lock (turn._gate)
            {
                if (_hasEnded)
                {
                    return;
                }
                try
                {
                    Remember(path, change);
                    if (change == PathChange.Tree)
                    {
                        _moved.Add(path);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    turn.Note($"{Display(path)}: not remembered ({e.Message})");
                }
            }
        }

        public void Snapshot(CancellationToken cancellationToken)
        {
            _isSnapshot = true;
            lock (turn._gate)
            {
                try
                {
                    var files = Walk(cancellationToken).ToList();
                    if (files.Count > turn._options.MaxSnapshotFiles || SizeOf(files) > turn._options.MaxSnapshotBytes)
                    {
                        _isSnapshot = false;
                        var why = $"what commands change here can not be undone: they can not be watched, and the workspace is larger than what is copied for that ({turn._options.MaxSnapshotFiles.ToString("N0", CultureInfo.InvariantCulture)} files, {FileSize.Format(turn._options.MaxSnapshotBytes)})";
                        turn.Note(why);
                        if (!turn._isWarned)
                        {
                            (turn._isWarned, Notice) = (true, $"From here on, {why}.");
                        }
                        return;
                    }
                    foreach (var path in files)
                    {
                        Remember(path, PathChange.Content);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    turn.Note($"not everything was remembered ({e.Message})");
                }
            }
        }

        public async Task EndAsync(CancellationToken cancellationToken)
        {
            turn.Servers?.Close(this);
            var isLast = Interlocked.Decrement(ref turn._open) == 0;
            if (_isSnapshot)
            {
                lock (turn._gate)
                {
                    foreach (var path in Walk(cancellationToken).Where(path => !_touched.Contains(path)))
                    {
                        // It was not there when the command began.
                        Add(new(path, PathState.Absent));
                    }
                }
            }
            lock (turn._gate)
            {
                _hasEnded = true;
            }
            if (_touched.Count == 0 && !turn._hasChanged)
            {
                return;
            }
            (List<RememberedPath> Paths, List<string> Notes) settled;
            lock (turn._gate)
            {
                settled = (Settle(), [.. turn._notes]);
                if (turn._missed > 0)
                {
                    settled.Notes.Add($"… and {turn._missed} more");
                }
                turn._hasChanged = false;
            }
            await turn._store.SettleAsync(turn._session, turn._turn, turn._workspace, settled.Paths, settled.Notes, cancellationToken).ConfigureAwait(false);
            lock (turn._gate)
            {
                if (isLast && turn._open == 0)
                {
                    turn._journal.Clear(); // What other calls are at stands in it too.
                }
            }
        }

        private List<RememberedPath> Settle()
        {
            foreach (var moved in _moved)
            {
                Arrived(moved);
            }
            var settled = new List<RememberedPath>(_touched.Count);
            foreach (var path in _touched)
            {
                var entry = turn._last[path];
                try
                {
                    entry.After = turn._tree.See(path, entry.Before.Kind == PathKind.File && entry.Before.Content is null ? Look.Facts : Look.Content);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    entry.After = new(PathKind.Other);
                    turn.Note($"{Display(path)}: it can not be told how it was left ({e.Message})");
                }
                if (entry.After.SharedAs is > 0 and var file)
                {
                    if (!turn._shared.TryGetValue(file, out var names))
                    {
                        turn._shared[file] = names = [];
                    }
                    names.Add(path);
                }
                settled.Add(entry);
                turn._folders.Remove(path);
            }
            return settled;
        }

        // A folder that was renamed brings what is in it along, and no call says so.
        private void Arrived(string folder)
        {
            if (turn._tree.See(folder, Look.Facts).Kind != PathKind.Folder || turn._left.Find(folder) is not null)
            {
                return;
            }
            foreach (var path in Tree.Names(folder).Select(name => Path.Join(folder, name)))
            {
                if (!_touched.Contains(path) && turn._left.Find(path) is null)
                {
                    Add(new(path, PathState.Absent));
                }
                Arrived(path);
            }
        }

        private bool HasArrived(string path)
        {
            for (var folder = Path.GetDirectoryName(path); _moved.Count > 0 && folder is not null && folder.Length > turn._workspace.Length; folder = Path.GetDirectoryName(folder))
            {
                if (_moved.Contains(folder))
                {
                    return true;
                }
            }
            return false;
        }

        private void Remember(string path, PathChange change)
        {
            if (_touched.Contains(path))
            {
                if (change != PathChange.Mode && turn._last[path] is { Before: { Kind: PathKind.File, Content: null } } known)
                {
                    // Its mode was changed before; its bytes are still what they were.
                    known.Before = known.Before with { Content = Keep(path, Look.Keep).Content };
                    turn._journal.Write(turn._session, turn._turn, turn._workspace, known);
                }
                if (change != PathChange.Tree)
                {
                    return;
                }
            }
            if (turn._left.Find(path) is { } left)
            {
                turn.Note(turn._left.IsGit(path)
                    ? GitNote
                    : left == path && change != PathChange.Tree ? $"{Display(left)}: not remembered" : $"{Display(left)}: what is in this folder can be made again, and is not remembered");
                return;
            }
            RememberFolders(path);
            var look = change == PathChange.Mode ? Look.Facts : Look.Keep;
            PathState? before = null;
            if (!_touched.Contains(path))
            {
                if (turn._last.TryGetValue(path, out var last) && last.After is { } after && turn._tree.See(path, Look.Content).Same(after))
                {
                    // Still as this turn has left it.
                    _touched.Add(path);
                    last.After = null;
                    if (look == Look.Keep && last.Before is { Kind: PathKind.File, Content: null })
                    {
                        last.Before = last.Before with { Content = Keep(path, Look.Keep).Content };
                    }
                    turn._journal.Write(turn._session, turn._turn, turn._workspace, last);
                    before = turn._tree.See(path, Look.Facts);
                }
                else if (last is { After: null })
                {
                    _touched.Add(path); // Another call that runs beside this one has touched it.
                    return;
                }
                else
                {
                    // What came with a renamed folder was not here when the call began.
                    before = HasArrived(path) ? PathState.Absent : Keep(path, look);
                    Add(new(path, before));
                }
            }
            if (change == PathChange.Content && before is { SharedAs: > 0 } shared && turn._shared.TryGetValue(shared.SharedAs, out var others))
            {
                // An earlier call has made these names of the same file: what is written to one changes them all.
                foreach (var other in others.Where(other => !_touched.Contains(other)).ToList())
                {
                    Remember(other, PathChange.Content);
                }
            }
            if (change == PathChange.Tree && (before ?? turn._tree.See(path, Look.Facts)).Kind == PathKind.Folder)
            {
                foreach (var name in Tree.Names(path))
                {
                    Remember(Path.Join(path, name), PathChange.Tree);
                }
            }
        }

        // A tool makes the folders that are missing on the way to its file.
        private void RememberFolders(string path)
        {
            for (var folder = Path.GetDirectoryName(path); folder is not null && folder.Length > turn._workspace.Length && !_touched.Contains(folder) && turn._folders.Add(folder); folder = Path.GetDirectoryName(folder))
            {
                if (turn._tree.See(folder, Look.Facts).Kind != PathKind.Absent)
                {
                    return;
                }
                turn._folders.Remove(folder);
                Remember(folder, PathChange.Content);
            }
        }

        private PathState Keep(string path, Look look)
        {
            var facts = turn._tree.See(path, Look.Facts);
            if (facts.Kind != PathKind.File || look == Look.Facts)
            {
                return facts;
            }
            if (facts.Size > turn._options.MaxFileBytes)
            {
                turn.Note($"{Display(path)}: {FileSize.Format(facts.Size)}, larger than what is remembered ({FileSize.Format(turn._options.MaxFileBytes)}); it can not be brought back");
            }
            else if (turn._bytes + facts.Size > turn._options.MaxTurnBytes)
            {
                turn.Note($"This turn has changed more than {FileSize.Format(turn._options.MaxTurnBytes)}; {Display(path)} and what came after it can not be brought back");
                return facts with { Content = "~0" };
            }
            var kept = turn._tree.See(path, Look.Keep);
            turn._bytes += kept.Size;
            return kept;
        }

        private void Add(RememberedPath entry)
        {
            entry.Number = turn.NextNumber();
            turn._all.Add(entry);
            turn._last[entry.Path] = entry;
            _touched.Add(entry.Path);
            turn._journal.Write(turn._session, turn._turn, turn._workspace, entry);
        }

        private IEnumerable<string> Walk(CancellationToken cancellationToken)
        {
            var open = new Stack<string>([turn._workspace]);
            var count = 0;
            while (open.TryPop(out var folder))
            {
                foreach (var name in Tree.Names(folder))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var path = Path.Join(folder, name);
                    if (turn._left.Find(path) is not null)
                    {
                        continue;
                    }
                    yield return path;
                    if (++count > turn._options.MaxSnapshotFiles)
                    {
                        yield break;
                    }
                    if (turn._tree.See(path, Look.Facts).Kind == PathKind.Folder)
                    {
                        open.Push(path);
                    }
                }
            }
        }

        private long SizeOf(List<string> paths) => paths.Sum(path => turn._tree.See(path, Look.Facts) is { Kind: PathKind.File } file && file.Size <= turn._options.MaxFileBytes ? file.Size : 0);

        private string Display(string path) => path.Length > turn._workspace.Length ? path[(turn._workspace.Length + 1)..] : path;
    }

    public const string GitNote = ".git was changed: the history of git is not undone; git reflog shows the way back.";
}

/// <summary>One path that a turn has changed.</summary>
internal sealed class RememberedPath(string path, PathState before)
{
    public string Path => path;
    public PathState Before { get; set; } = before;

    /// <summary>Null while a call is at it.</summary>
    public PathState? After { get; set; }

    /// <summary>In the order in which turns have touched them.</summary>
    public long Number { get; set; }
}
