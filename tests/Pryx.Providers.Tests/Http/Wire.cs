using System.Text;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Providers.Anthropic;
using Pryx.Providers.Gemini;
using Pryx.Providers.Http;
using Pryx.Providers.Ollama;
using Pryx.Providers.OpenAIChat;
using Pryx.Providers.OpenAIResponses;

namespace Pryx.Providers.Tests.Http;

/// <summary>The five wires, each with a whole reply of its own: reasoning where it has some, "Hello wörld 😀", and two calls.</summary>
internal sealed record Wire(string Name, string ContentType, string Reply, Func<WireEndpoint, IChatClient> Create)
{
    public const string Text = "Hello wörld 😀";
    public const string SomeKey = "sk-test-1234567890abcdef";

    public static Wire[] All { get; } =
    [
        new("chat", "text/event-stream", Canned.Chat, endpoint => new OpenAIChatClient(endpoint, "gpt-x") { Dialect = ChatDialect.OpenAI }),
        new("responses", "text/event-stream; charset=utf-8", Canned.Responses, endpoint => new OpenAIResponsesClient(endpoint, "gpt-x")),
        new("anthropic", "text/event-stream; charset=utf-8", Canned.Anthropic, endpoint => new AnthropicClient(endpoint, "claude-x")),
        new("gemini", "text/event-stream", Canned.Gemini, endpoint => new GeminiClient(endpoint, "gemini-3-x")),
        new("ollama", "application/x-ndjson", Canned.Ollama, endpoint => new OllamaClient(endpoint, "llama-x")),
    ];

    public static TheoryData<string> Names { get; } = [.. All.Select(wire => wire.Name)];

    public static Wire Of(string name) => All.Single(wire => wire.Name == name);

    public CannedServer Serve(string body) => new(body, ContentType);

    public IChatClient On(HttpMessageHandler server, TimeProvider? time = null, TimeSpan? idleLimit = null) => Create(new WireEndpoint(
        Name switch { "anthropic" => "anthropic", "ollama" => "ollama", "gemini" => "google", _ => "openai" }, "http://127.0.0.1:9")
    {
        Name = "Testing AI",
        Key = SomeKey,
        KeyVariable = "TESTING_API_KEY",
        Http = new(server),
        Time = time ?? TimeProvider.System,
        IdleLimit = idleLimit ?? TimeSpan.FromSeconds(30),
    });

    /// <summary>The events (or lines) of the reply, each with what ends it.</summary>
    public IEnumerable<string> Events()
    {
        var end = Name == "ollama" ? "\n" : "\n\n";
        for (var at = 0; at < Reply.Length;)
        {
            var next = Reply.IndexOf(end, at, StringComparison.Ordinal) + end.Length;
            yield return Reply[at..next];
            at = next;
        }
    }

    public static List<ChatMessage> Ask(string text = "Hi") => [new(ChatRole.System, "Be brief."), new(ChatRole.User, text)];
}

/// <summary>What came out of a stream, put together.</summary>
internal sealed record Heard
{
    public string Text { get; private set; } = "";
    public string Reasoning { get; private set; } = "";
    public List<OpaqueData> Opaque { get; } = [];
    public List<FunctionCallContent> Calls { get; } = [];
    public List<TokenUsage> Usage { get; } = [];
    public List<ChatFinishReason> Reasons { get; } = [];
    public string? RequestId { get; private set; }
    public string? Warning { get; private set; }
    public ModelException? Failure { get; private set; }
    public int Updates { get; private set; }

    /// <summary>One line that differs when anything that matters differs.</summary>
    public string Summary => $"{Reasoning}|{Text}|{string.Join(';', Calls.Select(call => $"{call.CallId} {call.Name} {Raw(call)}"))}|{string.Join(';', Opaque.Select(data => data.Data))}|{string.Join(';', Usage)}|{string.Join(';', Reasons)}";

    public static string Raw(FunctionCallContent call) => (string)call.AdditionalProperties![WireKeys.RawArguments]!;

    public static async Task<Heard> FromAsync(IChatClient client, IEnumerable<ChatMessage>? messages = null, ChatOptions? options = null)
    {
        var heard = new Heard();
        var (text, reasoning) = (new StringBuilder(), new StringBuilder());
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(messages ?? Wire.Ask(), options, TestContext.Current.CancellationToken))
            {
                heard.Updates++;
                heard.RequestId ??= update.AdditionalProperties?.GetValueOrDefault(WireKeys.RequestId) as string;
                heard.Warning ??= update.AdditionalProperties?.GetValueOrDefault(WireKeys.Warning) as string;
                if (update.FinishReason is { } reason)
                    heard.Reasons.Add(reason);
                foreach (var content in update.Contents)
                    heard.Hear(content, text, reasoning);
            }
        }
        catch (ModelException failure)
        {
            heard.Failure = failure;
        }
        (heard.Text, heard.Reasoning) = (text.ToString(), reasoning.ToString());
        return heard;
    }

    private void Hear(AIContent content, StringBuilder text, StringBuilder reasoning)
    {
        if (content.AdditionalProperties?.GetValueOrDefault(WireKeys.Opaque) is OpaqueData data)
            Opaque.Add(data);
        switch (content)
        {
            case TextReasoningContent thought: reasoning.Append(thought.Text); break;
            case TextContent said: text.Append(said.Text); break;
            case FunctionCallContent call: Calls.Add(call); break;
            case UsageContent usage:
                Usage.Add(new(usage.Details.InputTokenCount ?? 0, usage.Details.OutputTokenCount ?? 0, usage.Details.CachedInputTokenCount ?? 0,
                    usage.Details.AdditionalCounts?.GetValueOrDefault(WireKeys.CacheWriteTokens) ?? 0, usage.Details.ReasoningTokenCount ?? 0));
                break;
        }
    }
}
