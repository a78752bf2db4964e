using Microsoft.Extensions.AI;
using Pryx.Agent.Models;
using Pryx.Agent.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Context;

/// <summary>A window that fills up: warned of, made room in, never silently cut.</summary>
public sealed class CompactionTests
{
    // About 115 tokens.
    private static readonly string Hundred = string.Concat(Enumerable.Repeat("some plain words of talk ", 35));

    [Fact]
    [Requirement("NFR-M1.1", "warn at 80 percent")]
    public async Task At_80_percent_the_user_is_warned_once()
    {
        using var bench = Bench(window: 10_000, messages: 68);
        bench.Tools.Add(new FakeTool("look"));

        await bench.RunAsync(new ScriptedModel(Counted(Calls(("look", "{}")), 8_300), Counted(Says("done"), 8_350)));

        var warning = Assert.Single(bench.Journal.Items.OfType<Notice>());
        Assert.StartsWith("Context window at 8", warning.Text, StringComparison.Ordinal);
        Assert.Contains("% capacity", warning.Text, StringComparison.Ordinal);
        var change = Assert.Single(bench.Journal.WindowChanges);
        Assert.Equal(EventNames.MemoryWarning, change.Event);
        Assert.Equal("info", change.Usage.Level);
        Assert.InRange(change.Usage.Percent, 80, 90);
    }

    [Fact]
    public async Task Below_80_percent_nothing_is_said()
    {
        using var bench = Bench(window: 10_000, messages: 50);

        await bench.RunAsync(new ScriptedModel(Says("done")));

        Assert.Empty(bench.Journal.WindowChanges);
        Assert.Empty(bench.Journal.Items.OfType<Notice>());
    }

