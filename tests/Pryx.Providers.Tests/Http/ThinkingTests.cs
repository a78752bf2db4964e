using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Anthropic;
using Pryx.Providers.Gemini;
using Pryx.Providers.Http;
using Pryx.Providers.Ollama;
using Pryx.Providers.OpenAIChat;
using Pryx.Providers.OpenAIResponses;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Http;

/// <summary>How much a model is to think reaches every wire in its own words, within what the model takes.</summary>
public class ThinkingTests
{
    private static readonly ModelInfo Thinker = new(new("p", "m")) { SupportsReasoning = true };
    private static readonly ModelInfo LowOrHigh = Thinker with { Efforts = ["low", "high"] };
    private static readonly ModelInfo Bounded = Thinker with { ReasoningBudget = new(2_000, 8_000) };
    private static readonly ModelInfo Thoughtless = new(new("p", "m"));

    public static TheoryData<string, string, ReasoningEffort?, long?, string> Asked { get; } = new()
    {
        // Wire and model; what is known of it; effort; tokens; what is sent.
        { "chat gpt-5", nameof(Thinker), ReasoningEffort.Medium, null, """{"reasoning_effort":"medium"}""" },
        { "chat gpt-5", nameof(LowOrHigh), ReasoningEffort.Medium, null, """{"reasoning_effort":"high"}""" },
        { "chat gpt-5", nameof(LowOrHigh), ReasoningEffort.None, null, """{"reasoning_effort":"low"}""" },
        { "chat gpt-5", nameof(Thinker), null, 3_000, """{"reasoning_effort":"low"}""" },
        { "chat gpt-4o", nameof(Thoughtless), ReasoningEffort.High, null, "{}" },
        { "responses gpt-5", nameof(LowOrHigh), ReasoningEffort.ExtraHigh, null, """{"reasoning":{"effort":"high"}}""" },
        { "responses gpt-5", nameof(Thinker), ReasoningEffort.None, null, """{"reasoning":{"effort":"none"}}""" },
        { "responses gpt-4o", nameof(Thoughtless), ReasoningEffort.High, null, "{}" },
        { "openrouter x/y", nameof(Thinker), ReasoningEffort.High, null, """{"reasoning":{"effort":"high"}}""" },
        { "openrouter x/y", nameof(Bounded), null, 50_000, """{"reasoning":{"max_tokens":8000}}""" },
        { "anthropic claude-sonnet-4-5", nameof(Thinker), ReasoningEffort.Low, null, """{"thinking":{"type":"enabled","budget_tokens":4096}}""" },
        { "anthropic claude-sonnet-4-5", nameof(Bounded), ReasoningEffort.High, null, """{"thinking":{"type":"enabled","budget_tokens":8000}}""" },
        { "anthropic claude-sonnet-4-5", nameof(Bounded), null, 1_500, """{"thinking":{"type":"enabled","budget_tokens":2000}}""" },
        { "anthropic claude-sonnet-4-5", nameof(Thinker), ReasoningEffort.None, null, """{"thinking":{"type":"disabled"}}""" },
        { "anthropic claude-3-haiku", nameof(Thoughtless), ReasoningEffort.High, null, "{}" },
        { "adaptive claude-opus-4-6", nameof(Thinker), ReasoningEffort.ExtraHigh, null, """{"thinking":{"type":"adaptive"},"output_config":{"effort":"max"}}""" },
        { "adaptive claude-opus-4-6", nameof(LowOrHigh), null, 11_000, """{"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}}""" },
        { "adaptive claude-opus-4-6", nameof(Thinker), ReasoningEffort.None, null, """{"thinking":{"type":"disabled"}}""" },
        { "gemini gemini-2.5-flash", nameof(Thinker), ReasoningEffort.Medium, null, """{"thinkingBudget":10240,"includeThoughts":true}""" },
        { "gemini gemini-2.5-flash", nameof(Thinker), ReasoningEffort.None, null, """{"thinkingBudget":0}""" },
        { "gemini gemini-2.5-pro", nameof(Thinker), ReasoningEffort.None, null, """{"thinkingBudget":128,"includeThoughts":true}""" },
        { "gemini gemini-2.5-pro", nameof(Bounded), null, 100, """{"thinkingBudget":2000,"includeThoughts":true}""" },
        { "gemini gemini-3-pro-preview", nameof(Thinker), ReasoningEffort.Medium, null, """{"thinkingLevel":"high","includeThoughts":true}""" },
        { "gemini gemini-3.5-flash", nameof(Thinker), ReasoningEffort.None, null, """{"thinkingLevel":"low","includeThoughts":true}""" },
        { "gemini gemini-3.5-flash", nameof(LowOrHigh), null, 3_000, """{"thinkingLevel":"low","includeThoughts":true}""" },
        { "gemini gemini-2.0-flash", nameof(Thoughtless), ReasoningEffort.High, null, "{}" },
        { "ollama qwen3", nameof(Thinker), ReasoningEffort.None, null, """{"think":false}""" },
        { "ollama qwen3", nameof(Thinker), null, 3_000, """{"think":true}""" },
        { "ollama gpt-oss:20b", nameof(Thinker), ReasoningEffort.Medium, null, """{"think":"medium"}""" },
    };

