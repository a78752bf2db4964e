using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;

namespace Pryx.Core.Tests.Models;

/// <summary>A daemon whose every provider is the fake one, each spoken to on its own wire.</summary>
internal static class AllWires
{
    /// <summary>A model for each wire, as people name it.</summary>
    public static IReadOnlyDictionary<string, string> Models { get; } = new Dictionary<string, string>
    {
        ["chat"] = "openai-chat/gpt-5.4",
        ["responses"] = "openai-responses/gpt-5.4",
        ["anthropic"] = "anthropic/claude-sonnet-5",
        ["gemini"] = "google/gemini-3.5-flash",
        ["gemini-2.5"] = "google/gemini-2.5-pro",
        ["ollama"] = "ollama/qwen3:8b",
        ["openrouter"] = "openrouter/anthropic/claude-sonnet-5",
        ["mistral"] = "mistral/mistral-medium-2604",
    };

    public static TheoryData<string> Names { get; } = [.. Models.Keys];

    public static Task<TestCore> StartAsync(FakeProvider provider, CancellationToken cancellationToken, TempHome? home = null) => TestCore.StartAsync(provider, cancellationToken, home, environment: new Dictionary<string, string>
    {
        ["GEMINI_API_KEY"] = "AIza-test",
        ["GEMINI_BASE_URL"] = provider.GeminiUrl.ToString(),
        ["OPENROUTER_API_KEY"] = "sk-or-test",
        ["OPENROUTER_BASE_URL"] = provider.OpenRouterUrl.ToString(),
        ["MISTRAL_API_KEY"] = "mistral-test",
        ["MISTRAL_BASE_URL"] = provider.OpenAiUrl.ToString(),
        ["OLLAMA_HOST"] = provider.Url.ToString(),
    });

    public static async Task<string> OpenAsync(this TestCore core, CancellationToken cancellationToken)
    {
        var (status, session) = await core.PostAsync("/api/v1/sessions", new { title = "t" }, cancellationToken);
        Assert.Equal(HttpStatusCode.Created, status);
        return (string)session!["id"]!;
    }

    /// <summary>Says it and waits for the turn to end; the turn as the API shows it.</summary>
    public static async Task<JsonNode> RunAsync(this TestCore core, string session, string text, string model, CancellationToken cancellationToken)
    {
        var (status, accepted) = await core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = text, model, approve_all = true }, cancellationToken);
        Assert.True((int)status < 300, $"{status}: {accepted}");
        var turnId = (string?)accepted!["turn_id"];
        while (true)
        {
            var (_, body) = await core.GetAsync($"/api/v1/sessions/{session}/turns", cancellationToken);
            var turn = body!["turns"]!.AsArray().First(turn => (string?)turn!["id"] == turnId)!;
            if ((string?)turn["status"] is not ("running" or "queued"))
            {
                return turn;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }
}
