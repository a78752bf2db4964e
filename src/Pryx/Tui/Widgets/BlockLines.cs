using System.Runtime.CompilerServices;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>Laid-out blocks, as many as a person scrolls through; the rest is laid out anew when it is looked at.</summary>
internal sealed class BlockLines
{
    private const int Most = 400;
    private readonly Dictionary<IBlock, Entry> _entries = new(ReferenceComparer.Instance);
    private int _width;
    private long _use;

    public IReadOnlyList<StyledLine> Of(IBlock block, int width)
    {
        if (width != _width)
        {
            _entries.Clear();
            _width = width;
        }
        if (!_entries.TryGetValue(block, out var entry) || entry.Version != block.Version)
        {
            Trim();
            entry = new(block.Version, block.Lines(width));
            _entries[block] = entry;
        }
        entry.Used = ++_use;
        return entry.Lines;
    }

    private void Trim()
    {
        if (_entries.Count >= Most)
        {
            foreach (var (block, entry) in _entries)
            {
                if (entry.Used < _use - (Most / 2))
                {
                    _entries.Remove(block);
                }
            }
        }
    }

    private sealed class Entry(int version, IReadOnlyList<StyledLine> lines)
    {
        public int Version => version;
        public IReadOnlyList<StyledLine> Lines => lines;
        public long Used { get; set; }
    }

    // A block may be a record, equal to another one and yet drawn at another place.
    private sealed class ReferenceComparer : IEqualityComparer<IBlock>
    {
        public static readonly ReferenceComparer Instance = new();

        public bool Equals(IBlock? x, IBlock? y) => ReferenceEquals(x, y);

        public int GetHashCode(IBlock obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
