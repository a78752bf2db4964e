using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Providers.Tests;

/// <summary>Calls with an account instead of a key, and what the user's settings add to a request.</summary>
public class AccountTests
{
    private const string Reply = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Takes one token only.</summary>
    private static Task<AnsweringServer> ServerAsync(string token) => AnsweringServer.StartAsync((request, http) =>
    {
        var isAllowed = request.Headers.GetValueOrDefault("Authorization") == $"Bearer {token}";
        http.Response.StatusCode = isAllowed ? 200 : 401;
        http.Response.ContentType = isAllowed ? "text/event-stream" : "application/json";
        return http.Response.WriteTextAsync(isAllowed ? Reply : """{"error":{"message":"bad token ya29.first-hunter2hunter2"}}""");
    }, Cancellation);

    [Fact]
    [Requirement("T2.8", "forced re-auth guidance")]
    public async Task A_token_that_ends_in_mid_session_is_replaced_once_and_the_call_goes_on()
    {
        await using var server = await ServerAsync("ya29.second");
        var asked = new List<string?>();
        var registry = With(server, (rejected, _) =>
        {
            asked.Add(rejected);
            return new(rejected is null ? "ya29.first-hunter2hunter2" : "ya29.second");
        });
        Assert.True(registry.IsConfigured("groq"));
        Assert.Equal("Hi", await SayAsync(registry));
        Assert.Equal([null, "ya29.first-hunter2hunter2"], asked);
        Assert.Equal(2, server.Seen.Count);
        Assert.Equal(server.Seen[0].Body, server.Seen[1].Body);
    }

    [Fact]
    public async Task A_token_that_stays_refused_ends_with_what_to_type_and_is_not_in_the_message()
    {
        await using var server = await ServerAsync("another");
        var failure = await Assert.ThrowsAsync<ModelException>(() => SayAsync(With(server, static (_, _) => new("ya29.first-hunter2hunter2"))));
        Assert.Equal(ModelFailure.Authentication, failure.Failure);
        Assert.Contains("Sign in again: pryx provider oauth groq", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Seen.Count);
    }

    [Fact]
    public async Task What_the_source_of_tokens_says_is_what_the_user_reads()
    {
        await using var server = await ServerAsync("another");
        var ended = new ModelException(ModelFailure.Authentication, "The sign-in was revoked. Sign in again: pryx provider oauth groq");
        Assert.Same(ended, await Assert.ThrowsAsync<ModelException>(() => SayAsync(With(server, (_, _) => throw ended))));
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task OpenRouter_gets_the_users_choice_of_upstream_providers_and_is_asked_for_the_cost()
    {
        await using var server = await ServerAsync("k");
        var settings = new Dictionary<string, string>
        {
            ["OPENROUTER_BASE_URL"] = server.Url, ["OPENROUTER_API_KEY"] = "k", ["OPENROUTER_PROVIDER_ORDER"] = "anthropic\ntogether", ["OPENROUTER_ALLOW_FALLBACKS"] = "false",
            ["OPENROUTER_DATA_COLLECTION"] = "deny", ["OPENROUTER_SORT"] = "price", ["OPENROUTER_SITE"] = "https://example.com", ["OPENROUTER_TITLE"] = "Mine",
        };
        var registry = new ProviderRegistry(settings.GetValueOrDefault, static _ => null);
        Assert.Equal("Hi", (await registry.Create(new("openrouter", "a/b")).GetResponseAsync("hello", cancellationToken: Cancellation)).Text);
        var seen = Assert.Single(server.Seen);
        using var body = JsonDocument.Parse(seen.Body);
        Assert.Equal("""{"order":["anthropic","together"],"allow_fallbacks":false,"data_collection":"deny","sort":"price"}""", body.RootElement.GetProperty("provider").GetRawText());
        Assert.True(body.RootElement.GetProperty("usage").GetProperty("include").GetBoolean());
        Assert.Equal(("https://example.com", "Mine"), (seen.Headers["HTTP-Referer"], seen.Headers["X-Title"]));
    }

    [Theory]
    [InlineData("30m", "\"30m\"")]
    [InlineData("-1", "-1")]
    [InlineData("600", "600")]
    [InlineData(null, null)]
    public async Task Ollama_is_told_how_long_to_keep_the_model(string? setting, string? sent)
    {
        await using var server = await AnsweringServer.StartAsync(static (_, http) =>
        {
            http.Response.ContentType = "application/x-ndjson";
            return http.Response.WriteTextAsync("""{"model":"m","message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":1}""" + "\n");
        }, Cancellation);
        var registry = new ProviderRegistry(name => name switch { "OLLAMA_HOST" => server.Url, "OLLAMA_KEEP_ALIVE" => setting, _ => null }, static _ => null);
        Assert.Equal("Hi", (await registry.Create(new("ollama", "m")).GetResponseAsync("hello", cancellationToken: Cancellation)).Text);
        using var body = JsonDocument.Parse(server.Seen[0].Body);
        Assert.Equal(sent, body.RootElement.TryGetProperty("keep_alive", out var kept) ? kept.GetRawText() : null);
    }

    private static ProviderRegistry With(AnsweringServer server, Pryx.Providers.Http.AccessTokenSource token) => new(
        name => name == "GROQ_BASE_URL" ? server.Url : null, static _ => null, new ProviderOptions { Token = provider => provider == "groq" ? token : null });

    private static async Task<string> SayAsync(ProviderRegistry registry) => (await registry.Create(new("groq", "m")).GetResponseAsync("hello", cancellationToken: Cancellation)).Text;
}
