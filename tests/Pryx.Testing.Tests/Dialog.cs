using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pryx.Testing.Tests;

/// <summary>Talks to a provider as a vendor's client would, with bodies written by hand.</summary>
internal sealed class Dialog(FakeProvider provider) : IDisposable
{
    public static readonly string[] Wires = ["openai-chat", "openai-responses", "anthropic", "ollama"];
    private readonly HttpClient _http = new(new SocketsHttpHandler());

    /// <summary>A history of every shape: a user message, a reply with two parallel calls, both results.</summary>
    public static JsonObject Valid(string wire) => (JsonObject)JsonNode.Parse(wire switch
    {
        "openai-chat" => """
            {"model":"m","stream":true,"stream_options":{"include_usage":true},
             "tools":[{"type":"function","function":{"name":"read_file","description":"d","parameters":{"type":"object"}}},{"type":"function","function":{"name":"grep","parameters":{"type":"object"}}}],
             "messages":[{"role":"system","content":"be brief"},{"role":"user","content":"go"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"grep","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"one"},{"role":"tool","tool_call_id":"c2","content":"two"}]}
            """,
        "openai-responses" => """
            {"model":"m","stream":true,"store":false,"include":["reasoning.encrypted_content"],"instructions":"be brief",
             "tools":[{"type":"function","name":"read_file","parameters":{"type":"object"}},{"type":"function","name":"grep","parameters":{"type":"object"}}],
             "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]},
              {"type":"function_call","call_id":"c1","name":"read_file","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"grep","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":"one"},{"type":"function_call_output","call_id":"c2","output":"two"}]}
            """,
        "anthropic" => """
            {"model":"m","max_tokens":4096,"stream":true,"system":[{"type":"text","text":"be brief","cache_control":{"type":"ephemeral"}}],
             "tools":[{"name":"read_file","input_schema":{"type":"object"}},{"name":"grep","input_schema":{"type":"object"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"go"}]},
              {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"read_file","input":{}},{"type":"tool_use","id":"c2","name":"grep","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"one"},{"type":"tool_result","tool_use_id":"c2","content":"two"}]}]}
            """,
        _ => """
            {"model":"m","stream":true,"options":{"num_ctx":32768},
             "tools":[{"type":"function","function":{"name":"read_file","parameters":{"type":"object"}}},{"type":"function","function":{"name":"grep","parameters":{"type":"object"}}}],
             "messages":[{"role":"system","content":"be brief"},{"role":"user","content":"go"},
              {"role":"assistant","content":"","tool_calls":[{"function":{"name":"read_file","arguments":{}}},{"function":{"name":"grep","arguments":{}}}]},
              {"role":"tool","tool_name":"read_file","content":"one"},{"role":"tool","tool_name":"grep","content":"two"}]}
            """,
    })!;

    /// <summary>Only the system prompt and the user's word.</summary>
    public static JsonObject First(string wire, string? text = null)
    {
        var body = Valid(wire);
        var history = HistoryOf(body);
        while (history.Count > (wire is "openai-chat" or "ollama" ? 2 : 1))
        {
            history.RemoveAt(history.Count - 1);
        }
        history[^1]!["content"] = text ?? history[^1]!["content"]!.DeepClone();
        return body;
    }

    public static JsonArray HistoryOf(JsonObject body) => (JsonArray)(body["messages"] ?? body["input"])!;

    public Task<HttpResponseMessage> SendAsync(string wire, JsonNode body, CancellationToken cancellationToken, bool withKey = true) =>
        SendTextAsync(wire, body.ToJsonString(), cancellationToken, withKey);

    public Task<HttpResponseMessage> SendTextAsync(string wire, string body, CancellationToken cancellationToken, bool withKey = true, bool withVersion = true)
    {
        var path = wire switch { "openai-chat" => "/v1/chat/completions", "openai-responses" => "/v1/responses", "anthropic" => "/v1/messages", _ => "/api/chat" };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(provider.Url, path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (wire is "anthropic" && withVersion)
        {
            request.Headers.Add("anthropic-version", "2023-06-01");
        }
        if (wire is "anthropic" && withKey)
        {
            request.Headers.Add("x-api-key", "secret-key");
        }
        else if (wire is not "ollama" && withKey)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret-key");
        }
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The whole answer as text.</summary>
    public async Task<string> AnswerAsync(string wire, JsonNode body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(wire, body, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>The data of every event, or every line of Ollama's; malformed JSON throws.</summary>
    public static List<JsonObject> EventsOf(string answer) =>
    [
        .. answer.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal) || line.StartsWith('{'))
            .Select(line => (JsonObject)JsonNode.Parse(line.StartsWith('{') ? line : line["data: ".Length..])!),
    ];

    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) =>
        (JsonObject)JsonNode.Parse(await _http.GetStringAsync(new Uri(provider.Url, path), cancellationToken))!;

    public void Dispose() => _http.Dispose();
}
