using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Core.Sessions;

/// <summary>
/// A session's items, read from the store once and then only what came after: items are never changed, and a later one always has
/// a higher place. So each step of a turn reads its true state back for the price of one index lookup.
/// </summary>
public sealed class SessionHistory(Database database)
{
    // The sessions a person goes back and forth between; the others are read again.
    private const int KeptSessions = 3;
    private int _cleanUpAt = 64;
    private readonly Lock _gate = new();
    private readonly LinkedList<Loaded> _recent = [];
    private readonly Dictionary<SessionId, WeakReference<Loaded>> _held = [];

    /// <summary>All items, oldest first: a snapshot that later ones do not change.</summary>
    public Task<IReadOnlyList<Item>> ReadAsync(SessionId id, CancellationToken cancellationToken) => ReadAsync(Find(id), cancellationToken);

    /// <summary>
    /// The same, for one who reads again and again: what was read stays in memory as long as the result is held, so that the session of a
    /// running turn is not read anew at each step, however many run.
    /// </summary>
    public Func<CancellationToken, Task<IReadOnlyList<Item>>> Hold(SessionId id)
    {
        var loaded = Find(id);
        return cancellationToken => ReadAsync(loaded, cancellationToken);
    }

    public void Forget(SessionId id)
    {
        lock (_gate)
        {
            _held.Remove(id);
            if (_recent.FirstOrDefault(loaded => loaded.Id == id) is { } loaded)
            {
                _recent.Remove(loaded);
            }
        }
    }

    private async Task<IReadOnlyList<Item>> ReadAsync(Loaded loaded, CancellationToken cancellationToken)
    {
        await loaded.Turn.WaitAsync(cancellationToken);
        try
        {
            var newer = await database.ReadAsync(
                connection => connection.Query(
                    $"SELECT {ItemRows.Columns} FROM items i WHERE i.session_id = $session AND i.seq > $last ORDER BY i.seq",
                    ItemRows.Read, ("$session", loaded.Id.ToString()), ("$last", loaded.LastSeq)),
                cancellationToken);
            return loaded.Append(newer);
        }
        finally
        {
            loaded.Turn.Release();
        }
    }

    /// <summary>The items of one turn, oldest first.</summary>
    public Task<IReadOnlyList<Item>> ReadTurnAsync(TurnId turn, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Item>>(
        connection => connection.Query($"SELECT {ItemRows.Columns} FROM items i WHERE i.turn_id = $turn ORDER BY i.seq", ItemRows.Read, ("$turn", turn.ToString())), cancellationToken);

    private Loaded Find(SessionId id)
    {
        lock (_gate)
        {
            if (_recent.FirstOrDefault(loaded => loaded.Id == id) is { } known)
            {
                _recent.Remove(known);
                _recent.AddFirst(known);
                return known;
            }
            if (_recent.Count == KeptSessions)
            {
                _recent.RemoveLast();
            }
            if (!_held.TryGetValue(id, out var held) || !held.TryGetTarget(out var loaded))
            {
                CleanUp();
                _held[id] = new(loaded = new Loaded(id));
            }
            return _recent.AddFirst(loaded).Value;
        }
    }

    private void CleanUp()
    {
        if (_held.Count < _cleanUpAt)
        {
            return;
        }
        foreach (var id in _held.Where(static pair => !pair.Value.TryGetTarget(out _)).Select(static pair => pair.Key).ToList())
        {
            _held.Remove(id);
        }
        _cleanUpAt = Math.Max(64, _held.Count * 2);
    }

    private sealed class Loaded(SessionId id)
    {
        private Item[] _items = [];
        private int _count;

        public SessionId Id => id;
        public SemaphoreSlim Turn { get; } = new(1);
        public long LastSeq => _count == 0 ? 0 : _items[_count - 1].Seq;

        public ArraySegment<Item> Append(List<Item> newer)
        {
            if (_count + newer.Count > _items.Length)
            {
                // A new array: slices handed out before keep the old one.
                Array.Resize(ref _items, Math.Max(_count + newer.Count, _items.Length * 2));
            }
            newer.CopyTo(_items, _count);
            _count += newer.Count;
            return new ArraySegment<Item>(_items, 0, _count);
        }
    }
}
