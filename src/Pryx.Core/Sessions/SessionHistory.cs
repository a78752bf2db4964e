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
    private readonly Lock _gate = new();
    private readonly LinkedList<Loaded> _recent = [];

    /// <summary>All items, oldest first: a snapshot that later ones do not change.</summary>
    public async Task<IReadOnlyList<Item>> ReadAsync(SessionId id, CancellationToken cancellationToken)
    {
        var loaded = Find(id);
        await loaded.Turn.WaitAsync(cancellationToken);
        try
        {
            var newer = await database.ReadAsync(
                connection => connection.Query(
                    $"SELECT {ItemRows.Columns} FROM items i WHERE i.session_id = $session AND i.seq > $last ORDER BY i.seq",
                    ItemRows.Read, ("$session", id.ToString()), ("$last", loaded.LastSeq)),
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

    public void Forget(SessionId id)
    {
        lock (_gate)
        {
            if (_recent.FirstOrDefault(loaded => loaded.Id == id) is { } loaded)
            {
                _recent.Remove(loaded);
            }
        }
    }

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
            return _recent.AddFirst(new Loaded(id)).Value;
        }
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
