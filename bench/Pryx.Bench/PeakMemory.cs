using System.Globalization;

namespace Pryx.Bench;

/// <summary>
/// Follows the peak resident size of a process and its descendants (Linux). It reads VmHWM, since the kernel's ru_maxrss also
/// counts what the process was forked from. The peaks of several processes are added: an upper bound.
/// </summary>
internal sealed class PeakMemory(int pid)
{
    private readonly Dictionary<int, long> _peaks = [];
    private volatile bool _hasEnded;

    /// <summary>In MB of 1,000,000 bytes, as of the last look before the process ended.</summary>
    public double Megabytes => _peaks.Values.Sum() * 1024 / 1e6;

    public void End() => _hasEnded = true;

    /// <summary>Looks every millisecond until <see cref="End"/>; run it on a thread of its own.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!_hasEnded)
        {
            Look(pid);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }
    }

    private void Look(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            if (line is not null)
            {
                _peaks[process] = long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            }
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                foreach (var child in File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    Look(int.Parse(child, CultureInfo.InvariantCulture));
                }
            }
        }
        catch (IOException)
        {
            // It ended between two looks.
        }
    }
}
