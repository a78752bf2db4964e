using Pryx.Protocol.Approvals;
using Pryx.Testing;
using Pryx.Tui.Input;
using Pryx.Tui.Screens.Agents;
using Pryx.Tui.Screens.Mcp;
using Pryx.Tui.Screens.Models;
using Pryx.Tui.Screens.Policies;
using Pryx.Tui.Screens.Settings;
using Pryx.Tui.Screens.Skills;
using Pryx.Tui.Screens.Telemetry;

namespace Pryx.Tests.Tui.Screens;

/// <summary>What keys do on the screens: each change is one call of the gateway, asked before where it can not be taken back.</summary>
public sealed class ScreenKeyTests
{
    [Fact]
    [Requirement("TUI4", "toggle")]
    public void E_switches_a_skill_and_the_list_is_read_again()
    {
        var link = ScreenScripts.All().Answers("POST /api/v1/skills/disable", """{"ok":true,"changed":true}""").Answers("POST /api/v1/skills/enable", """{"ok":true,"changed":true}""");
        using var bench = new ScreenBench(link, static host => new SkillsScreen(host));
        var reads = link.Reads.Count;
        bench.Type("e");
        Assert.Matches("^POST /api/v1/skills/(en|dis)able .*\"workspace\":\"/home/you/project\"", Assert.Single(link.Changes));
        Assert.Equal(reads + 1, link.Reads.Count);
        Assert.Single(bench.Said);
    }

    [Fact]
    [Requirement("TUI4", "install")]
    public void What_a_skill_lacks_is_installed_after_the_scan_was_shown_and_a_yes()
    {
        var link = ScreenScripts.All()
            .Answers("POST /api/v1/skills/preview", $$"""{"skill":{{SkillOf("formatter")}},"source":"/home/you/.pryx/skills/formatter","findings":[{"level":"warning","rule":"network","file":"SKILL.md","line":12,"message":"it names a host"}],"hosts":["registry.npmjs.org"],"scripts":[],"files":["SKILL.md"],"fingerprint":"f00","dangerous":false}""")
            .Answers("POST /api/v1/skills/formatter/installers", """{"ran":true,"ok":true,"output":"added 1 package"}""");
        using var bench = new ScreenBench(link, static host => new SkillsScreen(host));
        bench.Type("/formatter").Press(Key.Enter).Type("d");
        Assert.Contains("SKILL.md:12 it names a host", bench.Frame);
        Assert.Contains("npm install --global prettier@3", bench.Snapshot("skills-needs-80x24").Frame);
        Assert.DoesNotContain(link.Changes, static change => change.Contains("installers", StringComparison.Ordinal));
        bench.Type("y");
        Assert.Equal("POST /api/v1/skills/formatter/installers {\"installer\":\"npm\"}", link.Changes[^1]);
        Assert.Equal("formatter has what prettier with npm brings.", Assert.Single(bench.Said));
    }

    [Fact]
    public void Only_a_skill_that_was_installed_can_be_uninstalled_and_only_after_a_yes()
    {
        var link = ScreenScripts.All().Answers("POST /api/v1/skills/uninstall", """{"ok":true,"changed":true}""");
        using var bench = new ScreenBench(link, static host => new SkillsScreen(host));
        bench.Type("uy");
        Assert.Empty(link.Changes);
        bench.Type("/formatter").Press(Key.Enter).Type("u").Press(Key.Enter);
        Assert.Empty(link.Changes);
        bench.Type("uy");
        Assert.Equal("POST /api/v1/skills/uninstall {\"id\":\"formatter\",\"force\":false}", Assert.Single(link.Changes));
    }

    [Fact]
    public void A_change_that_fails_is_said_and_stands_below_until_Esc()
    {
        var link = ScreenScripts.All().Fails("POST /api/v1/mcp/servers/linear/test", "MCP_UNREACHABLE", "linear could not be reached.", "pryx mcp logs linear");
        using var bench = new ScreenBench(link, static host => new McpScreen(host));
        bench.Type("t");
        Assert.Equal("MCP_UNREACHABLE", Assert.Single(bench.Failed).Code);
        Assert.Contains("✗ linear could not be reached.", bench.Frame);
        Assert.Contains("→ pryx mcp logs linear", bench.Frame);
        Assert.DoesNotContain("✗ linear could not be reached.", bench.Press(Key.Escape).Frame);
    }

