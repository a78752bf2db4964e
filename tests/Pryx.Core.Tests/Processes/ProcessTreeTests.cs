using System.Diagnostics;
using Pryx.Core.Processes;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Processes;

public sealed class ProcessTreeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Forks twice, leaves session and group, ignores every polite signal.
    private static string Stubborn(string tag) =>
        $"""
        setsid bash -c "trap '' TERM HUP INT; setsid bash -c \"trap '' TERM HUP INT; while :; do sleep 0.2; done # {tag}\" & while :; do sleep 0.2; done # {tag}" &
        nohup bash -c "trap '' TERM; while :; do sleep 0.2; done # {tag}" >/dev/null 2>&1 &
        trap '' TERM; while :; do sleep 0.2; done # {tag}
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("NFR-R1", "0 zombies")]
    [Requirement("G3", "0 zombies after exit")]
    public async Task Stop_ends_a_tree_that_forks_twice_and_ignores_term_within_a_second(bool usesNamespaces)
    {
        using var bench = new ShellBench(usesNamespaces);
        using var stop = new CancellationTokenSource();
        var run = bench.RunAsync(Stubborn(bench.Tag), stop.Token);
        await ShellBench.UntilAsync(() => bench.Tagged().Count >= 4, TimeSpan.FromSeconds(10), Token);

        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
        Assert.Empty(bench.Tagged());
        await ShellBench.UntilAsync(() => ShellBench.Zombies() == 0, TimeSpan.FromSeconds(2), Token); // other tests' children come and go
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("NFR-R1", "0 zombies")]
    public async Task Timeout_ends_the_same_tree_and_says_so(bool usesNamespaces)
    {
        using var bench = new ShellBench(usesNamespaces);
        var outcome = await bench.RunAsync("echo before; " + Stubborn(bench.Tag), Token, timeoutMs: 700);

        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.StartsWith("exit code ", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("timed out after 700 ms", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("before", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(bench.Tagged());
        await ShellBench.UntilAsync(() => ShellBench.Zombies() == 0, TimeSpan.FromSeconds(2), Token); // other tests' children come and go
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_that_listens_to_term_can_clean_up(bool usesNamespaces)
    {
        using var bench = new ShellBench(usesNamespaces);
        var outcome = await bench.RunAsync("bash -c 'trap \"sleep 0.1; touch cleaned; exit\" TERM; while :; do sleep 0.01; done'; touch continued", Token, timeoutMs: 400);

        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.True(File.Exists(Path.Combine(bench.Workspace, "cleaned")));
        Assert.False(File.Exists(Path.Combine(bench.Workspace, "continued")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Child_left_in_the_background_with_the_pipe_open_ends_with_the_command(bool usesNamespaces)
    {
        using var bench = new ShellBench(usesNamespaces);
        var watch = Stopwatch.StartNew();
        var outcome = await bench.RunAsync($"setsid bash -c 'sleep 60 # {bench.Tag}' & echo done", Token);

        Assert.Equal(ToolStatus.Completed, outcome.Status);
        Assert.Contains("done", outcome.Text, StringComparison.Ordinal);
        Assert.True(watch.ElapsedMilliseconds < 5000, $"{watch.ElapsedMilliseconds} ms");
        await ShellBench.UntilAsync(() => bench.Tagged().Count == 0, TimeSpan.FromSeconds(1), Token);
    }

    [Fact]
    public async Task Commands_started_from_pool_threads_live_on_when_those_threads_are_retired()
    {
        // The parent-death signal belongs to the thread that forked: from a short-lived thread the child would die with it.
        using var bench = new ShellBench();
        Task<Pryx.Agent.Tools.ToolOutcome>? run = null;
        var thread = new Thread(() => run = bench.RunAsync("sleep 1; echo alive", Token));
        thread.Start();
        thread.Join();
        Assert.Contains("alive", (await run!).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_is_kept_reaches_the_child_and_disposing_ends_it()
    {
        var spawner = new ProcessSpawner();
        var child = await spawner.StartAsync(
            new SpawnRequest("cat", []) { WorkingDirectory = "/", Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, KeepsInput = true }, Token);
        await child.StandardInput!.WriteAsync("ping\n"u8.ToArray(), Token);
        await child.StandardInput.FlushAsync(Token);
        var buffer = new byte[5];
        await child.StandardOutput.ReadExactlyAsync(buffer, Token);
        Assert.Equal("ping\n"u8.ToArray(), buffer);
        await child.DisposeAsync();
        Assert.True(child.Exited.IsCompleted);
    }

    [Fact]
    public async Task Missing_program_and_missing_folder_are_said_before_anything_runs()
    {
        var spawner = new ProcessSpawner();
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        var program = await Assert.ThrowsAsync<SpawnException>(() => spawner.StartAsync(new SpawnRequest("no-such-program", []) { WorkingDirectory = "/", Environment = environment }, Token));
        Assert.Contains("no-such-program", program.Message, StringComparison.Ordinal);
        var folder = await Assert.ThrowsAsync<SpawnException>(() => spawner.StartAsync(new SpawnRequest("cat", []) { WorkingDirectory = "/no/such", Environment = environment }, Token));
        Assert.Contains("/no/such", folder.Message, StringComparison.Ordinal);
    }
}
