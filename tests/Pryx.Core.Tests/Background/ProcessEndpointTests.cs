using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Background;

/// <summary>Background processes over HTTP: real programs of a real daemon.</summary>
public sealed class ProcessEndpointTests
{
    private const string Root = "/api/v1/processes";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("BGP1", "create list kill")]
    [Requirement("BGP1", "unique ids")]
    [Requirement("BGP1", "tags")]
    public async Task Processes_are_started_listed_by_tag_and_stopped_with_all_they_have_started()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";

        var one = await StartAsync(core, $$"""{"command":"sleep {{word}} & sleep {{word}}","name":"one","tags":["dev","web"],"approve_all":true}""");
        var two = await StartAsync(core, $$"""{"command":"sleep {{word}}","tags":["logs"],"approve_all":true}""");
        var tagged = (await core.GetAsync($"{Root}?tag=dev", Cancel)).Body!["processes"]!.AsArray();
        var all = (await core.GetAsync(Root, Cancel)).Body!["processes"]!.AsArray();
        var running = ProcessCount.Of(word);
        var stopped = await core.PostAsync($"{Root}/{one["id"]}/stop", null, Cancel);
        var left = (await core.GetAsync($"{Root}?status=running", Cancel)).Body!["processes"]!.AsArray();
        var others = await core.PostAsync($"{Root}/stop?tag=logs", null, Cancel);

        Assert.Matches("^proc-[a-z0-9]{10}$", (string)one["id"]!);
        Assert.NotEqual((string)one["id"]!, (string)two["id"]!);
        Assert.Equal([(string)one["id"]!], tagged.Select(process => (string)process!["id"]!));
        Assert.Equal([(string)two["id"]!, (string)one["id"]!], all.Select(process => (string)process!["id"]!));
        Assert.True((bool)all[0]!["global"]!);
        Assert.True(running >= 3, $"{running} run");
        Assert.Equal(("ended", "user"), ((string)stopped.Body!["status"]!, (string)stopped.Body!["ended_by"]!));
        Assert.Equal([(string)two["id"]!], left.Select(process => (string)process!["id"]!));
        Assert.Equal([(string)two["id"]!], others.Body!["ids"]!.AsArray().Select(id => (string)id!));
        Assert.Equal(0, ProcessCount.Of(word));
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync($"{Root}/proc-nonesuch22", Cancel)).Status);
    }

    [Fact]
    [Requirement("BGP2", "100 single")]
    [Requirement("BGP2", "10 in list")]
    [Requirement("BGP2", "500 ring")]
    public async Task One_shows_its_last_100_lines_the_list_10_and_500_are_kept()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var started = await StartAsync(core, new { command = "for i in $(seq 1 700); do echo line $i; done; sleep 60", approve_all = true });
        await UntilAsync(core, started, static process => (long)process["line_count"]! == 700);

        var single = await ReadAsync(core, started);
        var listed = (await core.GetAsync(Root, Cancel)).Body!["processes"]![0]!;
        var ring = (await core.GetAsync($"{Root}/{started["id"]}?lines=500", Cancel)).Body!;
        var behind = (await core.GetAsync($"{Root}/{started["id"]}?after=698", Cancel)).Body!;

        Assert.Equal((100, "line 601", "line 700"), Ends(single));
        Assert.Equal((10, "line 691", "line 700"), Ends(listed));
        Assert.Equal((500, "line 201", "line 700"), Ends(ring));
        Assert.Equal((2, "line 699", "line 700"), Ends(behind));
    }

    [Fact]
    [Requirement("BGP3", "all options accepted")]
    public async Task Every_option_is_taken_and_shown_and_what_is_out_of_its_limits_is_refused()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var session = await SessionEndpointTests.NewAsync(core);
        var started = await StartAsync(core, $$"""
            {"command":"for i in $(seq 1 15); do echo $i; done; sleep 60","name":"watcher","tags":["monitoring"],"global":false,"session_id":"{{session}}","mode":"pump-dump","approve_all":true,
            "output_config":{"buffer_lines":3,"circular_buffer_size":12,"error_patterns":["ERROR"],"summary_interval":"10m"} }
            """);
        await UntilAsync(core, started, static process => (long)process["line_count"]! == 15);
        var read = await ReadAsync(core, started);
        var ring = (await core.GetAsync($"{Root}/{started["id"]}?lines=500", Cancel)).Body!;

        Assert.Equal(("watcher", "pump-dump", session, false), ((string)read["name"]!, (string)read["mode"]!, (string)read["session_id"]!, (bool)read["global"]!));
        Assert.Equal("""{"buffer_lines":3,"circular_buffer_size":12,"error_patterns":["ERROR"],"summary_interval":"10m"}""", read["output_config"]!.ToJsonString());
        Assert.Equal((3, "13", "15"), Ends(read));
        Assert.Equal((12, "4", "15"), Ends(ring));
        foreach (object wrong in (object[])[new { command = "true", mode = "other", approve_all = true }, new { command = "true", output_config = new { circular_buffer_size = 9 }, approve_all = true }, new { command = " " }])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await core.PostAsync(Root, wrong, Cancel)).Status);
        }
    }

    [Fact]
    public async Task Starting_is_judged_as_the_command_it_is_and_needs_the_right_to_decide()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        using var home = new TempHome();
        Directory.CreateDirectory(Path.Combine(home.Data, "policies"));
        await File.WriteAllTextAsync(Path.Combine(home.Data, "policies", "user.yaml"), "version: 1\nrules:\n  - deny: shell.exec\n    commands: ['sleep *']\n", Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel, home);

        var denied = await core.PostAsync(Root, new { command = "true; sleep 60", approve_all = true }, Cancel);
        var floor = await core.PostAsync(Root, new { command = "rm -rf ~", approve_all = true }, Cancel);
        using var narrow = core.Client((string)(await core.PostAsync("/api/v1/tokens", """{"name":"narrow","scopes":["read","chat"]}""", Cancel)).Body!["token"]!);
        using var body = new StringContent("""{"command":"echo hi","approve_all":true}""", System.Text.Encoding.UTF8, "application/json");
        using var decided = await narrow.PostAsync(Root, body, Cancel);
        var audit = (await core.GetAsync("/api/v1/audit?limit=100", Cancel)).Body!.ToJsonString();

        Assert.Equal(HttpStatusCode.Forbidden, denied.Status);
        Assert.Contains("Denied by policy", (string)denied.Body!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, floor.Status);
        Assert.Equal(HttpStatusCode.Forbidden, decided.StatusCode);
        Assert.Contains("process.start", audit, StringComparison.Ordinal);
        Assert.Empty((await core.GetAsync(Root, Cancel)).Body!["processes"]!.AsArray());
    }

    [Fact]
    public async Task A_restart_lists_what_ended_with_the_daemon_with_its_last_lines_and_no_process_is_left()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        using var home = new TempHome();
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";
        JsonNode started;
        await using (var core = await TestCore.StartAsync(provider, Cancel, home))
        {
            started = await StartAsync(core, new { command = $"echo the last word; setsid sleep {word} & sleep {word}", approve_all = true });
            await UntilAsync(core, started, static process => (long)process["line_count"]! == 1);
        }
        Assert.Equal(0, ProcessCount.Of(word));
        await using var next = await TestCore.StartAsync(provider, Cancel, home);
        var read = await ReadAsync(next, started);

        Assert.Equal(("ended", "daemon", "the last word"), ((string)read["status"]!, (string)read["ended_by"]!, (string)read["output"]![0]!["text"]!));
    }

    [Fact]
    public async Task A_flood_without_line_ends_and_with_secrets_takes_neither_memory_nor_secrets_along()
    {
        const string key = "sk-proj-Zq8rT4mWv1Xy7Kp2Nb6Lc3Hd9Jf5Gs0A";
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var started = await StartAsync(core, new
        {
            command = $"printf 'OPENAI_API_KEY=sk-proj-%s\\n' {key[8..]}; head -c 30000000 /dev/zero | tr '\\0' x; echo; yes a-line-of-a-flood | head -n 400000; echo done; sleep 60",
            approve_all = true,
        });
        await UntilAsync(core, started, static process => process["output"]!.AsArray().Any(line => (string)line!["text"]! == "done"));
        var ring = (await core.GetAsync($"{Root}/{started["id"]}?lines=500", Cancel)).Body!;
        var long1 = await StartAsync(core, new { command = $"printf 'OPENAI_API_KEY=sk-proj-%s\\n' {key[8..]}; head -c 100000 /dev/zero | tr '\\0' x; echo; sleep 60", approve_all = true });
        await UntilAsync(core, long1, static process => (long)process["line_count"]! == 2);
        var lines = (await ReadAsync(core, long1))["output"]!.AsArray();

        Assert.Equal(500, ring["output"]!.AsArray().Count);
        Assert.DoesNotContain(key, lines[0]!.ToJsonString(), StringComparison.Ordinal);
        Assert.InRange(((string)lines[1]!["text"]!).Length, 2_000, 2_100);
        Assert.Contains("98000 more characters", (string)lines[1]!["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_of_a_server_is_named()
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(python), "Needs Linux and python3: apt install python3");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var started = await StartAsync(core, new { command = python + " -u -c \"import socket,time; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(); print(s.getsockname()[1]); time.sleep(60)\"", approve_all = true });
        await UntilAsync(core, started, static process => (long)process["line_count"]! == 1);
        var read = await ReadAsync(core, started);

        Assert.Equal([int.Parse((string)read["output"]![0]!["text"]!, System.Globalization.CultureInfo.InvariantCulture)], read["ports"]!.AsArray().Select(port => (int)port!));
    }

    internal static async Task<JsonNode> StartAsync(TestCore core, object body)
    {
        var (status, started) = await core.PostAsync(Root, body, Cancel);
        Assert.True(status == HttpStatusCode.Created, started?.ToJsonString());
        return started!;
    }

    private static async Task<JsonNode> ReadAsync(TestCore core, JsonNode process) => (await core.GetAsync($"{Root}/{process["id"]}", Cancel)).Body!;

    private static async Task UntilAsync(TestCore core, JsonNode process, Func<JsonNode, bool> isEnough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!isEnough(await ReadAsync(core, process)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    private static (int Count, string First, string Last) Ends(JsonNode process)
    {
        var lines = process["output"]!.AsArray();
        return (lines.Count, (string)lines[0]!["text"]!, (string)lines[^1]!["text"]!);
    }
}
