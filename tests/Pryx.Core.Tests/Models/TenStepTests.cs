using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Models;

/// <summary>The same ten steps on every wire, against servers that refuse what their vendors refuse: the whole of the way from the session to the bytes.</summary>
public sealed class TenStepTests
{
    // The smallest PNG there is: one pixel.
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private static readonly ScriptedReply[] Steps =
    [
        Calls(("list_dir", """{"path":"."}"""), ("read_file", """{"path":"README.md"}"""), ("read_file", """{"path":"calc.sh"}""")) with
        {
            Reasoning = "Zuerst schaue ich mich um 🤔 – then I read.", Text = ["I look ", "around."],
        },
        Calls(("read_file", """{"path":"no-such-file.md"}""")) with { Reasoning = "There may be notes." },
        Calls(("read_file", """{"path":"plan.png"}"""), ("grep", """{"pattern":"add"}""")) with { Reasoning = "The plan is a picture." },
        Calls(("shell_exec", """{"command":"sh test.sh"}""")) with { Reasoning = "Does the test fail?" },
        Calls(("edit_file", """{"path":"calc.sh","old_string":"$1 - $2","new_string":"$1 + $2"}""")) with { Reasoning = "A minus where a plus belongs.", Text = ["There it is."] },
        Calls(("shell_exec", """{"command":"sh test.sh"}""")) with { Reasoning = "Once more." },
        Calls(("write_file", """{"path":"NOTES.md","content":"repaired \"add\"\n"}"""), ("list_dir", """{"path":"."}""")),
        Calls(("no_such_tool", """{"a":[1,null]}""")) with { Reasoning = "I try what is not there." },
        Calls(("read_file", """{"path":"NOTES.md"}""")) with { Reasoning = "Last look." },
        Says("Repaired: ", "add() adds. Grüße 😀") with { Reasoning = "Done." },
    ];

    // By the replies so far: some wires carry a tool's image as a user's message, which is no new turn.
    private static ScriptedReply Step(FakeRequest request) => Steps[Math.Min(request.Messages.Count(message => message.Role is "assistant"), Steps.Length - 1)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(AllWires.Names), MemberType = typeof(AllWires))]
    [Requirement("CHAT-M", "correct model replies")]
    [Requirement("CHAT-M", "tool failure does not break chat")]
    public async Task Ten_steps_with_parallel_calls_failures_an_image_and_signed_reasoning_break_no_rule_of_the_vendor(string wire)
    {
        await using var provider = await FakeProvider.StartAsync(Step, Cancellation);
        await using var core = await AllWires.StartAsync(provider, Cancellation);
        SmallProject.WriteTo(core.Home.Workspace);
        await File.WriteAllBytesAsync(Path.Combine(core.Home.Workspace, "plan.png"), Png, Cancellation);

        var session = await core.OpenAsync(Cancellation);
        var turn = await core.RunAsync(session, SmallProject.Prompt, AllWires.Models[wire], Cancellation);

        Assert.Empty(provider.Violations);
        Assert.Equal("completed", (string?)turn["status"]);
        Assert.Equal(Steps.Length, provider.ModelRequests.Count);
        Assert.Equal(SmallProject.Repaired, await File.ReadAllTextAsync(Path.Combine(core.Home.Workspace, "calc.sh"), Cancellation));
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(core.Home.Workspace, "runs.txt"), Cancellation)).Length);

        var last = provider.ModelRequests[^1];
        Assert.Equal(13, last.Results.Count);
        Assert.Contains(last.Results, result => result.Text.Contains("1 passed", StringComparison.Ordinal));
        Assert.Contains("no-such-file.md", last.Results[3].Text, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(Png), last.Text, StringComparison.Ordinal);
        // What was thought goes back where the wire takes it back.
        var thoughts = Steps.Take(9).Select(step => step.Reasoning).OfType<string>();
        Assert.Equal(thoughts, last.Messages.Select(message => message.Reasoning).OfType<string>());
        var (_, said) = await core.GetAsync($"/api/v1/sessions/{session}/messages", Cancellation);
        Assert.Equal("Repaired: add() adds. Grüße 😀", (string?)said!["messages"]!.AsArray()[^1]!["content"]);
    }
}
