using Pryx.Core.Processes;
using Pryx.Core.Sandbox;

namespace Pryx.Bench;

/// <summary>What a sandbox adds to a command. In the harness's own process: the spawner is the one that tools use.</summary>
internal static class SandboxMeasure
{
    private const double Budget = 15;

    public static async Task<Measure> RunAsync(int runs, int warmUps, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("pryx-bench-").FullName;
        try
        {
            var (home, workspace) = (Directory.CreateDirectory(Path.Combine(root, "home")).FullName, Directory.CreateDirectory(Path.Combine(root, "workspace")).FullName);
            var data = Path.Combine(home, ".pryx");
            var spawner = new ProcessSpawner(sandbox: new SandboxOptions { Choice = SandboxChoice.Bubblewrap, Folder = Path.Combine(data, "sandbox") });
            const string Explanation = "`/bin/true` in bubblewrap (the profile made anew each time, as for a command of the model) less `/bin/true` in the PID namespace that every tool has; pairs of runs";
            if ((await spawner.SandboxStateAsync()).Level != SandboxLevel.Bubblewrap)
            {
                return new("sandboxed command, overhead", "ms", Explanation, Budget, null, []);
            }
            var profiles = new SandboxProfiles(home, data, AppContext.BaseDirectory);
            var values = new List<double>();
            for (var run = 0; run < warmUps + runs; run++)
            {
                var bare = await MillisecondsAsync(spawner, workspace, static () => null, cancellationToken);
                var sandboxed = await MillisecondsAsync(spawner, workspace, () => profiles.For(workspace, null, null, NetworkAccess.None), cancellationToken);
                values.Add(sandboxed - bare);
            }
            return new("sandboxed command, overhead", "ms", Explanation, Budget, null, [new Sample("the harness's process", Build.Release, [.. values.Skip(warmUps)])]);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<double> MillisecondsAsync(ProcessSpawner spawner, string workspace, Func<SandboxProfile?> profile, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var request = new SpawnRequest("/bin/true", []) { WorkingDirectory = workspace, Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, Sandbox = profile() };
        await using var child = await spawner.StartAsync(request, cancellationToken);
        if (await child.Exited != 0)
        {
            throw new InvalidOperationException("/bin/true did not end well; a run that failed measures nothing.");
        }
        return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
    }
}
