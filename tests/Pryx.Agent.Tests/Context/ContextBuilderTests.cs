using Microsoft.Extensions.AI;
using Pryx.Agent.Context;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tests.Context;

public sealed class ContextBuilderTests
{
    private static readonly TurnId Turn = TurnId.New();

    private static List<Item> Items()
    {
        Item[] items =
        [
            new UserMessage("go") { TurnId = Turn },
            new Reasoning("hm") { TurnId = Turn, Step = 1, Opaque = new("anthropic", "sig") },
            new Reply("I look") { TurnId = Turn, Step = 1 },
            new ToolCall("a", "read", "filesystem.read", "{}") { TurnId = Turn, Step = 1 },
            new ToolCall("b", "read", "filesystem.read", "{}") { TurnId = Turn, Step = 1 },
            new ToolResult("b", ToolStatus.Completed, "B") { TurnId = Turn, Step = 1 },
            new ApprovalRecord(ApprovalId.New(), "a", true, "once") { TurnId = Turn, Step = 1 },
            new ToolResult("a", ToolStatus.Failed, "A") { TurnId = Turn, Step = 1 },
            new Notice("retry", "x") { TurnId = Turn, Step = 2 },
            new Reply("done") { TurnId = Turn, Step = 2 },
        ];
        return [.. items.Select((item, at) => item with { Seq = at + 1 })];
    }

    [Fact]
    public void Results_stand_behind_their_calls_in_the_models_order()
    {
        var messages = ContextBuilder.Build("sys", Items());

        Assert.Equal(["system", "user", "assistant", "tool", "assistant"], messages.Select(message => message.Role.Value));
        Assert.Equal(["A", "B"], messages[3].Contents.Cast<FunctionResultContent>().Select(result => result.Result as string));
        Assert.Equal(4, messages[2].Contents.Count);
    }

    [Fact]
    public void Every_longer_history_begins_with_the_messages_of_the_shorter_one()
    {
        var items = Items();
        // Model calls happen where no call waits for its result.
        int[] callPoints = [1, 8, 10];
        var before = new List<string>();
        foreach (var count in callPoints)
        {
            var now = ContextBuilder.Build("sys", [.. items.Take(count)]).Select(Describe).ToList();
            Assert.Equal(before, now.Take(before.Count));
            before = now;
        }
    }

    [Fact]
    public void A_summary_stands_for_what_it_covers()
    {
        var items = Items();
        items.Insert(8, new Summary("in short", 1, 8) { Seq = 11 });

        var messages = ContextBuilder.Build("sys", items);

        Assert.Equal(ChatRole.System, messages[0].Role);
        Assert.StartsWith("sys\n", messages[0].Text, StringComparison.Ordinal);
        Assert.EndsWith("in short", messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(["done"], messages.Skip(1).Select(message => message.Text));
    }

    [Fact]
    public void A_summary_of_strangers_words_is_a_message_like_any_other()
    {
        var items = Items();
        items.Insert(8, new Summary("in short", 1, 8) { Seq = 11, Provenance = Provenance.Untrusted });

        var messages = ContextBuilder.Build("sys", items);

        Assert.Equal([(ChatRole.System, "sys"), (ChatRole.User, "in short"), (ChatRole.Assistant, "done")], messages.Select(message => (message.Role, message.Text)));
    }

    [Fact]
    public void A_later_summary_replaces_the_ones_within_its_range()
    {
        var items = Items();
        items.Insert(8, new Summary("first", 1, 4) { Seq = 11 });
        items.Insert(9, new Summary("both", 1, 8) { Seq = 12 });

        var messages = ContextBuilder.Build("sys", items);

        Assert.DoesNotContain("first", messages[0].Text, StringComparison.Ordinal);
        Assert.EndsWith("both", messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(["done"], messages.Skip(1).Select(message => message.Text));
    }

    [Fact]
    public void The_least_trusted_text_names_its_source()
    {
        var items = Items();
        Assert.Equal(Provenance.User, ContextBuilder.TaintOf(items).Provenance);

        items.Add(new ToolResult("c", ToolStatus.Completed, "page") { Provenance = Provenance.Untrusted, Source = "https://example.org" });

        Assert.Equal((Provenance.Untrusted, "https://example.org"), ContextBuilder.TaintOf(items));
    }

    private static string Describe(ChatMessage message) => message.Role + ": " + string.Join("|", message.Contents.Select(content => content switch
    {
        TextReasoningContent reasoning => reasoning.Text,
        TextContent text => text.Text,
        FunctionCallContent call => call.CallId,
        FunctionResultContent result => result.CallId + result.Result,
        _ => content.GetType().Name,
    }));
}
