namespace Pryx.Core.Files;

/// <summary>Lines <c>[LeftStart, LeftEnd)</c> became <c>[RightStart, RightEnd)</c>; from 0.</summary>
public readonly record struct LineChange(int LeftStart, int LeftEnd, int RightStart, int RightEnd);

/// <summary>The fewest changed lines between two texts (Myers, "An O(ND) Difference Algorithm").</summary>
public static class LineChanges
{
    /// <summary>Beyond this many changed lines the middle is one change: a smaller diff is not worth the time and memory.</summary>
    private const int MaxEdits = 1_000;

    public static List<LineChange> Between(ReadOnlySpan<string> left, ReadOnlySpan<string> right)
    {
        var start = 0;
        while (start < left.Length && start < right.Length && left[start] == right[start])
        {
            start++;
        }
        var tail = 0;
        while (tail < left.Length - start && tail < right.Length - start && left[^(tail + 1)] == right[^(tail + 1)])
        {
            tail++;
        }
        var (n, m) = (left.Length - start - tail, right.Length - start - tail);
        if (n == 0 && m == 0)
        {
            return [];
        }
        var changes = n == 0 || m == 0 ? null : Middle(left.Slice(start, n), right.Slice(start, m));
        return (changes ?? [new(0, n, 0, m)]).ConvertAll(change =>
            new LineChange(change.LeftStart + start, change.LeftEnd + start, change.RightStart + start, change.RightEnd + start));
    }

    /// <summary>Null when there are too many edits.</summary>
    private static List<LineChange>? Middle(ReadOnlySpan<string> left, ReadOnlySpan<string> right)
    {
        var (n, m) = (left.Length, right.Length);
        var max = Math.Min(n + m, MaxEdits);
        var furthest = new int[(2 * max) + 2];
        var trace = new List<int[]>();
        for (var d = 0; d <= max; d++)
        {
            for (var k = -d; k <= d; k += 2)
            {
                var x = k == -d || (k != d && furthest[max + k - 1] < furthest[max + k + 1]) ? furthest[max + k + 1] : furthest[max + k - 1] + 1;
                var y = x - k;
                while (x < n && y < m && left[x] == right[y])
                {
                    (x, y) = (x + 1, y + 1);
                }
                furthest[max + k] = x;
                if (x >= n && y >= m)
                {
                    trace.Add(furthest[(max - d)..(max + d + 1)]);
                    return Backtrack(trace, n, m);
                }
            }
            // Only the diagonals -d..d were reached.
            trace.Add(furthest[(max - d)..(max + d + 1)]);
        }
        return null;
    }

    private static List<LineChange> Backtrack(List<int[]> trace, int n, int m)
    {
        var changes = new List<LineChange>();
        var (x, y) = (n, m);
        for (var d = trace.Count - 1; d > 0; d--)
        {
            // The step before reached the diagonals -(d-1)..d-1, so diagonal k is at index k + d - 1.
            var before = trace[d - 1];
            int Reached(int diagonal) => Math.Abs(diagonal) <= d - 1 ? before[diagonal + d - 1] : -1;
            var k = x - y;
            var isInsertion = k == -d || (k != d && Reached(k - 1) < Reached(k + 1));
            var fromX = isInsertion ? Reached(k + 1) : Reached(k - 1);
            var fromY = fromX - (isInsertion ? k + 1 : k - 1);
            var change = isInsertion ? new LineChange(fromX, fromX, fromY, fromY + 1) : new LineChange(fromX, fromX + 1, fromY, fromY);
            if (changes.Count > 0 && changes[^1].LeftStart == change.LeftEnd && changes[^1].RightStart == change.RightEnd)
            {
                changes[^1] = new(change.LeftStart, changes[^1].LeftEnd, change.RightStart, changes[^1].RightEnd);
            }
            else
            {
                changes.Add(change);
            }
            (x, y) = (fromX, fromY);
        }
        changes.Reverse();
        return changes;
    }
}
