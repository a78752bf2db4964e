using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Documents;
using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Policies;
using Pryx.Core.Processes;
using Pryx.Core.Web;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Policies;

/// <summary><c>make fuzz-policies</c>: damaged policy files, and random ones against a judge of a few lines that knows what each call really does.</summary>
public sealed class PolicyFuzzTests
{
    private static readonly int Runs = int.TryParse(EnvironmentSettings.Read("PRYX_FUZZ_POLICIES"), CultureInfo.InvariantCulture, out var runs) ? runs : 3_000;

    private static readonly string[] Programs = ["rm", "curl", "git", "python3", "make", "touch", "cat", "npm", "ls", "dd"];
    private static readonly string[] Hosts = ["api.example.org", "example.org", "evil.example", "a.evil.example", "registry.npmjs.org"];
    private static readonly string[] Pieces =
        ["name: x\n", "tools:\n", "  allowed:\n", "  denied:\n", "  ask:\n", "    - shell.exec\n", "    - shell.exec:\n        commands: [rm, 'git push*']\n", "    - http.request: {domains: [example.org]}\n", "&a [1]\n", "*a\n",
            "? k\n", ": v\n", "---\n", "...\n", "<<: *a\n", "!!binary x\n", "\t", "\"", "'", "{", "}", "[", "]", "|\n", ">-\n", "%YAML 9\n", "\u0000", "\uFEFF", "workspace: {root: ~/x, allow_outside: false}\n", "rate_limits: {tool_calls_per_minute: 99999999999999999999}\n", "approval: {timeout: 5m, default: deny}\n", "unless: {paths: ['**']}\n", "default: allow\n"];

    [Fact]
    public void No_file_makes_the_loader_throw_or_hang()
    {
        var random = new Random(20261121);
        var (read, slowest) = (0, TimeSpan.Zero);
        for (var i = 0; i < Runs; i++)
        {
            var text = Damaged(random);
            var started = TimeProvider.System.GetTimestamp();
            var yaml = new PolicyYaml("/home/u");
            var document = yaml.Read(text, "fuzzed");
            var took = TimeProvider.System.GetElapsedTime(started);
            slowest = took > slowest ? took : slowest;
            // Whole or not at all, and with a place to look at.
            Assert.Equal(document is null, yaml.Problems.Count > 0);
            Assert.All(yaml.Problems, problem => Assert.True(problem is { Line: > 0, Column: > 0, Message.Length: > 0 }, problem.ToString()));
            read += document is null ? 0 : 1;
        }
        Assert.True(read > Runs / 50, $"Only {read} of {Runs} files were read: the test proves little.");
        Assert.True(slowest < TimeSpan.FromSeconds(2), $"One file took {slowest.TotalMilliseconds:0} ms.");
    }

    [Fact]
    public async Task Nothing_is_allowed_that_a_second_judge_denies()
    {
        using var home = new TempHome();
        var scope = new PolicyScope { Home = home.Home, DataDirectory = home.Data };
        var shell = new ShellTool(new ProcessSpawner(), new Dictionary<string, string>());
        var http = new HttpTool(new GuardedHttp(new GuardedHttpOptions()));
        var random = new Random(20261122);
        var (allowed, denied) = (0, 0);
        for (var i = 0; i < Runs; i++)
        {
            var rules = RandomRules(random);
            var yaml = new PolicyYaml(home.Home);
            var document = yaml.Read(Write(rules), "fuzzed");
            Assert.True(document is not null, string.Join("; ", yaml.Problems) + "\n" + Write(rules));
            var policy = PolicySet.Create(new DocumentLayer(document, scope), scope, GrantSet.Empty);
            for (var call = 0; call < 4; call++)
            {
                var (tool, json, runs, reaches) = RandomCall(random);
                var arguments = ToolArguments.Parse(json);
                var plan = await (tool == PolicyTools.Shell ? (ITool)shell : http).PlanAsync(arguments, Context(home), TestContext.Current.CancellationToken);
                var request = new PolicyRequest(tool, plan, new SessionId(Guid.NewGuid()), home.Workspace, Provenance.User) { Arguments = arguments.Json, Confinement = random.Next(2) == 0 ? Confinement.None : new(true, true, true) };
                var decision = policy.Judge(request).Decision;
                var mustNot = rules.Denied.Any(rule => rule.Tool == tool && (rule.Words.Count == 0 || rule.Words.Any(word => runs.Contains(word) || reaches.Contains(word))));
                Assert.False(mustNot && decision == Decision.Allow, $"{json}\nis allowed by\n{Write(rules)}");
                var mayBe = rules.Allowed.Any(rule => rule.Tool == tool);
                Assert.True(mayBe || decision != Decision.Allow, $"{json}\nis allowed by\n{Write(rules)}");
                allowed += decision == Decision.Allow ? 1 : 0;
                denied += mustNot ? 1 : 0;
            }
        }
        Assert.True(allowed > Runs / 10 && denied > Runs / 10, $"{allowed} allowed, {denied} to be denied: the test proves little.");
    }

