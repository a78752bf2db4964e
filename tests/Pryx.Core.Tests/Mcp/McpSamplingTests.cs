using Pryx.Core.Tests.Sessions;
using Pryx.Core.Tests.Streams;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Mcp;

/// <summary>Servers that want to ask a model something.</summary>
public sealed class McpSamplingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_server_asks_a_model_is_shown_with_its_price_and_answered_by_the_turns_model_alone()
    {
        await using var bench = await McpChatTests.Bench.StartAsync([Calls(("mcp__fake__sample", """{"words":"Which animal has scales?"}""")), Says("Pangolin."), Says("Done.")]);
        var id = await SessionEndpointTests.NewAsync(bench.Core);
        await using var feed = await Feed.OpenAsync(bench.Core, $"?session_id={id}&can_approve=1");

        await bench.SendAsync("My secret plan.", id);
        await feed.UntilAsync("approval.needed");
        var card = (await bench.Core.GetAsync("/api/v1/approvals/pending", Cancel)).Body!["approvals"]![0]!;
        Assert.Single(bench.Provider.ModelRequests);
        await bench.Core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)card["id"]!, decision = "approve", text = "Allow once" }, Cancel);
        await SessionEndpointTests.EndAsync(bench.Core, id);
        var asked = bench.Provider.ModelRequests[1];
        var calls = (await bench.Core.GetAsync($"/api/v1/sessions/{id}/usage", Cancel)).Body?.ToJsonString();

        Assert.Contains("The MCP server 'fake' wants to ask your model openai/gpt-4o, for at most $", (string?)card["summary"], StringComparison.Ordinal);
        Assert.Contains("Answer in one word.", (string?)card["summary"], StringComparison.Ordinal);
        Assert.Contains("Which animal has scales?", (string?)card["summary"], StringComparison.Ordinal);
        Assert.Equal("Which animal has scales?", asked.Messages[^1].Text);
        Assert.DoesNotContain("secret plan", asked.Text, StringComparison.Ordinal);
        Assert.Empty(asked.Tools);
        Assert.Contains("Pangolin.", bench.LastResult, StringComparison.Ordinal);
        Assert.Equal(3, bench.Provider.ModelRequests.Count);
        TestContext.Current.TestOutputHelper!.WriteLine(calls ?? "");
    }

    [Theory]
    [InlineData("deny", null, "the user said no")]
    [InlineData("approve", "No", "the user said no")]
    public async Task A_no_is_a_no(string decision, string? text, string reason)
    {
        await using var bench = await McpChatTests.Bench.StartAsync([Calls(("mcp__fake__sample", """{"words":"Which animal has scales?"}""")), Says("Done.")]);
        var id = await SessionEndpointTests.NewAsync(bench.Core);
        await using var feed = await Feed.OpenAsync(bench.Core, $"?session_id={id}&can_approve=1");

        await bench.SendAsync("go", id);
        await feed.UntilAsync("approval.needed");
        var card = (await bench.Core.GetAsync("/api/v1/approvals/pending", Cancel)).Body!["approvals"]![0]!;
        await bench.Core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)card["id"]!, decision, text }, Cancel);
        await SessionEndpointTests.EndAsync(bench.Core, id);

        Assert.Contains(reason, bench.LastResult, StringComparison.Ordinal);
        Assert.Equal(2, bench.Provider.ModelRequests.Count);
    }

    [Fact]
    public async Task Without_a_person_or_a_turn_of_a_model_it_is_declined()
    {
        await using var bench = await McpChatTests.Bench.StartAsync([Calls(("mcp__fake__sample", "{}")), Says("Done.")]);

        await bench.TurnAsync("go");

        Assert.Contains("nobody could be asked", bench.LastResult, StringComparison.Ordinal);
        Assert.Equal(2, bench.Provider.ModelRequests.Count);
    }

    [Fact]
    public async Task More_than_the_budget_pays_for_is_declined_with_the_reason()
    {
        await using var bench = await McpChatTests.Bench.StartAsync([Calls(("mcp__fake__sample", $$"""{"words":"{{new string('x', 19_000)}}"}""")), Says("Done.")]);
        var id = await SessionEndpointTests.NewAsync(bench.Core);
        await using var feed = await Feed.OpenAsync(bench.Core, $"?session_id={id}&can_approve=1");

        // The turn's own calls have a worst case of their own; what is left pays for no 19,000 tokens more.
        await bench.Core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", allow = (string[])["mcp.fake.*"], max_cost_usd = 0.045 }, Cancel);
        await feed.UntilAsync("approval.needed");
        var card = (await bench.Core.GetAsync("/api/v1/approvals/pending", Cancel)).Body!["approvals"]![0]!;
        await bench.Core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)card["id"]!, decision = "approve", text = "Allow once" }, Cancel);
        await SessionEndpointTests.EndAsync(bench.Core, id);
        var results = (await bench.Core.GetAsync($"/api/v1/sessions/{id}/items", Cancel)).Body!["items"]!.AsArray().Where(static item => (string?)item!["type"] == "tool_result").Select(static item => (string?)item!["output"]);

        Assert.Contains("Sampling was declined", Assert.Single(results), StringComparison.Ordinal);
        Assert.Contains("not shown", (string?)card["summary"], StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Provider.ModelRequests, static request => request.Messages[^1].Text.StartsWith("xxx", StringComparison.Ordinal));
    }
}
