using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.OpenAIChat;
using Pryx.Providers.Tests.Http;

namespace Pryx.Providers.Tests.OpenAIChat;

/// <summary>What servers make of Chat Completions in the wild.</summary>
public class ChatReplyTests
{
    private const string Close = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

    private static string Delta(string delta) => $"data: {{\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":null}}]}}\n\n";

    private static Task<Heard> HearAsync(string body, IEnumerable<ChatMessage>? messages = null) =>
        Heard.FromAsync(Wire.Of("chat").On(new CannedServer(body)), messages);

    [Fact]
    public async Task Missing_and_repeated_call_ids_become_unique_ones()
    {
        var heard = await HearAsync(
            Delta("""{"tool_calls":[{"index":0,"function":{"name":"a","arguments":"{}"}},{"index":1,"id":"","function":{"name":"b","arguments":"{}"}},{"index":2,"id":"call_0","function":{"name":"c","arguments":"{}"}},{"index":3,"id":"call_0","function":{"name":"d","arguments":"{}"}}]}""") + Close,
            [.. Wire.Ask(), new(ChatRole.Assistant, [new FunctionCallContent("call_0", "a", null)]), new(ChatRole.Tool, [new FunctionResultContent("call_0", "x")])]);
        Assert.Equal(["a", "b", "c", "d"], heard.Calls.Select(call => call.Name));
        Assert.Equal(5, heard.Calls.Select(call => call.CallId).Append("call_0").Distinct().Count());
        Assert.All(heard.Calls, call => Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", call.CallId));
        Assert.Equal(ChatFinishReason.ToolCalls, Assert.Single(heard.Reasons));
    }

    [Fact]
    public async Task Calls_without_an_index_or_all_with_index_zero_stay_apart()
    {
        var without = await HearAsync(Delta("""{"tool_calls":[{"id":"x","function":{"name":"a","arguments":"{\"n\":"}}]}""")
            + Delta("""{"tool_calls":[{"function":{"arguments":"1}"}}]}""") + Delta("""{"tool_calls":[{"id":"y","function":{"name":"b","arguments":"{}"}}]}""") + Close);
        Assert.Equal(["x a {\"n\":1}", "y b {}"], without.Calls.Select(call => $"{call.CallId} {call.Name} {Heard.Raw(call)}"));

        var zero = await HearAsync(Delta("""{"tool_calls":[{"index":0,"id":"x","function":{"name":"a","arguments":"{\"n\":1}"}}]}""")
            + Delta("""{"tool_calls":[{"index":0,"id":"y","function":{"name":"a","arguments":"{\"n\":2}"}}]}""") + Close);
        Assert.Equal(["x a {\"n\":1}", "y a {\"n\":2}"], zero.Calls.Select(call => $"{call.CallId} {call.Name} {Heard.Raw(call)}"));
    }

    [Fact]
    public async Task A_name_repeated_in_every_piece_is_one_name_and_arguments_may_be_an_object()
    {
        var heard = await HearAsync(Delta("""{"tool_calls":[{"index":0,"id":"x","function":{"name":"read","arguments":"{\"p\""}}]}""")
            + Delta("""{"tool_calls":[{"index":0,"id":"x","function":{"name":"read","arguments":":1}"}}]}""")
            + Delta("""{"tool_calls":[{"index":1,"id":"y","function":{"name":"list","arguments":{"p":2}}}]}""") + Close);
        Assert.Equal(["read {\"p\":1}", "list {\"p\":2}"], heard.Calls.Select(call => $"{call.Name} {Heard.Raw(call)}"));
    }

    [Fact]
    public async Task Malformed_arguments_come_out_as_they_are_and_none_as_an_empty_object()
    {
        var heard = await HearAsync(Delta("""{"tool_calls":[{"index":0,"id":"x","function":{"name":"a","arguments":"{\"p\": unquo"}},{"index":1,"id":"y","function":{"name":"b"}}]}""") + Close);
        Assert.Null(heard.Failure);
        Assert.Equal(["{\"p\": unquo", "{}"], heard.Calls.Select(Heard.Raw));
        Assert.Null(heard.Calls[0].Arguments);
    }

    [Fact]
    public async Task Mistrals_parts_and_the_reasoning_field_of_others_are_heard()
    {
        var parts = await HearAsync(Delta("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}""") + Delta("""{"content":[{"type":"text","text":"yes"}]}""") + Close);
        Assert.Equal(("hm", "yes"), (parts.Reasoning, parts.Text));
        var field = await HearAsync(Delta("""{"reasoning":"hm"}""") + Delta("""{"content":"yes"}""") + Close);
        Assert.Equal(("hm", "yes"), (field.Reasoning, field.Text));
        Assert.Empty(field.Opaque);
    }

    [Fact]
    public async Task OpenRouters_reasoning_details_go_back_merged_and_whole()
    {
        var server = new CannedServer(
            Delta("""{"reasoning":"I ","reasoning_details":[{"type":"reasoning.text","text":"I ","format":"anthropic-claude-v1","index":0}]}""")
            + Delta("""{"reasoning":"think","reasoning_details":[{"type":"reasoning.text","text":"think","format":"anthropic-claude-v1","index":0}]}""")
            + Delta("""{"reasoning_details":[{"type":"reasoning.text","signature":"SIG","index":0}]}""")
            + Delta("""{"tool_calls":[{"index":0,"id":"x","function":{"name":"list_dir","arguments":"{}"}}]}""")
            + Delta("""{"reasoning_details":[{"type":"reasoning.encrypted","data":"ENC","id":"x","index":1}]}""") + Close);
        var client = new OpenAIChatClient(new("openrouter", "http://127.0.0.1:9") { Http = new(server) }, "m") { Dialect = ChatDialect.OpenRouter };
        var talk = new Conversation([.. Wire.Ask()]);
        talk.Answer((await talk.StepAsync(client, Conversation.Options()))[0], "ok");
        await talk.StepAsync(client, Conversation.Options());
        Assert.Contains("""
            "reasoning_details":[{"type":"reasoning.text","text":"I think","format":"anthropic-claude-v1","index":0,"signature":"SIG"},{"type":"reasoning.encrypted","data":"ENC","id":"x","index":1}]
            """.Trim(), server.Asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}""", 10, 12, 0, 7)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":12,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}""", 10, 12, 0, 7)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2}""", 10, 5, 8, 0)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":4}""", 10, 5, 4, 0)]
    public async Task Usage_is_read_in_every_dialect(string usage, long input, long output, long cached, long reasoning)
    {
        var heard = await HearAsync(Delta("""{"content":"x"}""") + $"data: {{\"choices\":[],\"usage\":{usage}}}\n\n" + Close);
        Assert.Equal(new TokenUsage(input, output, cached, 0, reasoning), Assert.Single(heard.Usage));
    }

    [Fact]
    public async Task A_server_that_leaves_out_done_is_complete_after_finish_reason_and_usage()
    {
        var heard = await HearAsync(Delta("""{"content":"x"}""") + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n");
        Assert.Null(heard.Failure);
        Assert.Equal(ChatFinishReason.Length, Assert.Single(heard.Reasons));
    }

    [Fact]
    public async Task A_refusal_without_an_answer_is_refused_and_one_with_words_says_so_at_the_end()
    {
        var none = await HearAsync("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\ndata: [DONE]\n\n");
        Assert.Equal(ModelFailure.Refused, none.Failure?.Failure);
        var some = await HearAsync(Delta("""{"content":"Well"}""") + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\ndata: [DONE]\n\n");
        Assert.Equal(ChatFinishReason.ContentFilter, Assert.Single(some.Reasons));
    }
}
