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

    [Fact]
    public async Task A_syntax_error_is_told_with_the_edit_that_makes_it_and_an_older_one_is_not()
    {
        Assert.SkipUnless(File.Exists(Python), "Needs python3: apt install python3");
        var results = await RunAsync("diagnostics_use: python\n", home => home.Write("old.py", "def f(:\n"),
            ("write_file", """{"path":"good.py","content":"x = 1\n"}"""),
            ("write_file", """{"path":"bad.py","content":"x = 1\ny = (\n"}"""),
            ("edit_file", """{"path":"old.py","edits":[{"old_string":"def f(:","new_string":"\n\ndef f(:"}]}"""),
            ("write_file", """{"path":"notes.txt","content":"(\n"}"""));

        Assert.DoesNotContain("rrors", results[0], StringComparison.Ordinal);
        Assert.Contains("New errors since this edit (python):\nbad.py:2: ", results[1], StringComparison.Ordinal);
        Assert.DoesNotContain("rrors", results[2], StringComparison.Ordinal);
        Assert.DoesNotContain("rrors", results[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diagnostics_use: off\n", true, true)]
    [InlineData("diagnostics_use: go\n", true, true)]
    [InlineData("", false, true)]
    [InlineData("", true, false)]
    [InlineData("diagnostics_use: always\n", false, false)]
    public async Task Nothing_runs_where_it_is_off_or_the_folder_is_not_trusted_or_its_commands_are_asked(string config, bool isTrusted, bool isGranted)
    {
        Assert.SkipUnless(File.Exists(Python), "Needs python3: apt install python3");
        var results = await RunAsync(config, static _ => { }, isTrusted, isGranted, ("write_file", """{"path":"bad.py","content":"y = (\n"}"""));

        Assert.Equal("Created bad.py (1 line, 6 bytes).", results[0].Split('\n')[0]);
        Assert.DoesNotContain("rrors", results[0], StringComparison.Ordinal);
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
