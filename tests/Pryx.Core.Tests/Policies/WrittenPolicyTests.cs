using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Policies;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Policies;

/// <summary>Policy files as people write them (PRD §10.1.1), judged through the API as <c>pryx policy explain</c> does.</summary>
public sealed class WrittenPolicyTests
{
    /// <summary>The PRD's own example, word for word.</summary>
    private const string TradingSafe = """
        name: trading-safe
        description: Policy for trading via Telegram

        workspace:
          root: ~/trading
          allow_outside: false

        tools:
          allowed:
            - filesystem.read
            - http.request:
                domains: [api.binance.com, api.coinbase.com]
            - shell.exec:
                commands: [python, node]

          ask:
            - browser.*
            - clipboard.*

          denied:
            - shell.exec:
                commands: [rm, sudo, chmod]

        rate_limits:
          requests_per_minute: 30
          tool_calls_per_minute: 10

        approval:
          timeout: 5m
          default: deny
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("filesystem.read", """{"path":"{home}/trading/trade.py"}""", "allow")]
    [InlineData("filesystem.read", """{"path":"{home}/notes.md"}""", "deny")]
    [InlineData("filesystem.read", """{"path":"{home}/trading/../notes.md"}""", "deny")]
    [InlineData("filesystem.read", """{"path":"{home}/trading/.env"}""", "ask")]
    [InlineData("filesystem.write", """{"path":"{home}/trading/x.txt","content":"x"}""", "ask")]
    [InlineData("filesystem.write", """{"path":"/etc/passwd","content":"x"}""", "deny")]
    [InlineData("http.request", """{"url":"https://api.binance.com/v3/ping"}""", "allow")]
    [InlineData("http.request", """{"url":"https://api.binance.com.evil.example/"}""", "ask")]
    [InlineData("http.request", """{"url":"https://xapi.binance.com/"}""", "ask")]
    [InlineData("shell.exec", """{"command":"python trade.py"}""", "allow")]
    [InlineData("shell.exec", """{"command":"rm -rf build"}""", "deny")]
    [InlineData("shell.exec", """{"command":"/bin/rm x"}""", "deny")]
    [InlineData("shell.exec", """{"command":"python trade.py; rm x"}""", "deny")]
    [InlineData("shell.exec", """{"command":"python trade.py | sudo tee x"}""", "deny")]
    [InlineData("shell.exec", """{"command":"make"}""", "ask")]
    [InlineData("browser.navigate", """{"url":"https://example.org"}""", "ask")]
    [InlineData("clipboard.read", "{}", "ask")]
    [Requirement("SEC7", "workspace")]
    [Requirement("SEC7", "tools allowed ask denied")]
    [Requirement("SEC7", "wildcards")]
    [Requirement("SEC3", "path scope")]
    [Requirement("SEC3", "tool allow-list")]
    [Requirement("SEC3", "argument validation")]
    public async Task The_trading_example_of_the_requirements_decides_as_it_says(string tool, string args, string expected)
    {
        await using var core = await StartAsync(("trading-safe", TradingSafe));
        Directory.CreateDirectory(Path.Combine(core.Home.Home, "trading"));

        var judged = await ExplainAsync(core, tool, args.Replace("{home}", core.Home.Home, StringComparison.Ordinal), "trading-safe");

        Assert.True(expected == (string?)judged["decision"], judged.ToJsonString());
    }

    [Fact]
    [Requirement("SEC7", "rate limits")]
    [Requirement("SEC3", "rate limiting")]
    public async Task The_eleventh_tool_call_of_a_minute_is_denied()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder([.. Enumerable.Range(0, 12).Select(i => Calls(("list_dir", $$"""{"path":"."}"""))), Says("Done.")]), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        Write(core.Home, "slow", "name: slow\ntools:\n  allowed: ['filesystem.*']\nrate_limits:\n  tool_calls_per_minute: 10\n");
        var session = await RunAsync(core, "slow");

        var (_, page) = await core.GetAsync($"/api/v1/sessions/{session}/items", Cancellation);
        var results = page!["items"]!.AsArray().Where(static item => (string?)item!["type"] == "tool_result").Select(static item => (string?)item!["status"]).ToList();
        Assert.Equal([.. Enumerable.Repeat("completed", 10), "denied", "denied"], results);
    }

    [Theory]
    [InlineData("name: x\ntools:\n  alowed: [filesystem.read]\n", 3, 3, "'alowed' is no key of tools")]
    [InlineData("name: x\ntools:\n  allowed:\n    - shell.exec:\n        command: [ls]\n", 5, 9, "'command' is no key of an entry")]
    [InlineData("name: x\ntools:\n  allowed:\n    - http.request:\n        domains: ['https://x.org/']\n", 5, 19, "can not be read")]
    [InlineData("name: x\ntools:\n  denied:\n    - shell.exec:\n        commands: []\n", 5, 19, "at least one is expected")]
    [InlineData("name: x\napproval:\n  default: allow\n", 3, 12, "only 'deny' is possible")]
    [InlineData("name: x\napproval:\n  timeout: soon\n", 3, 12, "a duration is expected")]
    [InlineData("name: x\nrate_limits:\n  tool_calls_per_minute: -1\n", 3, 26, "a whole number above 0")]
    [InlineData("name: full\n", 1, 7, "is a mode's")]
    [InlineData("name: x\nworkspace:\n  root: trading\n", 3, 9, "an absolute path is expected")]
    [InlineData("name: x\n  bad: [\n", 2, 6, "not valid YAML")]
    [InlineData("- a\n- b\n", 1, 1, "a list of 'key: value' is expected")]
    [InlineData("", 1, 1, "the file is empty")]
    [InlineData("name: x\ntools:\n  allowed:\n    - rm -rf\n", 4, 7, "a tool's name is expected")]
    [InlineData("name: x\ntools:\n  ask:\n    - shell.exec:\n        unless: {}\n", 5, 17, "it names no condition")]
    public async Task What_is_wrong_with_a_file_is_said_with_line_and_column(string text, int line, int column, string message)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (status, body) = await core.PostAsync("/api/v1/policies/check", new { text }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False((bool)body!["valid"]!);
        var problem = body["problems"]!.AsArray()[0]!;
        Assert.Contains(message, (string?)problem["message"], StringComparison.Ordinal);
        Assert.Equal((line, column), ((int)problem["line"]!, (int)problem["column"]!));
    }

    [Fact]
    public async Task A_policy_that_can_not_be_read_lets_no_turn_begin_and_the_user_s_own_denies_everything()
    {
        await using var core = await StartAsync(("broken", "name: broken\ntools:\n  alowed: []\n"));
        var (status, body) = await core.PostAsync("/api/v1/policies/explain", new { tool = "filesystem.read", args = new { path = "x" }, policy = "broken", workspace = core.Home.Workspace }, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "POLICY_INVALID"), (status, (string?)body!["error"]!["code"]));
        Assert.Contains("line 3, column 3", (string?)body["error"]!["message"], StringComparison.Ordinal);

        Write(core.Home, "user", "tools: [");
        Assert.Equal("deny", (string?)(await ExplainAsync(core, "filesystem.read", """{"path":"x"}""", "full"))["decision"]);
    }

    [Fact]
    public async Task The_user_s_own_policy_and_a_trusted_workspace_s_only_tighten_whatever_was_chosen()
    {
        await using var core = await StartAsync(("user", "tools:\n  allowed: ['*']\n  denied:\n    - shell.exec: {commands: [terraform]}\n"));
        Assert.Equal("deny", (string?)(await ExplainAsync(core, "shell.exec", """{"command":"terraform apply"}""", "full"))["decision"]);
        Assert.Equal("ask", (string?)(await ExplainAsync(core, "shell.exec", """{"command":"make"}""", "workspace-only"))["decision"]);

        var folder = Directory.CreateDirectory(Path.Combine(core.Home.Workspace, ".pryx", "policies")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "team.yaml"), "tools:\n  allowed: ['*']\n  denied: [{filesystem.write: {paths: ['migrations/**'], reason: 'Migrations are final.'}}]\n", Cancellation);
        const string call = """{"path":"migrations/1.sql","content":"x"}""";
        // What an untrusted folder says is data.
        Assert.Equal("allow", (string?)(await ExplainAsync(core, "filesystem.write", call, "full"))["decision"]);
        var (_, card) = await core.GetAsync($"/api/v1/workspaces/trust?path={Uri.EscapeDataString(core.Home.Workspace)}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, (await core.PostAsync("/api/v1/workspaces/trust", card!.ToJsonString(), Cancellation)).Status);
        var judged = await ExplainAsync(core, "filesystem.write", call, "full");
        Assert.Equal(("deny", "Migrations are final."), ((string?)judged["decision"], (string?)judged["reason"]));
        Assert.Equal("ask", (string?)(await ExplainAsync(core, "shell.exec", """{"command":"make"}""", null))["decision"]);
    }

    [Theory]
    [InlineData("git push --dry-run", "allow")]
    [InlineData("git push --dry-run origin", "allow")]
    [InlineData("git push origin", "ask")]
    [InlineData("git push --dry-run && git push", "ask")]
    [InlineData("git status", "allow")]
    public async Task An_exception_counts_only_where_it_is_certain(string command, string expected)
    {
        await using var core = await StartAsync(("dev", """
            tools:
              allowed:
                - shell.exec: {commands: [git]}
              ask:
                - shell.exec:
                    commands: ["git push *"]
                    unless: {commands: ["git push --dry-run *"]}
            """));
        var judged = await ExplainAsync(core, "shell.exec", $$"""{"command":"{{command}}"}""", "dev");
        Assert.True(expected == (string?)judged["decision"], judged.ToJsonString());
    }

    [Theory]
    [InlineData("POST", 5, "ask")]
    [InlineData("GET", 0, "allow")]
    [InlineData("PUT", 5, "allow")]
    [InlineData("PUT", 2_000, "deny")]
    public async Task Methods_and_sizes_are_conditions_too(string method, int size, string expected)
    {
        await using var core = await StartAsync(("web", """
            tools:
              allowed:
                - http.request: {domains: ['*.example.org'], methods: [GET, PUT]}
              denied:
                - http.request: {larger_than: 1KB, reason: Too much leaves the machine.}
            """));
        var body = size == 0 ? "" : $""","body":"{new string('x', size)}" """;
        Assert.Equal(expected, (string?)(await ExplainAsync(core, "http.request", $$"""{"url":"https://api.example.org/","method":"{{method}}"{{body}}}""", "web"))["decision"]);
    }

    [Fact]
    public async Task The_tests_in_a_policy_file_are_run_and_a_wrong_one_is_named()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        const string text = """
            name: mine
            tools:
              denied: [{shell.exec: {commands: [sudo]}}]
            tests:
              - {command: sudo ls, expect: deny}
              - {path: a.txt, tool: filesystem.read, expect: deny}
            """;
        var (_, body) = await core.PostAsync("/api/v1/policies/test", new { text, workspace = core.Home.Workspace }, Cancellation);
        Assert.Equal((1, 1), ((int)body!["passed"]!, (int)body["failed"]!));
        var wrong = body["results"]!.AsArray()[1]!;
        Assert.Equal((6, "deny", "ask"), ((int)wrong["line"]!, (string?)wrong["expected"], (string?)wrong["decision"]));
    }

    [Fact]
    public async Task The_time_machine_tells_what_a_policy_would_have_blocked_and_which_questions_it_would_have_saved()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("write_file", """{"path":"a.txt","content":"a"}"""), ("shell_exec", """{"command":"echo hi"}""")), Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await RunAsync(core, null);

        var (_, body) = await core.PostAsync("/api/v1/policies/simulate", new { text = "tools:\n  allowed: [filesystem.write]\n  denied: [{shell.exec: {commands: [echo]}}]\n", since = "1h" }, Cancellation);
        Assert.Equal((2, 1, 2, 0), ((int)body!["calls"]!, (int)body["would_block"]!, (int)body["prompts_saved"]!, (int)body["prompts_added"]!));
        Assert.Equal("deny", (string?)body["changes"]!.AsArray()[0]!["becomes"]);

        var (_, nothing) = await core.PostAsync("/api/v1/policies/simulate", new { name = "ask", since = "1h" }, Cancellation);
        Assert.Equal((0, 0), ((int)nothing!["would_block"]!, (int)nothing["prompts_saved"]!));
    }

    [Fact]
    public void Half_a_file_or_noise_never_becomes_a_policy_that_allows_more()
    {
        // Every beginning of the file, and the file with any one character changed, is read, refused, or still denies what it denied.
        var yaml = new PolicyYaml("/home/nobody");
        var random = new Random(20261121);
        for (var i = 0; i < 3_000; i++)
        {
            var text = i < TradingSafe.Length ? TradingSafe[..i] : Garbled(random);
            var document = yaml.Read(text, "x");
            Assert.True(document is not null || yaml.Problems.Count > 0);
            Assert.All(yaml.Problems, static problem => Assert.True(problem is { Line: > 0, Column: > 0 }));
        }

        static string Garbled(Random random)
        {
            var letters = TradingSafe.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                letters[random.Next(letters.Length)] = "[]{}:-#&*!|>'\"%@`, \n\tx0\u0000\u2028"[random.Next(24)];
            }
            return new(letters);
        }
    }

    private static async Task<TestCore> StartAsync(params (string Name, string Text)[] files)
    {
        var core = await TestCore.StartAsync(null, Cancellation);
        foreach (var (name, text) in files)
        {
            Write(core.Home, name, text);
        }
        return core;
    }

    /// <summary>One turn to its end.</summary>
    private static async Task<string> RunAsync(TestCore core, string? policy)
    {
        var (_, session) = await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace, model = "openai/gpt-4o" }, Cancellation);
        var id = (string)session!["id"]!;
        var (status, body) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", policy, approve_all = true }, Cancellation);
        Assert.True(status == HttpStatusCode.Accepted, body?.ToJsonString());
        while ((await core.GetAsync($"/api/v1/sessions/{id}/turns/open", Cancellation)).Status != HttpStatusCode.NoContent)
        {
            await Task.Delay(10, Cancellation);
        }
        return id;
    }

    private static void Write(TempHome home, string name, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Data, "policies")).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".yaml"), text);
    }

    private static async Task<JsonNode> ExplainAsync(TestCore core, string tool, string args, string? policy)
    {
        var (status, body) = await core.PostAsync("/api/v1/policies/explain", new { tool, args = JsonNode.Parse(args), policy, workspace = core.Home.Workspace }, Cancellation);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        return body!;
    }
}
