using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;

namespace Pryx.Core.Checkpoints;

/// <summary>Where everything that is remembered stands, for the turns that add to it and the desk that takes from it. Nothing is made before it is needed.</summary>
public sealed class CheckpointShelf
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Grace = TimeSpan.FromMinutes(2), BetweenCleanings = TimeSpan.FromHours(12);

    private readonly string _folder;
    private readonly string _own;
    private readonly Func<UndoOptions> _options;
    private readonly TimeProvider _time;
    private readonly Action<string> _onTrouble;
    private readonly ServerMemory? _servers;
    private DateTimeOffset? _cleanedAt;
    private long _lastNumber;

    /// <param name="paths">Checkpoints are kept in <c>checkpoints/</c> of the data folder.</param>
    /// <param name="servers">Hears which calls are being made; null where no program outlives one.</param>
    /// <param name="onTrouble">Hears of what nobody waits for: a cleaning that failed.</param>
    public CheckpointShelf(Database database, EventLog events, PryxPaths paths, Func<UndoOptions> options, Action<string> onTrouble, ServerMemory? servers = null)
    {
        _servers = servers;
        (_folder, _own, _options, _time, _onTrouble) = (Path.Combine(paths.Data, "checkpoints"), paths.Data, options, database.Time, onTrouble);
        Store = new(database, events);
        Blobs = new(Path.Combine(_folder, "blobs"));
    }

    internal CheckpointStore Store { get; }
    internal BlobStore Blobs { get; }
    internal Tree Tree => Checkpoints.Tree.Local(Blobs, _options().MaxFileBytes);

    private string Journals => Path.Combine(_folder, "open");

    /// <summary>What a turn's calls tell before they change something.</summary>
    public async Task<IChangeMemory> OpenTurnAsync(SessionId session, TurnId turn, string workspace, CancellationToken cancellationToken)
    {
        var options = _options();
        if (!options.IsOn)
        {
            return NoMemory.Instance;
        }
        CleanSoon();
        var memory = await NewMemoryAsync(session, turn, workspace, options, cancellationToken);
        foreach (var left in MemoryJournal.Left(Journals).Where(left => left.Turn == turn))
        {
            // The turn goes on after a crash.
            await TakeInAsync(left, memory, cancellationToken);
        }
        return memory;
    }

    /// <summary>Takes in what dead processes have left: journals of turns, and what one of them was putting back.</summary>
    internal async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (var left in MemoryJournal.Left(Journals))
        {
            if (left.Workspace.Length == 0)
            {
                File.Delete(left.File);
                continue;
            }
            await TakeInAsync(left, await NewMemoryAsync(left.Session, left.Turn, left.Workspace, _options(), cancellationToken), cancellationToken);
        }
        if ((await Store.ListRestoringAsync(cancellationToken)).Count == 0)
        {
            return;
        }
        using var held = await HoldAsync(cancellationToken);
        foreach (var operation in await Store.ListRestoringAsync(cancellationToken))
        {
            var steps = await Store.ReadPathsAsync(operation.Id, cancellationToken);
            RemoveHalfWritten(steps);
            var failed = new Restorer(Tree).Run([.. steps.Select(static step => (step.Path, step.Before, step.After))]);
            await Store.FinishAsync(operation, failed.Keys.ToList(), await Store.ListTakenAsync(operation.Id, cancellationToken), connection =>
            {
                var item = new Summary($"[Pryx ended while it was putting files back ({operation.Kind}); it has finished that now. Files may differ from what you have seen: read them again.]", 0, 0) { Of = SummaryOf.TakenBack, Provenance = Provenance.User };
                return (0, 0, Store.Say(connection, operation.Session, item, Protocol.Events.EventNames.WorkspaceUndone, new(operation.Id, operation.Kind, [], [.. steps.Take(UndoRequest.Shown).Select(step => UndoRequest.Relative(step.Path, operation.Workspace))], steps.Count, [.. failed.Keys.Select(path => UndoRequest.Relative(path, operation.Workspace))], false)));
            }, CancellationToken.None);
        }
    }

    /// <summary>Only one process puts files back at a time.</summary>
    /// <exception cref="PryxException">UNDO_BUSY</exception>
    internal async Task<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        PryxPaths.CreatePrivate(_folder);
        var until = _time.GetUtcNow() + Patience;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "restore.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (_time.GetUtcNow() < until)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
            }
            catch (IOException)
            {
                throw new PryxException("UNDO_BUSY", "Another pryx process is putting files back.", "try again when it is done");
            }
        }
    }

    /// <summary>What is too old or too much goes, the oldest first; and the bytes that nothing needs any more.</summary>
    internal async Task CleanAsync(CancellationToken cancellationToken)
    {
        var options = _options();
        await Store.RemoveBeforeAsync(_time.GetUtcNow() - options.MaxAge, cancellationToken);
        while (await SweepAsync(cancellationToken) > options.MaxTotalBytes && await Store.FindOldTenthAsync(cancellationToken) is { } tenth)
        {
            if (await Store.RemoveBeforeAsync(tenth.AddMilliseconds(1), cancellationToken) == 0)
            {
                return;
            }
        }
    }

    // What was written in the last minutes may belong to a change that stands in no journal yet.
    private async Task<long> SweepAsync(CancellationToken cancellationToken)
    {
        var young = (_time.GetUtcNow() - Grace).UtcDateTime;
        var needed = MemoryJournal.HashesInUse(Journals).ToHashSet(StringComparer.Ordinal);
        needed.UnionWith(await Store.ReadHashesAsync(cancellationToken));
        long kept = 0;
        foreach (var (hash, size, at) in Blobs.All())
        {
            if (needed.Contains(hash) || at > young)
            {
                kept += size;
            }
            else
            {
                Blobs.Remove(hash);
            }
        }
        return kept;
    }

    /// <summary>Beside everything else, and not more often than twice a day unless it is due.</summary>
    internal void CleanSoon(bool isDue = false)
    {
        if (!isDue && _cleanedAt is { } at && _time.GetUtcNow() - at < BetweenCleanings)
        {
            return;
        }
        _cleanedAt = _time.GetUtcNow();
        _ = Task.Run(async () =>
        {
            try
            {
                await CleanAsync(CancellationToken.None);
            }
            catch (Exception e) // Nobody awaits it; the next one tries again.
            {
                _onTrouble($"Old checkpoints could not be cleaned up: {e.Message}");
            }
        });
    }

    private async Task<TurnMemory> NewMemoryAsync(SessionId session, TurnId turn, string workspace, UndoOptions options, CancellationToken cancellationToken)
    {
        // A turn that goes on after a crash has entries already, and the clock may have been put back since.
        _ = NextNumber(await Store.NextNumberAsync(turn, cancellationToken));
        return new(Store, session, turn, workspace, Checkpoints.Tree.Local(Blobs, options.MaxFileBytes), options, new(workspace, _own), new(Journals, turn)) { Servers = _servers, NextNumber = () => NextNumber(0) };
    }

    // Microseconds, as far as the clock tells them apart.
    private long NextNumber(long atLeast)
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastNumber);
            var next = Math.Max(Math.Max(last + 1, atLeast), (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _lastNumber, next, last) == last)
            {
                return next;
            }
        }
    }

    private static async Task TakeInAsync(LeftJournal left, TurnMemory memory, CancellationToken cancellationToken)
    {
        await memory.SettleLeftAsync(left.Paths, cancellationToken);
        File.Delete(left.File);
    }

    private static void RemoveHalfWritten(IEnumerable<CheckpointPath> steps)
    {
        foreach (var folder in steps.Select(static step => Path.GetDirectoryName(step.Path)!).Distinct().Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFileSystemEntries(folder, ".pryx-????????????????.tmp"))
            {
                File.Delete(file);
            }
        }
    }
}
