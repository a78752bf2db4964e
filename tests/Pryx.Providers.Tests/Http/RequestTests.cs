using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Providers.OpenAIChat;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Http;

/// <summary>What goes over the wire, byte for byte: a diff here is a change of every provider's cache.</summary>
public class RequestTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Http", "Requests");

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task The_request_is_the_one_on_record(string name)
    {
        var asked = await AskAsync(name, History(), Options());
        var pretty = JsonSerializer.Serialize(JsonDocument.Parse(asked).RootElement, Indented);
        var recorded = await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.json"), TestContext.Current.CancellationToken);
        // Left beside the record, to be looked at and taken over when the change is meant.
        await File.WriteAllTextAsync(Path.Combine(Folder, $"{name}.received.json"), pretty + "\n", TestContext.Current.CancellationToken);
        Assert.Equal(recorded.ReplaceLineEndings("\n").Trim(), pretty.ReplaceLineEndings("\n"));
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task The_same_messages_give_the_same_bytes(string name) =>
        Assert.Equal(await AskAsync(name, History(), Options()), await AskAsync(name, History(), Options()));

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task A_longer_history_only_appends(string name)
    {
        var history = History();
        for (var count = 2; count < history.Count; count++)
        {
            // A step's results are stored together; no request goes out between them.
            if (history[count].Role == ChatRole.Tool)
                continue;
            var shorter = WithoutMarkers(await AskAsync(name, history.Take(count), Options()));
            var longer = WithoutMarkers(await AskAsync(name, history, Options()));
            Assert.StartsWith(shorter.TrimEnd('}', ']'), longer, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Requirement("MOD7", "cache_control")]
    public async Task Anthropic_gets_at_most_four_cache_markers_on_tools_system_and_the_last_two_user_messages()
    {
        var asked = await AskAsync("anthropic", [.. History(), .. History().Skip(1), .. History().Skip(1)], Options());
        using var json = JsonDocument.Parse(asked);
        Assert.Equal(4, asked.Split("cache_control").Length - 1);
        Assert.True(json.RootElement.GetProperty("tools")[1].TryGetProperty("cache_control", out _));
        Assert.True(json.RootElement.GetProperty("system")[0].TryGetProperty("cache_control", out _));
        var users = json.RootElement.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() == "user").ToList();
        Assert.All(users.TakeLast(2), message => Assert.True(message.GetProperty("content").EnumerateArray().Last().TryGetProperty("cache_control", out _)));
    }

    [Theory, MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public async Task Data_of_another_wire_is_left_out(string name)
    {
        var reasoning = new TextReasoningContent("secret thoughts") { AdditionalProperties = new() { [WireKeys.Opaque] = new OpaqueData("somebody/else", "{\"x\":1}") } };
        var call = new FunctionCallContent("call:with/strange.characters_and_far_too_long_for_any_provider_in_the_world", "list_dir", null)
        {
            AdditionalProperties = new() { [WireKeys.Opaque] = new OpaqueData("openai-responses/elsewhere", "fc_foreign"), [WireKeys.RawArguments] = "" },
        };
        var asked = await AskAsync(name,
        [
            .. Wire.Ask(), new(ChatRole.Assistant, [reasoning, call]), new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "ok")]),
            new(ChatRole.Assistant, [new TextReasoningContent("only thoughts")]), new(ChatRole.User, "Go on."),
        ], Options());
        Assert.DoesNotContain("thoughts", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("fc_foreign", asked, StringComparison.Ordinal);
        if (name != "ollama")
            Assert.DoesNotContain("with/strange", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenRouter_gets_its_reasoning_object_and_markers_for_Claude()
    {
        var options = Options();
        options.ModelId = "anthropic/claude-sonnet-5";
        options.Reasoning = new() { Effort = ReasoningEffort.High };
        var asked = await AskAsync(ChatDialect.OpenRouter, History(), options);
        Assert.Contains("\"reasoning\":{\"effort\":\"high\"}", asked, StringComparison.Ordinal);
        Assert.Equal(3, asked.Split("cache_control").Length - 1);
        Assert.Contains("\"max_tokens\":1000", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("prompt_cache_key", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistral_gets_no_unknown_fields_and_ids_of_nine_characters()
    {
        var asked = await AskAsync(ChatDialect.Mistral, History(), Options());
        using var json = JsonDocument.Parse(asked);
        Assert.False(json.RootElement.TryGetProperty("stream_options", out _));
        var messages = json.RootElement.GetProperty("messages").EnumerateArray().ToList();
        var called = messages.Where(message => message.TryGetProperty("tool_calls", out _)).SelectMany(message => message.GetProperty("tool_calls").EnumerateArray()).Select(call => call.GetProperty("id").GetString()!).ToList();
        Assert.All(called, id => Assert.Matches("^[a-zA-Z0-9]{9}$", id));
        Assert.Equal(called, messages.Where(message => message.GetProperty("role").GetString() == "tool").Select(message => message.GetProperty("tool_call_id").GetString()));
    }

    [Theory]
    [InlineData("chat", "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":{\"type\":\"object\"}}}")]
    [InlineData("responses", "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"answer\",\"schema\":{\"type\":\"object\"},\"strict\":false}}")]
    [InlineData("anthropic", "valid against this JSON schema: {\\\"type\\\":\\\"object\\\"}")]
    [InlineData("gemini", "\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"object\"}")]
    [InlineData("ollama", "\"format\":{\"type\":\"object\"}")]
    public async Task A_schema_for_the_answer_is_asked_for(string name, string expected)
    {
        var options = Options();
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonDocument.Parse("{\"type\":\"object\"}").RootElement, "answer");
        Assert.Contains(expected, await AskAsync(name, Wire.Ask(), options), StringComparison.Ordinal);
    }

    private static Task<string> AskAsync(string name, IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        var wire = Wire.Of(name);
        var server = wire.Serve(wire.Reply);
        // Its versions are asked differently.
        if (name == "gemini")
            options.ModelId = "gemini-3-x";
        return AskAsync(server, wire.On(server), messages, options);
    }

    private static Task<string> AskAsync(ChatDialect dialect, IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        var server = Wire.Of("chat").Serve(Canned.Chat);
        return AskAsync(server, new OpenAIChatClient(new("testing", "http://127.0.0.1:9") { Http = new(server) }, "m") { Dialect = dialect }, messages, options);
    }

    private static async Task<string> AskAsync(CannedServer server, IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        Assert.Null((await Heard.FromAsync(client, messages, options)).Failure);
        return server.Asked;
    }

    private static ChatOptions Options()
    {
        var options = Conversation.Options("model-1");
        options.MaxOutputTokens = 1000;
        return options;
    }

    private static string WithoutMarkers(string body) => new StringBuilder(body).Replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "").ToString();

    /// <summary>Each wire finds its own data in it and leaves the others' out.</summary>
    private static List<ChatMessage> History() =>
    [
        new(ChatRole.System, "Be brief & <kind>."),
        new(ChatRole.User, [new TextContent("What is in ä.txt?"), new DataContent(Conversation.Png, "image/png")]),
        new(ChatRole.Assistant,
        [
            Thought("Let me see.", "openai-chat", "reasoning_content"),
            Thought("", "openai-responses", """{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}"""),
            Thought("Let me see.", "anthropic", """{"type":"thinking","thinking":"Let me see.","signature":"EqQB"}"""),
            Thought("Let me see.", "gemini", "{}"),
            Thought("Let me see.", "ollama", "thinking"),
            new TextContent("I look."),
            Call("call_1", "read_file", """{"path":"ä.txt"}""", new("openai-responses", "fc_1")),
            Call("call_2", "list_dir", """{"path": ".", "n": 1e2}"""),
        ]),
        new(ChatRole.Tool, [new FunctionResultContent("call_1", "Grüße\n"), new DataContent(Conversation.Png, "image/png")]),
        new(ChatRole.Tool, [new FunctionResultContent("call_2", "denied") { AdditionalProperties = new() { [WireKeys.IsError] = true } }]),
        new(ChatRole.Assistant, "It says hello."),
        new(ChatRole.User, "Thanks."),
    ];

    private static TextReasoningContent Thought(string text, string wire, string data) =>
        new(text) { AdditionalProperties = new() { [WireKeys.Opaque] = new OpaqueData(wire, data) } };

    private static FunctionCallContent Call(string id, string name, string arguments, OpaqueData? opaque = null)
    {
        var call = new FunctionCallContent(id, name, null) { AdditionalProperties = new() { [WireKeys.RawArguments] = arguments } };
        if (opaque is not null)
            call.AdditionalProperties[WireKeys.Opaque] = opaque;
        return call;
    }
}
