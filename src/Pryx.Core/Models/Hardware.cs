using System.Globalization;
using Pryx.Core.Processes;
using Pryx.Protocol.Providers;

namespace Pryx.Core.Models;

/// <summary>The memory of this machine and of its graphics cards, as far as the system tells.</summary>
/// <param name="root">Where /proc and /sys begin; a test has its own.</param>
public sealed class Hardware(ProcessSpawner spawner, Func<string, string?> environment, TimeProvider time, string root = "/")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<MachineMemory> ReadAsync(CancellationToken cancellationToken)
    {
        var (total, available) = ReadMemory();
        var (video, free) = await ReadNvidiaAsync(cancellationToken);
        if (video == 0)
        {
            (video, free) = ReadAmd();
        }
        return new(total, available, video, free);
    }

    private (long Total, long Available) ReadMemory()
    {
        try
        {
            var fields = File.ReadLines(Path.Combine(root, "proc/meminfo")).Select(static line => line.Split(':', 2)).Where(static pair => pair.Length == 2)
                .ToDictionary(static pair => pair[0], static pair => long.TryParse(pair[1].Replace("kB", "", StringComparison.Ordinal).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number * 1024 : 0);
            return (fields.GetValueOrDefault("MemTotal"), fields.GetValueOrDefault("MemAvailable"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux: what the runtime knows; Apple's graphics use the same memory.
            var memory = GC.GetGCMemoryInfo();
            return (memory.TotalAvailableMemoryBytes, Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes));
        }
    }

    private (long Total, long Free) ReadAmd()
    {
        var (total, used) = (0L, 0L);
        try
        {
            foreach (var card in Directory.EnumerateDirectories(Path.Combine(root, "sys/class/drm"), "card*").Where(static card => char.IsAsciiDigit(card[^1])))
            {
                total += ReadNumber(Path.Combine(card, "device/mem_info_vram_total"));
                used += ReadNumber(Path.Combine(card, "device/mem_info_vram_used"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No graphics card, or none that may be looked at.
        }
        return (total, Math.Max(0, total - used));
    }

    private async Task<(long Total, long Free)> ReadNvidiaAsync(CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])["PATH", "HOME", "LD_LIBRARY_PATH"])
        {
            if (environment(name) is { } value)
            {
                variables[name] = value;
            }
        }
        try
        {
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await using var asked = await spawner.StartAsync(
                new("nvidia-smi", ["--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits"]) { WorkingDirectory = Path.GetPathRoot(Path.GetFullPath(root))!, Environment = variables }, either.Token);
            using var reader = new StreamReader(asked.StandardOutput);
            var text = await reader.ReadToEndAsync(either.Token);
            return OfNvidia(text);
        }
        catch (Exception e) when (e is SpawnException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (0, 0); // No such card, or a driver that hangs.
        }
    }

    /// <summary>Lines of "24576, 20000", in MiB.</summary>
    internal static (long Total, long Free) OfNvidia(string text)
    {
        var (total, free) = (0L, 0L);
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(',');
            if (fields.Length == 2 && long.TryParse(fields[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var all) && long.TryParse(fields[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var left))
            {
                total += all << 20;
                free += left << 20;
            }
        }
        return (total, free);
    }

    private static long ReadNumber(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
