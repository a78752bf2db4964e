using System.Text.Json.Nodes;
using Pryx.Protocol.Models;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

/// <summary>What goes out on each wire is what was scripted, in the vendor's events and order.</summary>
public sealed class StreamTests
{
    private static readonly ScriptedReply Whole = new()
    {
        Reasoning = "First I think 🤔.",
        Text = ["Grüße ", "aus Köln 🌧."],
        Calls = [new("read_file", """{"path":"a b.txt","offset":3}"""), new("grep", """{"pattern":"ä"}""")],
        Usage = new TokenUsage(1000, 50, Cached: 800, CacheWrite: 100, Reasoning: 20),
    };

    [Fact]
    public async Task Chat_completions_streams_fragments_usage_and_done()
    {
        var (answer, events, usage) = await PlayAsync("openai-chat");

        Assert.EndsWith("data: [DONE]\n\n", answer, StringComparison.Ordinal);
        Assert.Single(events.Select(e => (string)e["id"]!).Distinct());
        Assert.Equal("Grüße aus Köln 🌧.", Delta(events, "content"));
        Assert.Equal("First I think 🤔.", Delta(events, "reasoning_content"));
        var calls = events.Select(e => Choice(e)?["delta"]?["tool_calls"]?[0]).OfType<JsonNode>().GroupBy(call => (int)call["index"]!).ToList();
        Assert.Equal(["read_file", "grep"], calls.Select(call => (string)call.First()["function"]!["name"]!));
        Assert.Equal(Whole.Calls.Select(call => call.Arguments), calls.Select(call => string.Concat(call.Select(part => (string)part["function"]!["arguments"]!))));
        Assert.All(calls, call => Assert.True(call.Count() > 2));
        Assert.Equal(["tool_calls"], events.Select(e => (string?)Choice(e)?["finish_reason"]).OfType<string>());
        Assert.Equal((1000L, 50L, 800L, 20L), ((long)events[^1]["usage"]!["prompt_tokens"]!, (long)events[^1]["usage"]!["completion_tokens"]!,
            (long)events[^1]["usage"]!["prompt_tokens_details"]!["cached_tokens"]!, (long)events[^1]["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!));
        Assert.Equal(Whole.Usage!.Value with { CacheWrite = 0 }, usage);
    }

    [Fact]
    public async Task Chat_completions_reports_no_usage_unless_asked()
    {
        var (_, events, usage) = await PlayAsync("openai-chat", body => body.Remove("stream_options"));

        Assert.All(events, e => Assert.Null(e["usage"]));
        Assert.Equal(default, usage);
    }

    [Fact]
    public async Task Responses_streams_items_deltas_and_the_whole_response()
    {
        var (_, events, usage) = await PlayAsync("openai-responses");

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => (int)e["sequence_number"]!));
        var types = events.Select(e => (string)e["type"]!).ToList();
        Assert.Equal(("response.created", "response.completed"), (types[0], types[^1]));
        Assert.Equal("Grüße aus Köln 🌧.", Deltas("response.output_text.delta"));
        Assert.Equal("First I think 🤔.", Deltas("response.reasoning_summary_text.delta"));
        Assert.Equal(string.Concat(Whole.Calls.Select(call => call.Arguments)), Deltas("response.function_call_arguments.delta"));
        var done = events.Where(e => (string)e["type"]! == "response.output_item.done").Select(e => e["item"]!.ToJsonString());
        var response = events[^1]["response"]!;
        Assert.Equal(done, response["output"]!.AsArray().Select(item => item!.ToJsonString()));
        Assert.Equal(["reasoning", "message", "function_call", "function_call"], response["output"]!.AsArray().Select(item => (string)item!["type"]!));
        Assert.Equal(Whole.Calls.Select(call => call.Arguments), response["output"]!.AsArray().Skip(2).Select(item => (string)item!["arguments"]!));
        Assert.Equal((1000L, 800L, 50L, 20L), ((long)response["usage"]!["input_tokens"]!, (long)response["usage"]!["input_tokens_details"]!["cached_tokens"]!,
            (long)response["usage"]!["output_tokens"]!, (long)response["usage"]!["output_tokens_details"]!["reasoning_tokens"]!));
        Assert.Equal(Whole.Usage!.Value with { CacheWrite = 0 }, usage);

        string Deltas(string type) => string.Concat(events.Where(e => (string)e["type"]! == type).Select(e => (string)e["delta"]!));
    }

    [Fact]
    public async Task Responses_seals_reasoning_only_when_asked()
    {
        var (answer, _, _) = await PlayAsync("openai-responses", body => body.Remove("include"));

        Assert.DoesNotContain("encrypted_content", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anthropic_streams_blocks_signature_and_both_usages()
    {
        var (answer, events, usage) = await PlayAsync("anthropic");

        Assert.Equal(("message_start", "message_stop"), ((string)events[0]["type"]!, (string)events[^1]["type"]!));
        Assert.Contains("event: ping\n", answer, StringComparison.Ordinal);
        Assert.Equal("Grüße aus Köln 🌧.", Deltas("text_delta", "text"));
        Assert.Equal("First I think 🤔.", Deltas("thinking_delta", "thinking"));
        Assert.NotEmpty(Deltas("signature_delta", "signature"));
        Assert.Equal(string.Concat(Whole.Calls.Select(call => call.Arguments)), Deltas("input_json_delta", "partial_json"));
        var starts = events.Where(e => (string)e["type"]! == "content_block_start").ToList();
        Assert.Equal(["thinking", "text", "tool_use", "tool_use"], starts.Select(e => (string)e["content_block"]!["type"]!));
        Assert.Equal([0, 1, 2, 3], starts.Select(e => (int)e["index"]!));
        Assert.Equal([0, 1, 2, 3], events.Where(e => (string)e["type"]! == "content_block_stop").Select(e => (int)e["index"]!));
        Assert.Equal("tool_use", (string)events[^2]["delta"]!["stop_reason"]!);
        Assert.Equal((100L, 800L, 100L), ((long)events[0]["message"]!["usage"]!["input_tokens"]!,
            (long)events[0]["message"]!["usage"]!["cache_read_input_tokens"]!, (long)events[0]["message"]!["usage"]!["cache_creation_input_tokens"]!));
        Assert.Equal(50L, (long)events[^2]["usage"]!["output_tokens"]!);
        Assert.Equal(Whole.Usage!.Value with { Reasoning = 0 }, usage);

        string Deltas(string type, string field) => string.Concat(events.Where(e => (string?)e["delta"]?["type"] == type).Select(e => (string)e["delta"]![field]!));
    }

    [Fact]
    public async Task Ollama_streams_lines_and_whole_calls()
    {
        var (answer, events, usage) = await PlayAsync("ollama");

        Assert.Equal(answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, events.Count);
        Assert.Equal("Grüße aus Köln 🌧.", string.Concat(events.Select(e => (string)e["message"]!["content"]!)));
        Assert.Equal("First I think 🤔.", string.Concat(events.Select(e => (string?)e["message"]!["thinking"])));
        Assert.Equal(Whole.Calls.Select(call => call.Arguments), events.Select(e => e["message"]!["tool_calls"]?[0]!["function"]!["arguments"]).OfType<JsonNode>()
            .Select(arguments => arguments.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
        Assert.Equal([.. Enumerable.Repeat(false, events.Count - 1), true], events.Select(e => (bool)e["done"]!));
        Assert.Equal((1000L, 50L), ((long)events[^1]["prompt_eval_count"]!, (long)events[^1]["eval_count"]!));
        Assert.Equal(new TokenUsage(1000, 50), usage);
    }

    [Theory]
    [InlineData("openai-chat", "\"finish_reason\":\"length\"", "\"finish_reason\":\"content_filter\"")]
    [InlineData("openai-responses", "\"reason\":\"max_output_tokens\"", "\"reason\":\"content_filter\"")]
    [InlineData("anthropic", "\"stop_reason\":\"max_tokens\"", "\"stop_reason\":\"refusal\"")]
    [InlineData("ollama", "\"done_reason\":\"length\"", "\"done_reason\":\"stop\"")]
    public async Task Other_ends_are_told_in_the_vendors_words(string wire, string length, string refused)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("a") with { End = ReplyEnd.Length }, Says("b") with { End = ReplyEnd.Refused });
        using var dialog = new Dialog(provider);

        Assert.Contains(length, await dialog.AnswerAsync(wire, Dialog.First(wire), cancellationToken), StringComparison.Ordinal);
        Assert.Contains(refused, await dialog.AnswerAsync(wire, Dialog.First(wire), cancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listings_name_the_models_and_what_Ollama_loaded()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("a"));
        provider.Models = ["llama3", "qwen3"];
        provider.LoadsOnly = 4096;
        using var dialog = new Dialog(provider);

        Assert.Equal(["llama3", "qwen3"], (await dialog.GetAsync("/v1/models", cancellationToken))["data"]!.AsArray().Select(model => (string)model!["id"]!));
        Assert.Equal(["llama3", "qwen3"], (await dialog.GetAsync("/api/tags", cancellationToken))["models"]!.AsArray().Select(model => (string)model!["name"]!));
        Assert.Empty((await dialog.GetAsync("/api/ps", cancellationToken))["models"]!.AsArray());
        await dialog.AnswerAsync("ollama", Dialog.First("ollama"), cancellationToken);
        Assert.Equal(4096, (long)(await dialog.GetAsync("/api/ps", cancellationToken))["models"]![0]!["context_length"]!);
        await Assert.ThrowsAsync<HttpRequestException>(() => dialog.GetAsync("/nowhere", cancellationToken));
        Assert.Single(provider.ModelRequests);
    }

    private static async Task<(string Answer, List<JsonObject> Events, TokenUsage Usage)> PlayAsync(string wire, Action<JsonObject>? change = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Whole);
        using var dialog = new Dialog(provider);
        var body = Dialog.First(wire);
        change?.Invoke(body);
        using var response = await dialog.SendAsync(wire, body, cancellationToken);
        Assert.Equal(wire is "ollama" ? "application/x-ndjson" : "text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.Empty(provider.Violations);
        return (answer, Dialog.EventsOf(answer), provider.Usage);
    }

    private static JsonNode? Choice(JsonObject chunk) => chunk["choices"]!.AsArray().FirstOrDefault();
    private static string Delta(List<JsonObject> chunks, string field) => string.Concat(chunks.Select(chunk => (string?)Choice(chunk)?["delta"]?[field]));
}
