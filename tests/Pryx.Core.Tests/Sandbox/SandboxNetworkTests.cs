using System.Net;
using Pryx.Agent.Tools;
using Pryx.Core.Sandbox;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>Commands that reach some hosts and no others: forwarder inside, judging proxy outside.</summary>
public sealed class SandboxNetworkTests
{
    private static readonly SandboxNetworkOptions Options = new()
    {
        IsAllowed = address => address.ToString() == "127.0.0.2",
        Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Parse("127.0.0.2") }),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_allowed_host_is_reached_through_the_proxy_and_no_other_way()
    {
        using var bench = new SandboxBench(network: Options);
        await using var server = new OneServer();
        var mode = SandboxMode.WithHosts([$"allowed.test:{server.Port}"]);
        var answer = await bench.RunAsync($"curl -sS http://allowed.test:{server.Port}/x", Token, mode);
        Assert.True(answer.Text.EndsWith("\nanswer", StringComparison.Ordinal), answer.Text);
        Assert.StartsWith("GET /x HTTP/1.1", await server.NextAsync(), StringComparison.Ordinal);

        var direct = await bench.RunAsync($"curl -sS --noproxy '*' http://127.0.0.2:{server.Port}/x", Token, mode);
        Assert.Equal(ToolStatus.Failed, direct.Status);
        var other = await bench.RunAsync("curl -sS https://other.test/x", Token, mode);
        Assert.StartsWith("exit code 56\nNote: this command runs in a sandbox whose proxy refused other.test.", other.Text, StringComparison.Ordinal);
        Assert.Contains("they can grant it", (await bench.RunAsync("curl -sS http://other.test/x", Token, mode)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endings_are_those_of_the_command_and_nothing_is_left()
    {
        using var bench = new SandboxBench(network: Options);
        var mode = SandboxMode.WithHosts(["allowed.test"]);
        Assert.Equal("exit code 7\nstdout:\nout\nstderr:\nerr", (await bench.RunAsync("echo out; echo err >&2; exit 7", Token, mode)).Text);
        Assert.Equal("exit code 139 (SIGSEGV)\n(no output)", (await bench.RunAsync("kill -SEGV $$", Token, mode)).Text);
        Assert.Contains("timed out", (await bench.RunAsync("bash -c 'trap \"touch cleaned; exit\" TERM; while :; do sleep 0.01; done'", Token, mode, timeoutMs: 5000)).Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(bench.Workspace, "cleaned")));
        Assert.Empty(Directory.GetFiles(Path.Combine(bench.Data, "sandbox"), "*.sock"));
    }

    [Fact]
    public async Task A_person_who_says_yes_lets_one_host_through()
    {
        using var bench = new SandboxBench(network: Options);
        await using var server = new OneServer();
        var asked = new List<HostRequest>();
        var mode = SandboxMode.WithHosts([], (request, _) =>
        {
            asked.Add(request);
            return Task.FromResult(true);
        });
        Assert.EndsWith("answer", (await bench.RunAsync($"curl -sS http://new.test:{server.Port}/", Token, mode)).Text, StringComparison.Ordinal);
        Assert.Equal([new HostRequest("new.test", server.Port)], asked);
    }
}
