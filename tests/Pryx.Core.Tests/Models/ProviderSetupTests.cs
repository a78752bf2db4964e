using System.Net;
using Pryx.Testing;

namespace Pryx.Core.Tests.Models;

/// <summary>The routes by which the terminal, a web page and the commands set providers up.</summary>
public sealed class ProviderSetupTests
{
    private const string Secret = "sk-hunter2hunter2hunter2";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_provider_is_added_used_and_removed_and_the_audit_knows()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, (await core.PostAsync("/api/v1/providers/groq/use", new { }, Cancellation)).Status);
        Assert.Equal("PROVIDER_NOT_CONFIGURED", (string?)(await core.PostAsync("/api/v1/providers/groq/use", null, Cancellation)).Body!["error"]!["code"]);

        await core.PostAsync("/api/v1/providers/groq/key", new { api_key = Secret }, Cancellation);
        var (added, body) = await core.SendAsync(HttpMethod.Put, "/api/v1/providers/groq", null, Cancellation);
        Assert.Equal((HttpStatusCode.OK, true, "keychain"), (added, (bool)body!["added"]!, (string?)body["key_source"]));
        var used = (await core.PostAsync("/api/v1/providers/groq/use", new { model = "llama-3.3-70b-versatile" }, Cancellation)).Body!;
        Assert.Equal(("groq", "llama-3.3-70b-versatile"), ((string?)used["model_provider"], (string?)used["model_name"]));
        Assert.Equal("groq", (string?)(await core.GetAsync("/api/v1/providers", Cancellation)).Body!["active"]);

        var removed = (await core.SendAsync(HttpMethod.Delete, "/api/v1/providers/groq", null, Cancellation)).Body!;
        Assert.Equal((true, true, true), ((bool)removed["was_configured"]!, (bool)removed["key_removed"]!, (bool)removed["was_active"]!));
        var again = await core.SendAsync(HttpMethod.Delete, "/api/v1/providers/groq", null, Cancellation);
        Assert.Equal((HttpStatusCode.OK, false), (again.Status, (bool)again.Body!["key_removed"]!));
        Assert.Null((await core.GetAsync("/api/v1/providers", Cancellation)).Body!["active"]);
        var log = (await core.GetAsync("/api/v1/audit", Cancellation)).Body!.ToJsonString();
        Assert.All((string[])["provider.added", "provider.used", "provider.removed"], action => Assert.Contains(action, log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Providers_added_at_the_same_time_all_stay()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        string[] names = ["openai", "groq", "mistral", "xai", "cohere", "together", "deepseek", "glm"];
        await Task.WhenAll(names.Select(name => core.SendAsync(HttpMethod.Put, $"/api/v1/providers/{name}", null, Cancellation)));
        var listed = (await core.GetAsync("/api/v1/config", Cancellation)).Body!["configured_providers"]!.AsArray().Select(name => (string)name!);
        Assert.Equal(names.Order(), listed.Order());
    }

    [Theory]
    [InlineData(200, """{"data":[{"id":"a"}]}""", "works")]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided: sk-hunter2hunter2hunter2"}}""", "refused")]
    [InlineData(400, """{"error":{"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}""", "refused")]
    [InlineData(403, """{"error":{"message":"Missing scopes: api.model.read"}}""", "unproven")]
    [InlineData(404, "{}", "unproven")]
    [InlineData(402, """{"error":{"message":"Insufficient credits"}}""", "unproven")]
    [InlineData(429, "{}", "unproven")]
    [InlineData(500, "{}", "unreachable")]
    [InlineData(200, "<html>", "unproven")]
    [InlineData(302, "", "unproven")]
    public async Task Each_answer_to_a_test_has_its_verdict_and_none_shows_the_key(int status, string json, string verdict)
    {
        await using var server = await AnsweringServer.StartAsync(_ => (status, json), Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OPENAI_BASE_URL"] = server.Url });
        var (answered, test) = await core.PostAsync("/api/v1/providers/openai/test", new { api_key = Secret }, Cancellation);
        Assert.Equal((HttpStatusCode.OK, verdict), (answered, (string?)test!["verdict"]));
        Assert.Equal(verdict == "works", (bool)test["ok"]!);
        Assert.DoesNotContain("hunter2", test.ToJsonString(), StringComparison.Ordinal);
        Assert.False((bool)(await core.GetAsync("/api/v1/providers/openai/key", Cancellation)).Body!["configured"]!); // Tried is not stored.
    }

    [Fact]
    public async Task A_server_that_never_answers_is_unreachable_after_a_while()
    {
        var time = new FakeTime();
        await using var server = await AnsweringServer.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted), Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OPENAI_BASE_URL"] = server.Url }, time: time);
        var asked = core.PostAsync("/api/v1/providers/openai/test", new { api_key = Secret }, Cancellation);
        while (server.Seen.Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("unreachable", (string?)(await asked).Body!["verdict"]);
    }
}
