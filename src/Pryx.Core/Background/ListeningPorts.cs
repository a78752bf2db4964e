using System.Globalization;
using Pryx.Core.Processes;

namespace Pryx.Core.Background;

/// <summary>Which TCP ports a process tree listens on, as Linux's /proc tells it.</summary>
internal static class ListeningPorts
{
    private const string Listening = "0A";

    /// <summary>Null where that can not be known.</summary>
    public static IReadOnlyList<int>? Of(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        var ports = new SortedSet<int>();
        foreach (var member in Procfs.DescendantsOf(processId).Prepend(processId))
        {
            var sockets = SocketsOf(member);
            if (sockets.Count > 0)
            {
                // Its own view: it may have a network of its own.
                Add(ports, sockets, $"/proc/{member}/net/tcp");
                Add(ports, sockets, $"/proc/{member}/net/tcp6");
            }
        }
        return [.. ports];
    }

    private static HashSet<string> SocketsOf(int processId)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{processId}/fd").Select(static path => new FileInfo(path).LinkTarget)
                .OfType<string>().Where(static target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(static target => target[8..^1])];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // It has gone, or is somebody else's.
        }
    }

    private static void Add(SortedSet<int> ports, HashSet<string> sockets, string table)
    {
        try
        {
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                // sl, local address, remote address, state, …, inode
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == Listening && sockets.Contains(fields[9]))
                {
                    ports.Add(int.Parse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }
}
