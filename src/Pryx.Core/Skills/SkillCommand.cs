using System.Text;
using Pryx.Core.Processes;

namespace Pryx.Core.Skills;

/// <summary>Runs one program to its end for an installation, its whole tree ended with it.</summary>
internal static class SkillCommand
{
    private const int MaxOutput = 64 * 1024;

    /// <returns>The exit code (124 when the time was over, 127 when it could not be started) and both its streams, cut.</returns>
    public static async Task<(int Exit, string Output)> RunAsync(ProcessSpawner spawner, SpawnRequest request, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        RunningProcess child;
        try
        {
            child = await spawner.StartAsync(request, cancellationToken);
        }
        catch (SpawnException e)
        {
            return (127, e.Message);
        }
        await using (child)
        {
            var streams = Task.WhenAll(ReadAsync(child.StandardOutput), ReadAsync(child.StandardError));
            try
            {
                await child.Exited.WaitAsync(limit, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                await child.EndTreeAsync();
                return (124, $"it did not end within {limit.TotalSeconds:0} s");
            }
            child.KillTree();
            return (await child.Exited, string.Join('\n', (await streams).Where(static text => text.Length > 0)));
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            // Read to its end in any case: a program whose output nobody takes would wait for ever.
            text.Append(buffer, 0, Math.Min(read, Math.Max(0, MaxOutput - text.Length)));
        }
        return text.ToString().Trim();
    }
}
