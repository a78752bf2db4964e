using Pryx.Agent.Tools;
using Pryx.Core.Diagnostics;
using Pryx.Core.Policies;
using Pryx.Core.Tests.Turns;
using Pryx.Protocol.Items;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Diagnostics;

/// <summary>Errors that an edit introduces, in the edit's own result: real checkers in the real sandbox.</summary>
public sealed class EditDiagnosticsTests
{
    private const string Python = "/usr/bin/python3";

    // Publishes (or gives when asked) an error for each line with BAD in it; asks for its configuration first, as real ones do.
    private const string FakeServer =
        """
        import json, sys
        pulls = sys.argv[1] == "pull"
        texts = {}
        def send(m):
            b = json.dumps(dict(m, jsonrpc="2.0")).encode()
            sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(b) + b); sys.stdout.buffer.flush()
        def errors(uri): return [{"range": {"start": {"line": i, "character": 0}, "end": {"line": i, "character": 3}}, "severity": s, "message": f"no {w}"} for i, l in enumerate(texts.get(uri, "").split("\n")) for w, s in (("BAD", 1), ("MEH", 2)) if w in l]
        while True:
            n = 0
            while (h := sys.stdin.buffer.readline()) not in (b"\r\n", b""):
                if h.lower().startswith(b"content-length:"): n = int(h.split(b":")[1])
            if n == 0: break
            m = json.loads(sys.stdin.buffer.read(n))
            method, p = m.get("method"), m.get("params") or {}
            if method == "initialize":
                send({"id": m["id"], "result": {"capabilities": {"textDocumentSync": 1, **({"diagnosticProvider": {}} if pulls else {})}}})
                send({"id": 900, "method": "workspace/configuration", "params": {"items": [{}]}})
            elif method in ("textDocument/didOpen", "textDocument/didChange"):
                uri = p["textDocument"]["uri"]
                texts[uri] = p["textDocument"].get("text") if "text" in p["textDocument"] else p["contentChanges"][0]["text"]
                if not pulls: send({"method": "textDocument/publishDiagnostics", "params": {"uri": uri, "diagnostics": errors(uri)}})
            elif method == "textDocument/diagnostic":
                send({"id": m["id"], "result": {"kind": "full", "items": errors(p["textDocument"]["uri"])}})
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // An error in each line that has BAD in it.
    private const string Finder = """
        diagnostics_tools:
          finder: { files: ["*.py"], command: ["/bin/sh", "-c", "grep -n BAD \"$0\" | while IFS=: read n rest; do echo \"$0:$n: error: $rest\"; done", "{file}"] }