    [Fact]
    public void What_takes_long_says_what_it_does_and_does_not_hold_up_the_keys()
    {
        var link = ScreenScripts.All();
        var answer = link.Waits("POST /api/v1/mcp/servers/linear/test");
        using var bench = new ScreenBench(link, static host => new McpScreen(host));
        bench.Type("t");
        bench.Bench.Advance(TimeSpan.FromSeconds(4));
        Assert.Matches("Connecting to linear… [4-6] s", bench.Frame);
        Assert.Contains("server-filesystem", bench.Press(new Key(KeyCode.Down)).Frame);
        answer.SetResult("""{"ok":true,"name":"linear","tools":21,"took":640}""");
        bench.Settle();
        Assert.DoesNotContain("Connecting", bench.Frame);
        Assert.Equal("linear works: 21 tools, 640 ms.", Assert.Single(bench.Said));
    }

    [Fact]
    public void Deleting_a_server_is_asked_first_and_no_is_the_answer_of_Enter()
    {
        var link = ScreenScripts.All().Answers("DELETE /api/v1/mcp/servers/linear", "");
        using var bench = new ScreenBench(link, static host => new McpScreen(host));
        bench.Type("d").Press(Key.Enter);
        Assert.Empty(link.Changes);
        bench.Type("dy");
        Assert.Equal("DELETE /api/v1/mcp/servers/linear", Assert.Single(link.Changes));
    }

    [Fact]
    public void A_server_is_added_by_its_command_and_a_wrong_one_stays_in_the_form()
    {
        var link = ScreenScripts.All().Answers("POST /api/v1/mcp/servers", """{"name":"fs","transport":"stdio","state":"idle","enabled":true}""");
        using var bench = new ScreenBench(link, static host => new McpScreen(host));
        bench.Type("a").Type("fs").Press(Key.Enter).Type("npx -y 'files").Press(Key.Enter).Press(Key.Enter);
        Assert.Contains("A quote of the command does not end.", bench.Frame);
        Assert.Empty(link.Changes);
        bench.Press(Key.ShiftTab).Type("'").Press(Key.Tab).Press(Key.Enter);
        Assert.Contains("\"command\":[\"npx\",\"-y\",\"files\"],", Assert.Single(link.Changes));
        Assert.Contains("\"network\":[\"registries\"]", link.Changes[0]);
    }

    [Theory]
    [InlineData("y", true, GrantDuration.Once)]
    [InlineData("n", false, GrantDuration.Once)]
    [InlineData("s", true, GrantDuration.Session)]
    [InlineData("ay", true, GrantDuration.Forever)]
    public void A_question_is_answered_by_a_key(string keys, bool isYes, GrantDuration duration)
    {
        var link = ScreenScripts.All();
        using var bench = new ScreenBench(link, static host => new PoliciesScreen(host));
        bench.Type(keys);
        var (_, answer) = Assert.Single(link.Fake.Answers);
        Assert.Equal((isYes, duration), (answer.Approved, answer.Duration));
    }

    [Fact]
    public void A_key_does_not_answer_the_question_that_has_just_taken_the_place_of_another()
    {
        var link = ScreenScripts.All();
        using var bench = new ScreenBench(link, static host => new PoliciesScreen(host));
        Assert.Contains("git push origin main", bench.Frame);
        // Another surface answers the first one.
        var all = File.ReadAllText(Path.Combine(Bodies, "approvals-pending.json"));
        using var document = System.Text.Json.JsonDocument.Parse(all);
        link.Answers("GET /api/v1/approvals/pending", $$"""{"approvals":[{{document.RootElement.GetProperty("approvals")[1].GetRawText()}}],"count":1}""");
        while (bench.Frame.Contains("git push origin main", StringComparison.Ordinal))
        {
            bench.Bench.Advance(TimeSpan.FromMilliseconds(100));
        }
        bench.Bench.Press(Key.Of('y'));
        Assert.Empty(link.Fake.Answers);
        bench.Bench.Advance(TimeSpan.FromSeconds(2));
        bench.Type("y");
        Assert.Single(link.Fake.Answers);
    }

