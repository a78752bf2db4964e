using System.Globalization;
using System.Text;

namespace Pryx.Core.Processes;

/// <summary>Linux's /proc, as far as process trees go. Processes vanish while it is read: what can not be read is not there.</summary>
internal static class Procfs
{
    public static IReadOnlyList<int> ChildrenOf(int processId)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{processId}/task")
                .SelectMany(thread => File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static IReadOnlyList<int> DescendantsOf(int processId)
    {
        var found = new List<int>();
        var open = new Queue<int>([processId]);
        while (open.TryDequeue(out var next))
        {
            foreach (var child in ChildrenOf(next))
            {
                found.Add(child);
                open.Enqueue(child);
            }
        }
        return found;
    }

    /// <summary>Living processes that inherited the mark, wherever they hang by now. A program that empties its own environment escapes.</summary>
    public static IReadOnlyList<int> MarkedWith(string mark)
    {
        var wanted = Encoding.ASCII.GetBytes($"{ProcessSpawner.Mark}={mark}");
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }
            try
            {
                // A zombie's environment is empty, so the dead are not found again.
                if (File.ReadAllBytes(folder + "/environ").AsSpan().IndexOf(wanted) >= 0)
                {
                    found.Add(id);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or gone.
            }
        }
        return found;
    }
}
