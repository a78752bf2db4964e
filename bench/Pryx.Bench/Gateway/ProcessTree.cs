using System.Globalization;

namespace Pryx.Bench.Gateway;

/// <summary>A process and its descendants, as /proc shows them (Linux).</summary>
internal static class ProcessTree
{
    private const double ClockTicksPerSecond = 100;

    public static IEnumerable<int> Of(int pid)
    {
        List<int> all = [pid];
        for (var i = 0; i < all.Count; i++)
        {
            if (!Directory.Exists($"/proc/{all[i]}/task"))
            {
                continue;
            }
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{all[i]}/task"))
            {
                all.AddRange(Read($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
            }
        }
        return all;
    }

    /// <summary>Pages shared with other processes count by their share, so that host and core do not count the runtime twice.</summary>
    public static double ProportionalBytes(int pid) =>
        Read($"/proc/{pid}/smaps_rollup").Split('\n').Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
            .Sum(line => 1024.0 * long.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture));

    public static double ProcessorMilliseconds(int pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 13 ? 0 : (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * 1000 / ClockTicksPerSecond;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // It ended between two looks.
        }
    }
}
