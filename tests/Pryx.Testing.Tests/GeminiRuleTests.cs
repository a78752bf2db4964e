using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pryx.Testing.Fake;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

/// <summary>What Google refuses, the fake refuses.</summary>
public sealed class GeminiRuleTests
{
    private const string Valid = """
        {"systemInstruction":{"parts":[{"text":"be brief"}]},"tools":[{"functionDeclarations":[{"name":"read_file","parametersJsonSchema":{"type":"object"}}]}],
         "contents":[{"role":"user","parts":[{"text":"go"}]},
          {"role":"model","parts":[{"functionCall":{"name":"read_file","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"name":"read_file","args":{}}}]},
          {"role":"user","parts":[{"functionResponse":{"name":"read_file","response":{"output":"a"}}},{"functionResponse":{"name":"read_file","response":{"output":"b"}}}]}]}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_as_Google_wants_it_is_answered_with_a_stream()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Hi."));
        var (status, text) = await AskAsync(provider, Valid);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"text\":\"Hi.\"", text, StringComparison.Ordinal);
        Assert.Contains("\"finishReason\":\"STOP\"", text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
        Assert.Equal(("gemini-3-x", 2), (provider.ModelRequests[0].Model, provider.ModelRequests[0].Results.Count));
    }

    [Theory]
    [InlineData("\"thoughtSignature\":\"skip_thought_signature_validator\"", "\"thought\":false", Rules.Reasoning)]
    [InlineData("{\"functionCall\":{\"name\":\"read_file\",\"args\":{}}}]", "{\"functionCall\":{\"name\":\"read_file\",\"args\":{}},\"thoughtSignature\":\"x\"}]", Rules.Reasoning)]
    [InlineData(",{\"functionResponse\":{\"name\":\"read_file\",\"response\":{\"output\":\"b\"}}}", "", Rules.CallWithoutResult)]
    [InlineData("{\"output\":\"b\"}", "\"b\"", Rules.Shape)]
    [InlineData("\"args\":{}}}]", "\"args\":\"{}\"}}]", Rules.Shape)]
    [InlineData("{\"role\":\"user\",\"parts\":[{\"text\":\"go\"}]},", "", Rules.Roles)]
    [InlineData("{\"role\":\"user\",\"parts\":[{\"text\":\"go\"}]},", "{\"role\":\"user\",\"parts\":[{\"text\":\"go\"}]},{\"role\":\"user\",\"parts\":[{\"text\":\"go\"}]},", Rules.Roles)]
    [InlineData("{\"text\":\"go\"}", "{\"text\":\"\"}", Rules.EmptyContent)]
    [InlineData("{\"text\":\"go\"}", "{\"text\":\"go\",\"cache_control\":{}}", Rules.Shape)]
    [InlineData("\"tools\":", "\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":1,\"thinkingLevel\":\"low\"}},\"tools\":", Rules.Shape)]
    [InlineData("\"tools\":", "\"model\":\"x\",\"tools\":", Rules.Shape)]
    public async Task A_request_that_Google_would_refuse_is_refused(string part, string instead, string rule)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Hi."));
        Assert.Contains(part, Valid, StringComparison.Ordinal);
        var (status, text) = await AskAsync(provider, Valid.Replace(part, instead, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("INVALID_ARGUMENT", (string?)JsonNode.Parse(text)!["error"]!["status"]);
        Assert.Contains(provider.Violations, violation => violation.Rule == rule);
    }

    [Fact]
    public async Task Its_own_signature_must_come_back_unchanged_on_the_call_that_it_came_on()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Calls(("read_file", "{}")) with { Reasoning = "hm" }, Says("a"), Says("b"));
        var first = JsonNode.Parse(Valid)!;
        var history = first["contents"]!.AsArray();
        history.RemoveAt(2);
        history.RemoveAt(1);
        var (_, stream) = await AskAsync(provider, first.ToJsonString());
        var call = stream.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!["candidates"]![0]!["content"]!["parts"]![0])
            .First(part => part?["functionCall"] is not null)!.DeepClone();
        Assert.Equal(Issued.Seal("hm"), (string?)call["thoughtSignature"]);

        JsonNode Next(JsonNode returned)
        {
            var body = first.DeepClone();
            body["contents"]!.AsArray().Add(new JsonObject { ["role"] = "model", ["parts"] = new JsonArray(returned) });
            body["contents"]!.AsArray().Add(JsonNode.Parse($$"""{"role":"user","parts":[{"functionResponse":{"id":"{{(string?)returned["functionCall"]!["id"]}}","name":"read_file","response":{"output":"a"} } }]}"""));
            return body;
        }
        var changed = call.DeepClone();
        changed["thoughtSignature"] = "other";
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(provider, Next(changed).ToJsonString())).Status);
        Assert.Equal(Rules.Reasoning, Assert.Single(provider.Violations).Rule);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(provider, Next(call).ToJsonString())).Status);
    }

    [Fact]
    public async Task Without_a_key_or_without_sse_there_is_no_answer()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Hi."));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(provider, Valid, key: null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(provider, Valid, query: "")).Status);
        Assert.Equal([Rules.Key, Rules.Stream], provider.Violations.Select(violation => violation.Rule));
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(FakeProvider provider, string body, string? key = "AIza", string query = "?alt=sse")
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{provider.GeminiUrl}/models/gemini-3-x:streamGenerateContent{query}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("x-goog-api-key", key);
        }
        using var response = await http.SendAsync(request, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
