using System.Buffers;

namespace Pryx.Core.Secrets.Masking;

/// <summary>Values that are secret whatever they look like: Pryx's own keys and tokens, and what a session has seen. Found wherever they stand.</summary>
public sealed class KnownSecrets
{
    /// <summary>A shorter one would be found in every other word.</summary>
    private const int Shortest = 8;
    private const int Most = 4_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _kinds = new(StringComparer.Ordinal);
    private Snapshot _snapshot = Snapshot.Empty;
    private volatile int _count;

    /// <param name="kind">As in a placeholder.</param>
    public void Add(string value, string kind)
    {
        if (value.Length < Shortest || value.Contains('\n', StringComparison.Ordinal))
        {
            return;
        }
        lock (_gate)
        {
            if (_kinds.Count < Most && _kinds.TryAdd(value, kind))
            {
                _count = _kinds.Count;
            }
        }
    }

    internal string? KindOf(string value)
    {
        lock (_gate)
        {
            return _kinds.GetValueOrDefault(value);
        }
    }

    /// <summary>
    /// To search with. Building it costs as much as there are values, so while many come one after the other, the newest tenth may be missing.
    /// </summary>
    /// <param name="isWhole">True: none may be missing.</param>
    internal Snapshot Current(bool isWhole = false)
    {
        var snapshot = Volatile.Read(ref _snapshot);
        var count = _count;
        if (count == snapshot.All.Length || (!isWhole && count > 100 && count < snapshot.All.Length * 1.1))
        {
            return snapshot;
        }
        lock (_gate)
        {
            // The longest first, where one is the beginning of another.
            string[] values = [.. _kinds.Keys.OrderByDescending(static value => value.Length)];
            Volatile.Write(ref _snapshot, new(SearchValues.Create(values, StringComparison.Ordinal), values));
            return _snapshot;
        }
    }

    internal sealed record Snapshot(SearchValues<string>? Values, string[] All)
    {
        public static Snapshot Empty { get; } = new(null, []);

        /// <summary>The next one; a length of 0 when there is none.</summary>
        public (int Start, int Length) Next(ReadOnlySpan<char> text, int from)
        {
            var at = Values is null ? -1 : text[from..].IndexOfAny(Values);
            if (at < 0)
            {
                return (0, 0);
            }
            from += at;
            foreach (var value in All)
            {
                if (text[from..].StartsWith(value, StringComparison.Ordinal))
                {
                    return (from, value.Length);
                }
            }
            return (0, 0);
        }
    }
}
