using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Providers.Tests;

/// <summary>Four steps on each wire against the fake provider, which holds every request to the rules of its vendor.</summary>
public sealed class WholeConversationTests
{
    private static readonly ScriptedReply[] Steps =
    [
        Calls(("grep", """{"pattern":"ä"}"""), ("read_file", """{"path":"a"}""")) with
        {
            Reasoning = "Ich denke 🤔 nach.", Text = ["Ich ", "schaue."], Trouble = new() { PieceBytes = 5 },
        },
        Calls(("read_file", """{"path":"b"}""")) with { Reasoning = "again" },
        Calls(("nope", "{}")),
        Says("Fertig.", " Gut."),
    ];

    [Theory]
    [InlineData("openai/m", "chat")]
    [InlineData("openai/gpt-5", "responses")]
    [InlineData("anthropic/claude-sonnet-4-5", null)]
    [InlineData("google/gemini-3-pro", null)]
    [InlineData("google/gemini-2.5-pro", "gemini")]
    [InlineData("google/gemini-2.5-pro", "chat")]
    [InlineData("ollama/llama3", null)]
    [Requirement("CHAT-M", "correct model replies")]
    public async Task A_conversation_breaks_no_rule_of_its_vendor_and_counts_what_the_vendor_counts(string name, string? api)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Steps), cancellationToken);
        var registry = new ProviderRegistry(variable => variable switch
        {
            "OPENAI_BASE_URL" => provider.OpenAiUrl.ToString(),
            "ANTHROPIC_BASE_URL" or "OLLAMA_HOST" or "GEMINI_BASE_URL" => provider.Url.ToString(),
            _ => null,
        }, _ => "key");
        Assert.True(ModelRef.TryParse(name, out var model));
        using var client = registry.Create(model, api);
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"path":{"type":"string"}}}""");
        var options = new ChatOptions { Tools = [new Declared("grep", schema.RootElement), new Declared("read_file", schema.RootElement)] };
        var messages = new List<ChatMessage> { new(ChatRole.System, "be brief"), new(ChatRole.User, "go") };
        var usage = default(TokenUsage);

        foreach (var _ in Steps)
        {
            var contents = new List<AIContent>();
            await foreach (var update in client.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                contents.AddRange(update.Contents);
            }
            usage = contents.OfType<UsageContent>().Aggregate(usage, (sum, content) => sum + Read(content.Details));
            messages.Add(new(ChatRole.Assistant, [.. contents.Where(content => content is not UsageContent)]));
            messages.AddRange(contents.OfType<FunctionCallContent>().Select(call => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "result of " + call.Name)])));
        }

        Assert.Empty(provider.Violations);
        Assert.Equal(Steps.Length, provider.ModelRequests.Count);
        Assert.Equal("Fertig. Gut.", messages[^1].Text);
        Assert.Equal(provider.Usage, usage);
    }

    private static TokenUsage Read(UsageDetails details) => new(
        details.InputTokenCount ?? 0, details.OutputTokenCount ?? 0, details.CachedInputTokenCount ?? 0,
        details.AdditionalCounts?.GetValueOrDefault(WireKeys.CacheWriteTokens) ?? 0, details.ReasoningTokenCount ?? 0);

    private sealed class Declared(string name, JsonElement schema) : AIFunctionDeclaration
    {
        public override string Name => name;
        public override string Description => "d";
        public override JsonElement JsonSchema => schema;
    }
}