    [Fact]
    public void A_filter_takes_letters_that_are_keys_otherwise_and_Esc_shows_all_again()
    {
        var link = ScreenScripts.All();
        using var bench = new ScreenBench(link, static host => new ModelsScreen(host));
        bench.To("Models").Type("/");
        Assert.True(bench.Screen.TakesText);
        bench.Type("flash");
        Assert.Contains("1 of 9", bench.Frame);
        Assert.Contains("gemini-2.5-flash", bench.Frame);
        Assert.Empty(link.Changes);
        bench.Press(Key.Escape);
        Assert.False(bench.Screen.TakesText);
        Assert.Contains("gpt-5-mini", bench.Frame);
    }

    [Fact]
    [Requirement("TUI8", "hint shown")]
    public void Providers_that_can_not_be_fetched_say_how_to_start_the_host_and_come_by_themselves()
    {
        var link = ScreenScripts.All().Fails("GET /api/v1/providers", "CORE_GONE", "Pryx does not answer.");
        using var bench = new ScreenBench(link, static host => new ModelsScreen(host));
        Assert.Contains("Failed to fetch providers", bench.Frame);
        Assert.Contains("Pryx host not running. Start it with: pryx serve", bench.Frame);
        link.Answers("GET /api/v1/providers", "providers");
        bench.Bench.Advance(TimeSpan.FromSeconds(4));
        Assert.Contains("Anthropic", bench.Settle().Frame);
    }

    [Fact]
    public void A_key_is_typed_masked_tried_first_and_only_then_kept()
    {
        var link = ScreenScripts.All().Answers("POST /api/v1/providers/anthropic/test", """{"ok":false,"provider_id":"anthropic","name":"Anthropic","verdict":"refused","latency_ms":90,"reason":"Anthropic says that the key is wrong."}""")
            .Answers("POST /api/v1/providers/anthropic/key", """{"ok":true,"provider_id":"anthropic","kept_in":"the system keychain"}""");
        using var bench = new ScreenBench(link, static host => new ModelsScreen(host));
        bench.Type("/anthropic").Press(Key.Enter).Type("k").Type("sk-ant-secret");
        Assert.DoesNotContain("sk-ant", bench.Frame);
        bench.Press(Key.Enter);
        Assert.Contains("Anthropic says that the key is wrong.", bench.Frame);
        Assert.DoesNotContain(link.Changes, static change => change.Contains("/key", StringComparison.Ordinal));
        link.Answers("POST /api/v1/providers/anthropic/test", """{"ok":true,"provider_id":"anthropic","name":"Anthropic","verdict":"works","latency_ms":90,"models":9}""");
        bench.Press(Key.Enter);
        Assert.Contains(link.Changes, static change => change.StartsWith("POST /api/v1/providers/anthropic/key", StringComparison.Ordinal));
        Assert.Contains("the system keychain", Assert.Single(bench.Said));
    }

    [Fact]
    public void A_setting_that_is_not_taken_stays_in_its_form_with_the_reason()
    {
        var link = ScreenScripts.All().Fails("PATCH /api/v1/config", "VALIDATION_ERROR", "memory_flush_threshold_tokens: a whole number is expected");
        using var bench = new ScreenBench(link, static host => new SettingsScreen(host), 100, 30);
        bench.Type("/flush_threshold").Press(Key.Enter).Type("e").Type("x").Press(Key.Enter);
        Assert.Contains("a whole number is expected", bench.Frame);
        link.Answers("PATCH /api/v1/config", """{"ok":true}""");
        bench.Press(Key.Backspace).Press(Key.Enter);
        Assert.Contains("100000", link.Changes[^1]);
        Assert.Contains("memory_flush_threshold_tokens", Assert.Single(bench.Said));
    }

