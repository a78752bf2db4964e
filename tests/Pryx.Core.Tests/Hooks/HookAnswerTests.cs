using System.Text;
using Pryx.Core.Hooks;

namespace Pryx.Core.Tests.Hooks;

public sealed class HookAnswerTests
{
    [Theory]
    [InlineData(0, "", "", null, null)]
    [InlineData(0, "all is well", "", null, null)]
    [InlineData(2, "", "not on a Friday", "deny", null)]
    [InlineData(1, "", "Traceback", null, "exit code 1: Traceback")]
    [InlineData(0, "{\"decision\":\"block\",\"reason\":\"no\"}", "", "deny", null)]
    [InlineData(0, "{\"decision\":\"approve\"}", "", "allow", null)]
    [InlineData(0, "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"ask\",\"permissionDecisionReason\":\"sure?\"}}", "", "ask", null)]
    [InlineData(0, "{\"decision\":\"block\",\"hookSpecificOutput\":{\"permissionDecision\":\"allow\"}}", "", "deny", null)]
    [InlineData(0, "{\"hookSpecificOutput\":{\"permissionDecision\":\"perhaps\"}}", "", null, "none of allow, ask, deny, block")]
    [InlineData(0, "{\"decision\":", "", null, "begins like JSON and is none")]
    public void Exit_code_and_output_say_what_the_contract_says(int exit, string stdout, string stderr, string? decision, string? trouble)
    {
        var hook = new HookDefinition(HookEvents.PreToolUse, "", "x", TimeSpan.FromSeconds(1), HookOrigin.User, "f");
        var answer = HookAnswer.Of(new(hook, exit, stdout, stderr, null, default));
        Assert.Equal(decision, answer.Decision);
        Assert.Equal(trouble is null, answer.Trouble is null);
        Assert.Contains(trouble ?? "", answer.Trouble ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bash|Edit", "Bash", true)]
    [InlineData("Bash", "BashOutput", false)]
    [InlineData("mcp__.*", "mcp__github__list", true)]
    [InlineData("*", "anything", true)]
    [InlineData("", "anything", true)]
    public void A_matcher_means_the_whole_name(string matcher, string name, bool matches) =>
        Assert.Equal(matches, new HookDefinition(HookEvents.PreToolUse, matcher, "x", TimeSpan.FromSeconds(1), HookOrigin.User, "f").Matches([name]));

    [Theory]
    [InlineData("{\"hooks\":{\"PreToolUse\":[{\"matcher\":\"Bash\",\"hooks\":[{\"type\":\"command\",\"command\":\"true\",\"timeout\":5}]}]}}", 1, 0)]
    [InlineData("{\"permissions\":{}}", 0, 0)]
    [InlineData("{\"hooks\":{\"Notification\":[{\"hooks\":[{\"command\":\"true\"}]}]}}", 0, 0)]
    [InlineData("{\"hooks\":{\"PreToolUse\":{}}}", 0, 1)]
    [InlineData("{\"hooks\":{\"PreToolUse\":[{\"matcher\":\"(\",\"hooks\":[{\"command\":\"true\"}]}]}}", 0, 1)]
    [InlineData("{\"hooks\":{\"PreToolUse\":[{\"hooks\":[{\"type\":\"prompt\"}]}]}}", 0, 1)]
    [InlineData("{\"hooks\":", 0, 1)]
    public void A_file_is_read_as_others_write_it_and_what_can_not_be_read_is_said(string json, int hooks, int broken)
    {
        var read = HookFile.Read(Encoding.UTF8.GetBytes(json), "f", HookOrigin.User, mayOpen: true);
        Assert.Equal((hooks, broken), (read.Hooks.Count, read.Broken.Count));
    }
}
