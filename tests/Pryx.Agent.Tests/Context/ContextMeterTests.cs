using Pryx.Agent.Context;
using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Tests.Context;

/// <summary>How much is in the window, and what the provider's own counts teach.</summary>
public sealed class ContextMeterTests
{
    private static readonly ModelInfo Gpt = new(new ModelRef("openai", "gpt-4o")) { ContextWindow = 128_000 };
    private static readonly ModelInfo Claude = new(new ModelRef("anthropic", "claude-sonnet-4-5")) { ContextWindow = 200_000 };
    private static readonly string Prose = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 100));
    private readonly ContextMeter _meter = new();

    [Theory]
    // Counted with the published o200k_base.
    [InlineData("The quick brown fox jumps over the lazy dog. It was a bright cold day in April, and the clocks were striking thirteen.", 26)]
    [InlineData("public static int Add(int left, int right)\n{\n    return left + right;\n}\n", 18)]
    [InlineData("""{"id":42,"name":"Ada","tags":["a","b"],"active":true}""", 20)]
    [InlineData("我们的目标是让每个人都能使用这个工具。请不要修改配置文件。", 18)]
    public void An_estimate_of_a_short_text_is_within_a_third_of_the_count(string text, long counted) =>
        Assert.InRange(TokenEstimate.Of(text, Gpt), counted * 2 / 3, counted * 4 / 3);

    [Fact]
    public void No_text_has_more_tokens_than_bytes()
    {
        foreach (var text in (string[])[Prose, "我们的目标", "🎉🎉", "\n\n\n", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ="])
        {
            Assert.True(TokenEstimate.Of(text, Claude) <= TokenEstimate.AtMost(text) + 2, text);
        }
    }

    [Fact]
    public void Every_class_is_counted_and_their_sum_is_what_is_used()
    {
        var turn = TurnId.New();
        List<Item> items =
        [
            new UserMessage(Prose) { Seq = 1, TurnId = turn, Attachments = [new("image/png", "AAAA")] },
            new Reasoning(Prose) { Seq = 2, TurnId = turn, Step = 1 },
            new Reply(Prose) { Seq = 3, TurnId = turn, Step = 1 },
            new Notice("limit", Prose) { Seq = 4, TurnId = turn },
            new Summary("short", 3, 3) { Seq = 5, TurnId = turn },
        ];

        var usage = Measure(Gpt, items).Usage;

        Assert.True(usage is { System: > 0, Tools: > 0, History: > 500, Reasoning: > 500, Attachments: > 500, Summaries: > 0 });
        Assert.Equal(usage.Used, usage.System + usage.Tools + usage.History + usage.Reasoning + usage.Attachments + usage.Summaries);
        // The covered reply is not counted, notices are for people.
        Assert.True(usage.History < 1_500);
    }

    [Fact]
    public void What_was_counted_is_believed_and_only_what_is_new_is_estimated()
    {
        List<Item> items = [Message(1, Prose)];
        var first = Measure(Gpt, items);
        _meter.Learn(Gpt.Ref, first, 1_500);
        items.Add(Message(2, Prose));

        var second = Measure(Gpt, items);

        Assert.InRange(second.Usage.Used, 1_500 + (second.Estimated - first.Estimated) - 1, 1_500 + 2 * (second.Estimated - first.Estimated));
        // Of money the same: what was counted, and the bytes of what is new.
        Assert.InRange(second.WorstByLastCount!.Value, 1_500 + Prose.Length, 1_500 + Prose.Length + 100);
        Assert.True(second.WorstByLastCount < second.WorstTokens);
        var needs = second.Needs(Gpt.Ref, 1, null);
        Assert.Equal((second.WorstByLastCount, second.WorstTokens), (needs.WorstFor(Gpt.Ref), needs.WorstFor(Claude.Ref)));
    }

    [Fact]
    public void Another_models_count_teaches_nothing()
    {
        List<Item> items = [Message(1, Prose)];
        _meter.Learn(Gpt.Ref, Measure(Gpt, items), 5_000);

        var measure = Measure(Claude, items);

        Assert.Equal(measure.Estimated, measure.Usage.Used);
        Assert.Null(measure.WorstByLastCount);
    }

    [Fact]
    public void A_provider_that_counts_hardly_anything_is_not_believed()
    {
        List<Item> items = [Message(1, Prose)];
        var measure = Measure(Gpt, items);
        _meter.Learn(Gpt.Ref, measure, 1);

        Assert.True(Measure(Gpt, items).Usage.Used >= measure.Estimated / 2);
    }

    [Fact]
    public void The_worst_case_holds_over_a_summary_too()
    {
        List<Item> items = [.. Enumerable.Range(1, 20).Select(seq => Message(seq, Prose))];
        var first = Measure(Gpt, items);
        _meter.Learn(Gpt.Ref, first, 21_000);
        items.Add(new Summary("[SUMMARY of 10 messages]: " + Prose, 2, 11) { Seq = 21 });

        var second = Measure(Gpt, items);

        Assert.True(second.Usage.Used < first.Usage.Used);
        // What is left was part of what was counted; the summary is new.
        Assert.InRange(second.WorstByLastCount!.Value, second.Usage.Used, 21_000 + Prose.Length + 200);
    }

    [Fact]
    public void A_refused_size_is_the_window_from_then_on()
    {
        List<Item> items = [Message(1, Prose)];
        _meter.Refused(Gpt.Ref, 100_000);

        Assert.Equal(90_000, Measure(Gpt, items).Usage.Window);
        Assert.Equal(200_000, Measure(Claude, items).Usage.Window);
    }

    [Fact]
    public void An_item_is_weighed_once()
    {
        List<Item> items = [.. Enumerable.Range(1, 10_000).Select(seq => Message(seq, Prose))];
        Measure(Gpt, items);
        items.Add(Message(10_001, "one more"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Measure(Gpt, items);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000, "nothing is allocated for what was there");
    }

    private ContextMeasure Measure(ModelInfo model, IReadOnlyList<Item> items) => _meter.Measure(model, "You are a test.", Tools, items);

    private static ToolSet Tools { get; } = new([new FakeTool("look")]);

    private static UserMessage Message(long seq, string text) => new(text) { Seq = seq, TurnId = null };
}
