using System.Globalization;
using System.Runtime.InteropServices;

namespace Pryx.Core.Hosting;

/// <summary>
/// Lets go of the pages of program files that this process has touched: code that ran once, at the start or in a turn, otherwise counts as
/// its memory for as long as it lives. What is needed again is found where it was, in the system's cache, without a read from the disk.
/// </summary>
internal static partial class CodePages
{
    private const int DontNeed = 4;

    /// <summary>Bytes let go; 0 where the system is not Linux.</summary>
    public static long Release()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }
        var released = 0L;
        foreach (var range in Untouched(File.ReadLines("/proc/self/smaps")))
        {
            if (Advise((nint)range.Start, (nuint)(range.End - range.Start), DontNeed) == 0)
            {
                released += range.Resident;
            }
        }
        return released;
    }

    /// <summary>Mappings of files that nobody can write to and in which nothing differs from the file: only those can be read again.</summary>
    /// <param name="smaps">The lines of <c>/proc/PID/smaps</c>.</param>
    internal static IEnumerable<(ulong Start, ulong End, long Resident)> Untouched(IEnumerable<string> smaps)
    {
        (ulong Start, ulong End, long Resident)? open = null;
        foreach (var line in smaps)
        {
            if (TryReadHead(line, out var head))
            {
                if (open is { } known)
                {
                    yield return known;
                }
                open = head;
            }
            else if (open is { } mapping && line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                open = mapping with { Resident = Kilobytes(line) * 1024 };
            }
            else if ((line.StartsWith("Anonymous:", StringComparison.Ordinal) || line.StartsWith("Private_Dirty:", StringComparison.Ordinal) || line.StartsWith("Locked:", StringComparison.Ordinal)) && Kilobytes(line) != 0)
            {
                // Relocated or patched: dropped, it would come back as it is in the file.
                open = null;
            }
        }
        if (open is { } last)
        {
            yield return last;
        }
    }

    /// <returns>True for the first line of a mapping, with no mapping when it is of no interest.</returns>
    private static bool TryReadHead(string line, out (ulong Start, ulong End, long Resident)? mapping)
    {
        mapping = null;
        var words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5 || words[0].Split('-') is not [var from, var to]
            || !ulong.TryParse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start) || !ulong.TryParse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var end))
        {
            return false;
        }
        // Shared mappings and what has no file behind it (memory files included) are somebody's data.
        if (words is [_, ['r', '-', _, 'p'], _, _, not "0", ['/', ..] path] && !path.EndsWith(" (deleted)", StringComparison.Ordinal) && !path.StartsWith("/memfd:", StringComparison.Ordinal))
        {
            mapping = (start, end, 0);
        }
        return true;
    }

    private static long Kilobytes(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