    private sealed record Rule(string Tool, IReadOnlyList<string> Words);

    private sealed record Rules(IReadOnlyList<Rule> Allowed, IReadOnlyList<Rule> Ask, IReadOnlyList<Rule> Denied);

    private static Rules RandomRules(Random random)
    {
        return new(Some(), Some(), Some());

        List<Rule> Some() => [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(3) == 0
            ? new Rule(PolicyTools.Http, Pick(Hosts))
            : new Rule(PolicyTools.Shell, Pick(Programs)))];

        List<string> Pick(string[] from) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => from[random.Next(from.Length)]).Distinct()];
    }

    private static string Write(Rules rules)
    {
        var text = new StringBuilder("name: fuzzed\nworkspace: {allow_outside: true}\ntools:\n");
        foreach (var (name, list) in (ReadOnlySpan<(string, IReadOnlyList<Rule>)>)[("allowed", rules.Allowed), ("ask", rules.Ask), ("denied", rules.Denied)])
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name}:{(list.Count == 0 ? " []" : "")}\n");
            foreach (var rule in list)
            {
                text.Append(rule.Words.Count == 0 ? $"    - {rule.Tool}\n" : $"    - {rule.Tool}:\n        {(rule.Tool == PolicyTools.Shell ? "commands" : "domains")}: [{string.Join(", ", rule.Words)}]\n");
            }
        }
        return text.ToString();
    }

    /// <returns>With what the call does: known here because it was built, not because it was read.</returns>
    private static (string Tool, string Json, HashSet<string> Runs, HashSet<string> Reaches) RandomCall(Random random)
    {
        if (random.Next(4) == 0)
        {
            var host = Hosts[random.Next(Hosts.Length)];
            var url = random.Next(4) switch { 0 => $"https://{host}/a", 1 => $"https://{host.ToUpperInvariant()}./", 2 => $"http://{host}:80/?q=api.example.org", _ => $"https://{host}:443/#@example.org" };
            return (PolicyTools.Http, JsonSerializer.Serialize(new Dictionary<string, string> { ["url"] = url }), [], [host]);
        }
        var runs = new HashSet<string>();
        var command = string.Join(random.Next(4) switch { 0 => " && ", 1 => "; ", 2 => " | ", _ => "\n" }, Enumerable.Range(0, 1 + random.Next(3)).Select(_ => OneCommand(random, runs)));
        return (PolicyTools.Shell, JsonSerializer.Serialize(new Dictionary<string, string> { ["command"] = command }), runs, []);
    }

    private static string OneCommand(Random random, HashSet<string> runs)
    {
        var program = Programs[random.Next(Programs.Length)];
        runs.Add(program);
        var spelled = random.Next(6) switch { 0 => $"/usr/bin/{program}", 1 => $"{program[0]}''{program[1..]}", 2 => $"\"{program}\"", 3 => $"\\{program}", _ => program };
        return random.Next(11) switch
        {
            0 => $"env X=1 {spelled} a",
            1 => $"sh -c '{program} a'",
            2 => $"echo $({spelled} a)",
            3 => $"find . -exec {program} {{}} +",
            4 => $"xargs {spelled} < a",
            5 => $"timeout 5 nice {spelled} a",
            6 => $"if true; then {spelled} a; fi",
            7 => $"f() {{ {spelled} a; }}; f",
            8 => $"( {spelled} a ) > out",
            9 => $"p={program}; $p a",
            _ => $"{spelled} a b",
        };
    }

    private static string Damaged(Random random)
    {
        var text = new StringBuilder("name: x\ntools:\n  allowed:\n    - filesystem.read\n    - shell.exec:\n        commands: [python, node]\n  denied:\n    - shell.exec:\n        commands: [rm, sudo]\nrate_limits:\n  requests_per_minute: 30\napproval:\n  timeout: 5m\n  default: deny\n");
        for (var i = random.Next(4); i > 0; i--)
        {
            var at = random.Next(text.Length);
            _ = random.Next(5) switch
            {
                0 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                1 => text.Remove(at, Math.Min(random.Next(12), text.Length - at)),
                2 => text.Insert(at, (char)random.Next(0x20, 0x2100)),
                3 => text.Insert(0, Pieces[random.Next(Pieces.Length)]),
                _ => text.Append(Pieces[random.Next(Pieces.Length)]),
            };
            if (text.Length == 0)
            {
                break;
            }
        }
        return text.ToString();
    }

    private static ToolContext Context(TempHome home) => new()
    {
        SessionId = new SessionId(Guid.Empty), TurnId = new TurnId(Guid.Empty), CallId = "call_1", Workspace = home.Workspace, OutputDirectory = home.Workspace, Time = TimeProvider.System,
        AskUserAsync = static (_, _) => Task.FromResult(ApprovalAnswer.Deny("nobody")),
    };
}
