using Pryx.Protocol.Processes;

namespace Pryx.Core.Background;

/// <summary>The newest lines of a process, bounded in lines and characters, so that a flood costs time and no memory.</summary>
/// <param name="capacity">Lines.</param>
internal sealed class LineRing(int capacity)
{
    /// <summary>Characters of one line.</summary>
    internal const int LongestLine = 2_000;

    /// <summary>Characters of all lines together.</summary>
    internal const int MostCharacters = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Queue<ProcessLine> _lines = new();
    private long _characters;
    private long _count;

    /// <summary>All there were, the dropped ones too.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <param name="line">Cut where it is too long.</param>
    public void Add(string stream, string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(new(++_count, stream, line));
            _characters += line.Length;
            Trim(capacity);
        }
    }

    /// <param name="after">Only those behind this number.</param>
    public IReadOnlyList<ProcessLine> Last(int count, long after = 0)
    {
        lock (_gate)
        {
            return [.. _lines.Skip(Math.Max(0, _lines.Count - count)).Where(line => line.Number > after)];
        }
    }

    /// <summary>Keeps only the newest of what is there, for good.</summary>
    public void Shrink(int lines)
    {
        lock (_gate)
        {
            Trim(lines);
            _lines.TrimExcess();
        }
    }

    private void Trim(int lines)
    {
        while (_lines.Count > lines || (_characters > MostCharacters && _lines.Count > 1))
        {
            _characters -= _lines.Dequeue().Text.Length;
        }
    }
}