        """;

    [Fact]
    public async Task An_error_is_told_with_the_edit_that_makes_it_and_an_older_one_is_not()
    {
        var results = await RunAsync(Finder, home => home.Write("old.py", "BAD\n"),
            ("write_file", """{"path":"good.py","content":"fine\n"}"""),
            ("write_file", """{"path":"bad.py","content":"fine\nBAD one\n"}"""),
            ("edit_file", """{"path":"old.py","edits":[{"old_string":"BAD","new_string":"\n\nBAD"}]}"""),
            ("apply_patch", """{"patch":"*** Begin Patch\n*** Update File: good.py\n@@\n-fine\n+BAD two\n*** End Patch"}"""),
            ("write_file", """{"path":"notes.txt","content":"BAD\n"}"""));

        Assert.DoesNotContain("rrors", results[0], StringComparison.Ordinal);
        Assert.Contains("New errors since this edit (finder):\nbad.py:2: error: BAD one", results[1], StringComparison.Ordinal);
        Assert.DoesNotContain("rrors", results[2], StringComparison.Ordinal);
        Assert.Contains("good.py:1: error: BAD two", results[3], StringComparison.Ordinal);
        Assert.DoesNotContain("rrors", results[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true, true, true)]
    [InlineData("diagnostics_use: always\n", true, false, true)]
    [InlineData("diagnostics_use: off\n", true, true, false)]
    [InlineData("", false, true, false)]
    [InlineData("", true, false, false)]
    [InlineData("diagnostics_use: always\n", false, true, false)]
    public async Task A_checker_runs_only_where_the_folder_is_trusted_and_its_commands_run_unasked(string config, bool isTrusted, bool isGranted, bool runs)
    {
        var results = await RunAsync(Finder + config, static _ => { }, isTrusted, isGranted, ("write_file", """{"path":"bad.py","content":"BAD\n"}"""));

        Assert.StartsWith("Created bad.py", results[0], StringComparison.Ordinal);
        Assert.Equal(runs, results[0].Contains("bad.py:1: error: BAD", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_of_ones_own_is_held_by_the_sandbox_and_many_errors_are_cut()
    {
        var outside = Path.Combine(Path.GetTempPath(), $"pryx-{Guid.NewGuid():N}");
        var results = await RunAsync(
            $$"""
            diagnostics_tools:
              own:
                files: ["*.txt"]
                command: ["/bin/sh", "-c", "touch {{outside}} 2>/dev/null; i=0; grep -q many \"$0\" && while [ $i -lt 50 ]; do i=$((i+1)); echo \"$0:$i: error number $i\"; done", "{file}"]
            """, static _ => { },
            ("write_file", """{"path":"a.txt","content":"few"}"""), ("write_file", """{"path":"a.txt","content":"many"}"""));

        Assert.DoesNotContain("rrors", results[0], StringComparison.Ordinal);
        Assert.Contains("New errors since this edit (own):\na.txt:1: error number 1\n", results[1], StringComparison.Ordinal);
        Assert.EndsWith("… and 32 more", results[1].TrimEnd(), StringComparison.Ordinal);
        Assert.InRange(results[1][results[1].IndexOf("New errors", StringComparison.Ordinal)..].Split('\n').Length, 15, 20);
        Assert.False(File.Exists(outside));
    }

    [Theory]
    [InlineData("push")]
    [InlineData("pull")]
    public async Task A_language_server_is_kept_for_the_next_edit_and_only_its_errors_count(string kind)
    {
        Assert.SkipUnless(File.Exists(Python), "Needs python3: apt install python3");
        var results = await RunAsync(
            $$"""
            diagnostics_tools:
              fake: { files: ["*.txt"], lsp: ["{{Python}}", "server.py", "{{kind}}"] }
            """, home => { home.Write("server.py", FakeServer); home.Write("a.txt", "BAD old\n"); },
            ("edit_file", """{"path":"a.txt","edits":[{"old_string":"BAD old","new_string":"BAD old\nMEH\nBAD new"}]}"""),
            ("edit_file", """{"path":"a.txt","edits":[{"old_string":"MEH\n","new_string":""}]}"""),
            ("write_file", """{"path":"b.txt","content":"fine\nBAD\n"}"""));

        Assert.Contains("New errors since this edit (fake):\na.txt:3: no BAD", results[0], StringComparison.Ordinal);
        Assert.DoesNotContain("MEH", results[0][results[0].IndexOf("New errors", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain("rrors", results[1], StringComparison.Ordinal);
        Assert.Contains("b.txt:2: no BAD", results[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_language_server_that_nobody_asks_is_ended_and_started_again_when_somebody_does()
    {
        Assert.SkipUnless(File.Exists(Python), "Needs python3: apt install python3");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("unused")), Cancel);
        using var home = new TempHome();
        home.Write("server.py", FakeServer);
        home.Write("a.txt", "BAD\n");
        await using var core = await TempCore.StartAsync(provider, home);
        Assert.SkipUnless(await core.Core.CodeCheck.IsPossibleAsync(), "Needs a sandbox: apt install bubblewrap");
        var time = new FakeTime();
        await using var servers = new LspServers(new CheckRun(core.Core.Spawner, core.Core.CommandSandbox(), new Dictionary<string, string>()), time);
        var place = new CheckPlace(new Checker("fake", [".txt"], [Python, "server.py", "push"]) { IsServer = true }, home.PathOf("a.txt"), home.Workspace, null);
        var context = new ToolContext
        {
            SessionId = default, TurnId = default, CallId = "test", Workspace = home.Workspace, OutputDirectory = home.Data, IsTrusted = true, Time = TimeProvider.System,
            AskUserAsync = static (_, _) => throw new InvalidOperationException("Nobody is asked."),
        };

        Assert.Single(await servers.CheckAsync(place, context, Cancel));
        time.Advance(LspServers.Rest - TimeSpan.FromSeconds(1));
        Assert.Single(await servers.CheckAsync(place, context, Cancel));
        time.Advance(LspServers.Rest - TimeSpan.FromSeconds(1));
        Assert.Equal(1, servers.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        while (servers.Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
        Assert.Single(await servers.CheckAsync(place, context, Cancel));
    }

    [Fact]
    public async Task What_takes_too_long_is_told_when_it_is_known()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("write_file", """{"path":"a.txt","content":"x"}""")), Calls(("shell_exec", """{"command":"touch go; while [ ! -e told ]; do sleep 0.02; done; sleep 0.5"}""")), Says("Done."), Says("Seen.")), Cancel);
        using var home = new TempHome();
        Config(home,
            """
            diagnostics_time: 300ms
            diagnostics_tools:
              slow: { files: ["*.txt"], command: ["/bin/sh", "-c", "[ -e a.txt ] || exit 0; while [ ! -e go ]; do sleep 0.02; done; echo a.txt:1: error late; touch told"] }
            """);
        await using var core = await TempCore.StartAsync(provider, home);
        var session = await StartAsync(core, isTrusted: true, isGranted: true);
        await core.Turns.StartAsync(TempCore.Say(session, "go"), Cancel);
        await core.UntilEndedAsync(session);

        Assert.Contains("take longer than", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
        var news = (await core.ItemsAsync(session)).OfType<Notice>().Single(static notice => notice.IsForModel).Text;
        Assert.Contains("a.txt:1: error late", news, StringComparison.Ordinal);
        Assert.Contains("a.txt:1: error late", provider.ModelRequests[2].LastUserText, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<string>> RunAsync(string config, Action<TempHome> prepare, params (string, string)[] calls) => RunAsync(config, prepare, true, true, calls);

    private static async Task<IReadOnlyList<string>> RunAsync(string config, Action<TempHome> prepare, bool isTrusted, bool isGranted, params (string Name, string Arguments)[] calls)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps([.. calls.Select(static call => Calls(call)), Says("Done.")]), Cancel);
        using var home = new TempHome();
        Config(home, config);
        prepare(home);
        await using var core = await TempCore.StartAsync(provider, home);
        Assert.SkipUnless(await core.Core.CodeCheck.IsPossibleAsync(), "Needs a sandbox: apt install bubblewrap");
        var session = await StartAsync(core, isTrusted, isGranted);
        await core.Turns.StartAsync(TempCore.Say(session, "go") with { ApproveAll = true }, Cancel);
        await core.UntilEndedAsync(session);
        return [.. (await core.ItemsAsync(session)).OfType<ToolResult>().Select(static result => result.Output)];
    }

    private static async Task<Pryx.Protocol.SessionId> StartAsync(TempCore core, bool isTrusted, bool isGranted)
    {
        if (isTrusted)
        {
            core.Home.Write("AGENTS.md", "Be brief.");
            await core.Store.Trust.TrustAsync((await core.Store.Trust.FindCardAsync(core.Home.Workspace, Cancel))!, Cancel);
        }
        else
        {
            core.Home.Write("AGENTS.md", "Be brief.");
        }
        if (isGranted)
        {
            await core.Store.Grants.AddAsync(new NewGrant("folder", core.Home.Workspace, null, "test"), Cancel);
        }
        return await core.NewSessionAsync();
    }

    private static void Config(TempHome home, string text)
    {
        Directory.CreateDirectory(home.Data);
        File.WriteAllText(Path.Combine(home.Data, "config.yaml"), text);
    }
}