    [Fact]
    [Requirement("NFR-M1.2", "at 90 percent")]
    [Requirement("NFR-M1.2", "oldest 20 percent")]
    [Requirement("NFR-M1.2", "summary message")]
    [Requirement("NFR-M1.2", "user notified")]
    public async Task At_90_percent_the_oldest_fifth_becomes_a_summary_and_the_user_is_told()
    {
        using var bench = Bench(window: 10_000, messages: 76);
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("They talked.") : Says("done"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        var summary = Assert.Single(bench.Journal.Items.OfType<Summary>());
        // 77 messages with the newest; a fifth of them, the very first stays.
        Assert.StartsWith("[SUMMARY of 16 messages]: They talked.", summary.Text, StringComparison.Ordinal);
        Assert.Equal((2, 17), (summary.FromSeq, summary.ToSeq));
        var request = model.Requests[^1];
        Assert.Equal(ChatRole.System, request.Messages[0].Role);
        Assert.Contains("[SUMMARY of 16 messages]", request.Messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(1 + 77 - 16, request.Messages.Count);
        Assert.StartsWith("Session summarized to fit context window: the oldest 16 messages", Assert.Single(bench.Journal.Items.OfType<Notice>()).Text, StringComparison.Ordinal);
        Assert.Equal([EventNames.MemorySummarizeRequest, EventNames.MemorySummarized], bench.Journal.WindowChanges.Select(change => change.Event));
        // The originals are all there.
        Assert.Equal(77, bench.Journal.Items.OfType<UserMessage>().Count() + bench.Journal.Items.OfType<Reply>().Count() - 1);
        // It was paid for.
        Assert.Equal(CallKind.Summary, Assert.Single(bench.Journal.Calls).Kind);
        Assert.Equal(new TokenUsage(200, 20), outcome.Usage);
    }

    [Fact]
    [Requirement("MOD9", "chunk or truncate")]
    public async Task What_the_user_said_survives_word_for_word_and_the_first_request_stays_whole()
    {
        using var bench = Bench(window: 10_000, messages: 76);
        bench.Journal.Insert(4, new UserMessage("Never touch the file keys.txt. " + Hundred) { TurnId = TurnId.New() });
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.") : Says("done"));

        await bench.RunAsync(model);

        var request = model.Requests[^1];
        Assert.Contains("Never touch the file keys.txt.", request.Messages[0].Text, StringComparison.Ordinal);
        Assert.Equal((ChatRole.User, $"message 0 {Hundred}"), (request.Messages[1].Role, request.Messages[1].Text));
        Assert.Equal("do it", request.Messages[^1].Text);
    }

    [Fact]
    public async Task After_it_every_request_repeats_the_one_before_again()
    {
        using var bench = Bench(window: 10_000, messages: 76);
        bench.Tools.Add(new FakeTool("look"));
        var step = 0;
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.") : ++step < 4 ? Calls(("look", "{}")) : Says("done"));

        await bench.RunAsync(model);

        var steps = model.Requests.Where(request => request.Options!.Tools is not null).Select(request => request.Messages.Select(Text).ToList()).ToList();
        Assert.Equal(4, steps.Count);
        for (var i = 1; i < steps.Count; i++)
        {
            Assert.Equal(steps[i - 1], steps[i].Take(steps[i - 1].Count));
        }
        Assert.Single(bench.Journal.Items.OfType<Summary>());
    }

    [Fact]
    public async Task A_summary_model_that_fails_is_stood_in_for_by_an_extract()
    {
        using var bench = Bench(window: 10_000, messages: 76);
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Fails(new ModelException(ModelFailure.QuotaExceeded, "No credit.")) : Says("done"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        var summary = Assert.Single(bench.Journal.Items.OfType<Summary>());
        Assert.StartsWith("[SUMMARY of 16 messages]:", summary.Text, StringComparison.Ordinal);
        Assert.Contains("- said: message 3", summary.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_of_a_strangers_words_stays_a_strangers()
    {
        using var bench = Bench(window: 10_000, messages: 76);
        bench.Journal.Insert(3, new Reply("quoted") { TurnId = TurnId.New(), Step = 1, Provenance = Provenance.Untrusted, Source = "https://example.org" });
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.") : Says("done"));

        await bench.RunAsync(model);

        var summary = Assert.Single(bench.Journal.Items.OfType<Summary>());
        Assert.Equal((Provenance.Untrusted, "https://example.org"), (summary.Provenance, summary.Source));
        Assert.Equal("You are a test.", model.Requests[^1].Messages[0].Text);
        Assert.StartsWith("[SUMMARY of", model.Requests[^1].Messages[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_tool_output_of_old_steps_is_trimmed_before_anything_is_summarised()
    {
        using var bench = Bench(window: 10_000, messages: 20);
        var earlier = TurnId.New();
        bench.Journal.Insert(
            4, new ToolCall("c1", "look", "test.look", "{}") { TurnId = earlier, Step = 1 },
            new ToolResult("c1", ToolStatus.Completed, "BEGIN " + string.Concat(Enumerable.Repeat(Hundred, 75)) + " END") { TurnId = earlier, Step = 1, FullOutputPath = "/out/c1.txt" });
        var model = new ScriptedModel(Says("done"));

        await bench.RunAsync(model);

        var read = Assert.IsType<string>(Assert.Single(model.Requests).LastResult!.Result);
        Assert.StartsWith("BEGIN", read, StringComparison.Ordinal);
        Assert.EndsWith("END", read, StringComparison.Ordinal);
        Assert.Contains("the whole output is in /out/c1.txt", read, StringComparison.Ordinal);
        Assert.True(read.Length < 4_000);
        Assert.Equal(SummaryOf.ToolOutput, Assert.Single(bench.Journal.Items.OfType<Summary>()).Of);
        Assert.StartsWith("Tool output trimmed", Assert.Single(bench.Journal.Items.OfType<Notice>()).Text, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("FR1.A2", "auto-compaction frees 20k")]
    [Requirement("FR1.7", "thinking budget handled")]
    [Requirement("MOD7", "reasoning budget")]
    public async Task Of_a_thinking_budget_of_100k_with_80k_used_20k_are_freed()
    {
        using var bench = new TurnBench { Model = model => model with { ContextWindow = 1_000_000, ReasoningBudget = new(1_024, 100_000) } };
        // Four earlier tasks of 20,000 tokens each, by the provider's own count.
        bench.Journal.Insert(0, [.. Enumerable.Range(0, 4).SelectMany(Task)]);
        bench.Tools.Add(new FakeTool("look"));
        var model = new ScriptedModel(Calls(("look", "{}")), Says("done"));

        await bench.RunAsync(model);

        var change = Assert.Single(bench.Journal.WindowChanges);
        Assert.Equal((80_000, 100_000), (change.Usage.ReasoningUsed, change.Usage.ReasoningLimit));
        Assert.True(bench.Journal.Steps[0].Context!.ReasoningUsed <= 60_000, "at least 20,000 are free");
        Assert.DoesNotContain(model.Requests[0].Messages.SelectMany(message => message.Contents), content => content is TextReasoningContent);
        Assert.Equal(4, bench.Journal.Items.OfType<Reasoning>().Count(reasoning => reasoning.Tokens == 20_000));

        static IEnumerable<Item> Task(int number)
        {
            var turn = TurnId.New();
            yield return new UserMessage($"task {number}") { TurnId = turn };
            yield return new Reasoning("hm") { TurnId = turn, Step = 1, Tokens = 20_000 };
            yield return new Reply($"answer {number}") { TurnId = turn, Step = 1 };
        }
    }

    [Fact]
    [Requirement("MOD7", "reasoning budget")]
    public async Task Within_one_turn_old_steps_make_room_for_thinking()
    {
        using var bench = new TurnBench { Model = model => model with { ContextWindow = 1_000_000, ReasoningBudget = new(1_024, 100_000) } };
        bench.Tools.Add(new FakeTool("look", Hundred));
        var steps = 0;
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.") : ++steps < 10
            ? Calls(("look", "{}")) with { Reasoning = "hm", Usage = new(100, 10_100, Reasoning: 10_000) }
            : Says("done"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Equal(90_000, outcome.Usage.Reasoning);
        Assert.All(bench.Journal.Steps, step => Assert.True(step.Context!.ReasoningUsed < 80_000));
        Assert.NotEmpty(bench.Journal.Items.OfType<Summary>());
        // Every call that the model still sees has its result.
        Assert.All(model.Requests, request =>
        {
            var contents = request.Messages.SelectMany(message => message.Contents).ToList();
            Assert.Equal(contents.OfType<FunctionCallContent>().Select(call => call.CallId), contents.OfType<FunctionResultContent>().Select(result => result.CallId));
        });
    }

    [Fact]
    public async Task One_long_turn_goes_on_by_summarising_its_own_old_steps()
    {
        using var bench = new TurnBench("count the files") { Model = model => model with { ContextWindow = 10_000 } };
        bench.Tools.Add(new FakeTool("look", string.Concat(Enumerable.Repeat(Hundred, 5))));
        var steps = 0;
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("Looked around.") : ++steps < 60 ? Calls(("look", "{}")) : Says("done"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal((TurnEnd.Completed, 60), (outcome!.End, outcome.Steps));
        Assert.All(bench.Journal.Steps, step => Assert.True(step.Context!.Used <= 9_100));
        Assert.All(model.Requests.Where(request => request.Options!.Tools is not null), request => Assert.Equal("count the files", request.Messages[1].Text));
        var last = bench.Journal.Items.OfType<Summary>().Last();
        Assert.True(last.FromSeq <= 3, "summaries of summaries cover everything from the beginning on");
    }

    [Fact]
    public async Task A_providers_own_word_that_it_is_too_long_makes_room_once()
    {
        using var bench = Bench(window: 100_000, messages: 60);
        var refusals = 0;
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.")
            : refusals++ == 0 ? Fails(new ModelException(ModelFailure.ContextTooLong, "The prompt is too long.")) : Says("done"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.NotEmpty(bench.Journal.Items.OfType<Summary>());
    }

    [Fact]
    public async Task A_provider_that_says_so_again_ends_the_turn_with_its_words()
    {
        using var bench = Bench(window: 100_000, messages: 60);
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.") : Fails(new ModelException(ModelFailure.ContextTooLong, "The prompt is too long.")));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(("PROVIDER_CONTEXT_TOO_LONG", "The prompt is too long."), (outcome!.Code, outcome.Message));
        Assert.Equal(2, model.Requests.Count(request => request.Options!.Tools is not null));
    }

    [Fact]
    public async Task A_session_is_compacted_when_the_user_asks_and_again_it_says_that_nothing_is_left()
    {
        using var bench = Bench(window: 100_000, messages: 20);
        bench.Compact = new() { Instructions = "keep the names" };
        var model = new ScriptedModel(Says("All of it."));

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Contains("pay attention to this: keep the names", model.Requests[0].Messages[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("[SUMMARY of", Assert.Single(bench.Journal.Items.OfType<Summary>()).Text, StringComparison.Ordinal);
        Assert.Equal(100, outcome.Usage.Input);

        // The same turn after a crash: what is stored is not done again.
        await bench.RunAsync(new ScriptedModel());
        Assert.Single(bench.Journal.Items.OfType<Summary>());
    }

    [Fact]
    public async Task A_crash_before_the_summary_is_stored_leaves_the_session_as_it_was()
    {
        using var bench = Bench(window: 10_000, messages: 76);
        bench.Journal.BeforeWrite = what =>
        {
            if (what == "window" && bench.Journal.WindowChanges.Count == 1)
            {
                throw new IOException("the power is gone");
            }
        };
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("A talk.") : Says("done"));
        await Assert.ThrowsAsync<IOException>(() => bench.RunAsync(model));
        Assert.Empty(bench.Journal.Items.OfType<Summary>());

        bench.Journal.BeforeWrite = static _ => { };
        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Single(bench.Journal.Items.OfType<Summary>());
    }

    private static string Text(ChatMessage message) => message.Role + string.Join("|", message.Contents.Select(content => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => call.CallId,
        FunctionResultContent result => $"{result.CallId} {result.Result}",
        _ => content.GetType().Name,
    }));

    private static ScriptedReply Counted(ScriptedReply reply, long input) => reply with { Usage = new(input, 10) };

    // Earlier talk of user and model by turns, about 125 tokens a message, then the newest input.
    private static TurnBench Bench(long window, int messages)
    {
        var bench = new TurnBench { Model = model => model with { ContextWindow = window } };
        var turn = TurnId.New();
        bench.Journal.Insert(0, [.. Enumerable.Range(0, messages).Select(number =>
        {
            turn = number % 2 == 0 ? TurnId.New() : turn;
            return number % 2 == 0 ? (Item)new UserMessage($"message {number} {Hundred}") { TurnId = turn } : new Reply($"message {number} {Hundred}") { TurnId = turn, Step = 1 };
        })]);
        return bench;
    }
}
