using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Models;

/// <summary>A session goes on with another model on another wire: with the calls, results and thoughts of the first in its history.</summary>
public sealed class ModelSwitchTests
{
    private const string Thought = "A thought that only its own maker may see again.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Pairs { get; } =
        [.. from first in AllWires.Models.Keys from second in AllWires.Models.Keys where first != second select (first, second)];

    [Theory, MemberData(nameof(Pairs))]
    [Requirement("T6.6", "applies to new messages")]
    public async Task The_next_message_goes_to_the_new_model_with_everything_that_happened(string first, string second)
    {
        // Two servers, as in life: neither knows what the other one gave out.
        var script = FakeScripts.BySteps(
            Calls(("list_dir", """{"path":"."}"""), ("read_file", """{"path":"a.txt"}""")) with { Reasoning = Thought, Text = ["I look."] },
            Calls(("read_file", """{"path":"gone.txt"}""")) with { Reasoning = Thought },
            Says("That is all.") with { Reasoning = Thought });
        await using var one = await FakeProvider.StartAsync(script, Cancellation);
        await using var other = await FakeProvider.StartAsync(script, Cancellation);
        using var home = new TempHome();
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "a.txt"), "alpha", Cancellation);

        string session;
        await using (var core = await AllWires.StartAsync(one, Cancellation, home))
        {
            session = await core.OpenAsync(Cancellation);
            Assert.Equal("completed", (string?)(await core.RunAsync(session, "first question", AllWires.Models[first], Cancellation))["status"]);
        }
        await using (var core = await AllWires.StartAsync(other, Cancellation, home))
        {
            Assert.Equal("completed", (string?)(await core.RunAsync(session, "second question", AllWires.Models[second], Cancellation))["status"]);
        }
        // And back: the first finds its own data where it left it.
        await using (var core = await AllWires.StartAsync(one, Cancellation, home))
        {
            Assert.Equal("completed", (string?)(await core.RunAsync(session, "third question", AllWires.Models[first], Cancellation))["status"]);
        }

        Assert.Empty(one.Violations);
        Assert.Empty(other.Violations);
        Assert.Equal(3, other.ModelRequests.Count);
        var switched = other.ModelRequests[0];
        Assert.Equal("second question", switched.LastUserText);
        Assert.Equal(3, switched.Results.Count);
        Assert.Contains("alpha", switched.Results[1].Text, StringComparison.Ordinal);
        Assert.Contains(switched.Messages, message => message.Text == "I look." && message.Calls.Count == 2);
        if (!(first.StartsWith("gemini", StringComparison.Ordinal) && second.StartsWith("gemini", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(Thought, switched.Text, StringComparison.Ordinal);
        }
        Assert.Equal(9, one.ModelRequests[^1].Results.Count);
    }
}
