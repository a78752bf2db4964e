using Pryx.Agent.Context;
using Pryx.Agent.Turns;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Context;

/// <summary>A message that is larger than the window.</summary>
public sealed class SplitMessageTests
{
    [Fact]
    [Requirement("FR1.A1", "split into two calls")]
    [Requirement("FR1.A1", "totals exact")]
    [Requirement("FR1.7", "limits enforced")]
    [Requirement("ORC6", "context split")]
    [Requirement("MOD9", "chunk or truncate")]
    public async Task A_request_of_300k_tokens_to_a_model_of_200k_is_split_into_two_calls_and_counted_exactly()
    {
        var known = new ModelInfo(new ModelRef("test", "model")) { ContextWindow = 200_000, MaxOutput = 8_000 };
        var line = "2026-01-01 the valve of pump twelve was opened by hand and closed again after a minute\n";
        var text = "Which pump is named most often?\n" + string.Concat(Enumerable.Repeat(line, (int)(300_000 / TokenEstimate.Of(line, known)))) + "Answer with its number.";
        using var bench = new TurnBench(text) { Model = _ => known with { Price = new(1, 2) } };
        var model = new ScriptedModel(Says("Pump twelve, all the time.") with { Usage = new(150_123, 11) }, Says("12") with { Usage = new(150_456, 7) });

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Equal(2, model.Requests.Count);
        Assert.Equal("Context limit, split into 2 calls", Assert.Single(bench.Journal.Items.OfType<Notice>(), notice => notice.Kind == "limit").Text);
        // Half of it each, nothing lost and nothing twice.
        var sizes = model.Requests.Select(request => request.Messages.Sum(message => TokenEstimate.Of(message.Text, known))).ToList();
        Assert.All(sizes, size => Assert.InRange(size, 140_000, 160_000));
        var parts = model.Requests.Select(request => request.Messages[^1].Text.Split('\n').Count(said => said == line.TrimEnd())).ToList();
        Assert.InRange(parts.Sum() - text.Split('\n').Count(said => said == line.TrimEnd()), 0, 30); // The ends are shown twice.
        Assert.Contains("Pump twelve, all the time.", model.Requests[1].Messages[^1].Text, StringComparison.Ordinal);
        Assert.EndsWith("Answer with its number.", model.Requests[1].Messages[^1].Text, StringComparison.Ordinal);
        // Exact totals: both calls, in the turn's sum and in what is recorded.
        Assert.Equal(new TokenUsage(300_579, 18), outcome.Usage);
        Assert.Equal((300_579 + 2 * 18) / 1_000_000m, outcome.CostUsd);
        Assert.Equal(150_123, Assert.Single(bench.Journal.Calls).Usage!.Value.Input);
        Assert.Equal(150_456, Assert.Single(bench.Journal.Steps).Usage.Input);
    }

    [Fact]
    public async Task What_was_read_once_is_not_read_again_at_the_next_step()
    {
        using var bench = new TurnBench(string.Concat(Enumerable.Repeat("many words and more of them\n", 4_000))) { Model = model => model with { ContextWindow = 20_000 } };
        bench.Tools.Add(new FakeTool("look"));
        var steps = 0;
        var model = new ScriptedModel(request => request.Options!.Tools is null ? Says("Words.") : ++steps < 3 ? Calls(("look", "{}")) : Says("done"));

        await bench.RunAsync(model);

        var requests = model.Requests.Where(request => request.Options!.Tools is not null).ToList();
        Assert.Equal(3, requests.Count);
        Assert.All(requests, request => Assert.Equal(requests[0].Messages[1].Text, request.Messages[1].Text));
        Assert.Single(bench.Journal.Items.OfType<Summary>());
        Assert.Equal(model.Requests.Count - 3, bench.Journal.Calls.Count);
    }
}