    [Fact]
    public void A_limit_is_set_in_dollars()
    {
        var link = ScreenScripts.All().Answers("PUT /api/v1/cost/budget", "budget");
        using var bench = new ScreenBench(link, static host => new TelemetryScreen(host));
        bench.To("Budgets").Type("l").Type("abc").Press(Key.Enter);
        Assert.Contains("A number of USD is expected", bench.Frame);
        bench.Press(Key.Backspace, Key.Backspace, Key.Backspace).Type("0.50").Press(Key.Enter);
        Assert.Equal("PUT /api/v1/cost/budget {\"turn_usd\":0.50}", Assert.Single(link.Changes));
    }

    [Fact]
    [Requirement("TUI5", "status")]
    [Requirement("TUI5", "tools")]
    [Requirement("TUI5", "health")]
    public void A_server_shows_its_status_its_tools_and_why_it_does_not_work()
    {
        using var bench = new ScreenBench(ScreenScripts.All(), static host => new McpScreen(host), 160, 50);
        Assert.Contains("failed", bench.Frame);
        Assert.Contains("could not be reached at https://mcp.linear.app/mcp", bench.Frame);
        bench.Press(new Key(KeyCode.Down));
        Assert.Contains("list_directory", bench.Frame);
        Assert.Contains("has changed since it was approved", bench.Frame);
        Assert.Contains("bubblewrap", bench.Frame);
    }

    [Fact]
    [Requirement("TUI6", "timeline")]
    [Requirement("TUI6", "cost summary")]
    public void Telemetry_shows_a_turn_over_its_time_and_what_was_spent()
    {
        using var bench = new ScreenBench(ScreenScripts.All(), static host => new TelemetryScreen(host), 160, 50);
        bench.Type("/a592ae").Press(Key.Enter);
        Assert.Matches("shell.exec +·*━+·* +1.1 s", bench.Frame);
        Assert.Contains("waits for you", bench.Frame);
        bench.To("Costs");
        Assert.Matches("Today +.*\\$0.0038", bench.Frame);
        Assert.Contains("openai/gpt-5-mini", bench.Frame);
    }

    [Fact]
    public void The_timeline_of_a_running_turn_grows_while_it_is_seen_and_is_left_alone_when_it_is_not()
    {
        var link = ScreenScripts.All();
        using var bench = new ScreenBench(link, static host => new TelemetryScreen(host));
        var before = link.Reads.Count(static read => read.StartsWith("GET /api/v1/traces?", StringComparison.Ordinal));
        bench.Bench.Advance(TimeSpan.FromSeconds(1.1)).Advance(TimeSpan.FromSeconds(1.1));
        Assert.True(link.Reads.Count(static read => read.StartsWith("GET /api/v1/traces?", StringComparison.Ordinal)) >= before + 2);
        bench.Bench.App.Post(bench.Screen.Hide);
        bench.Settle();
        before = link.Reads.Count;
        bench.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(before, link.Reads.Count);
    }

    [Fact]
    public void A_process_is_stopped_only_after_a_yes()
    {
        var link = ScreenScripts.All().Answers("POST /api/v1/processes/proc-h2vu4wjp6h/stop", "process");
        using var bench = new ScreenBench(link, static host => new AgentsScreen(host));
        bench.To("Processes");
        Assert.Contains("Server ready on http://localhost:5173", bench.Frame);
        bench.Type("x").Type("n");
        Assert.Empty(link.Changes);
        bench.Type("xy");
        Assert.Equal("POST /api/v1/processes/proc-h2vu4wjp6h/stop", Assert.Single(link.Changes));
    }

    private static string SkillOf(string id)
    {
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Bodies, "skills.json")));
        return document.RootElement.GetProperty("skills").EnumerateArray().Single(skill => skill.GetProperty("id").GetString() == id).GetRawText();
    }

    private static string Bodies => Path.Combine(SourceTree.Here(), "Bodies");
}