    [Theory, MemberData(nameof(Asked))]
    [Requirement("FR1.7", "thinking budget handled")]
    [Requirement("MOD7", "reasoning budget")]
    [Requirement("MOD10", "Anthropic thinking")]
    [Requirement("MOD10", "OpenAI per-model")]
    public async Task Thinking_is_asked_for_in_the_words_of_the_wire(string wireAndModel, string known, ReasoningEffort? effort, long? tokens, string expected)
    {
        var (wire, model) = (wireAndModel.Split(' ')[0], wireAndModel.Split(' ')[1]);
        var info = known switch { nameof(LowOrHigh) => LowOrHigh, nameof(Bounded) => Bounded, nameof(Thoughtless) => Thoughtless, _ => Thinker };
        var spoken = Wire.Of(wire switch { "openrouter" => "chat", "adaptive" => "anthropic", _ => wire });
        var server = spoken.Serve(spoken.Reply);
        var endpoint = new WireEndpoint("testing", "http://127.0.0.1:9") { Http = new(server) };
        IChatClient client = wire switch
        {
            "chat" => new OpenAIChatClient(endpoint, model) { Info = info, Dialect = ChatDialect.OpenAI },
            "openrouter" => new OpenAIChatClient(endpoint, model) { Info = info, Dialect = ChatDialect.OpenRouter },
            "responses" => new OpenAIResponsesClient(endpoint, model) { Info = info },
            "anthropic" or "adaptive" => new AnthropicClient(endpoint, model) { Info = info, MaxOutput = 32_000, ThinksAdaptively = wire == "adaptive" },
            "gemini" => new GeminiClient(endpoint, model) { Info = info },
            _ => new OllamaClient(endpoint, model) { Info = info },
        };
        var options = new ChatOptions { Reasoning = effort is null ? null : new() { Effort = effort } };
        if (tokens is { } number)
            options.AdditionalProperties = new() { [WireKeys.ReasoningBudget] = number };
        Assert.Null((await Heard.FromAsync(client, null, options)).Failure);

        using var body = JsonDocument.Parse(server.Asked);
        string[] names = ["reasoning_effort", "reasoning", "thinking", "output_config", "think"];
        var sent = wire == "gemini"
            ? body.RootElement.GetProperty("generationConfig").TryGetProperty("thinkingConfig", out var config) ? config.GetRawText() : "{}"
            : $"{{{string.Join(',', names.Where(name => body.RootElement.TryGetProperty(name, out _)).Select(name => $"\"{name}\":{body.RootElement.GetProperty(name).GetRawText()}"))}}}";
        Assert.Equal(expected, sent);
    }
}
