using System.Net;
using System.Text.Json.Nodes;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

/// <summary>Every rule fires on a request that breaks it, and only then.</summary>
public sealed class RequestRuleTests
{
    private static readonly Dictionary<string, (string Rule, Action<JsonObject> Break)> Breaks = new()
    {
        ["openai-chat not streamed"] = (Rules.Stream, body => body["stream"] = false),
        ["openai-chat without model"] = (Rules.Model, body => body.Remove("model")),
        ["openai-chat without messages"] = (Rules.Shape, body => body.Remove("messages")),
        ["openai-chat unknown role"] = (Rules.Roles, body => Part(body, 1)["role"] = "human"),
        ["openai-chat empty user message"] = (Rules.EmptyContent, body => Part(body, 1)["content"] = ""),
        ["openai-chat empty reply"] = (Rules.EmptyContent, body => Insert(body, 2, """{"role":"assistant","content":""}""")),
        ["openai-chat no results"] = (Rules.CallWithoutResult, body => RemoveAt(body, 3, 4)),
        ["openai-chat one result missing"] = (Rules.CallWithoutResult, body => RemoveAt(body, 4)),
        ["openai-chat user between call and result"] = (Rules.CallWithoutResult, body => Insert(body, 3, """{"role":"user","content":"hm"}""")),
        ["openai-chat user between results"] = (Rules.ResultWithoutCall, body => Insert(body, 4, """{"role":"user","content":"hm"}""")),
        ["openai-chat result without call"] = (Rules.ResultWithoutCall, body => Insert(body, 5, """{"role":"tool","tool_call_id":"c9","content":"x"}""")),
        ["openai-chat result twice"] = (Rules.TwoResults, body => Insert(body, 5, """{"role":"tool","tool_call_id":"c1","content":"x"}""")),
        ["openai-chat results swapped"] = (Rules.ResultOrder, body => Swap(body, 3, 4)),
        ["openai-chat call id used twice"] = (Rules.CallId, body => Part(body, 2)["tool_calls"]![1]!["id"] = "c1"),
        ["openai-chat bad name in history"] = (Rules.ToolName, body => Part(body, 2)["tool_calls"]![0]!["function"]!["name"] = "shell.exec"),
        ["openai-chat undeclared tool"] = (Rules.UndeclaredTool, body => Part(body, 2)["tool_calls"]![0]!["function"]!["name"] = "delete_all"),
        ["openai-chat bad declared name"] = (Rules.ToolName, body => body["tools"]![0]!["function"]!["name"] = new string('a', 65)),
        ["openai-chat tool declared twice"] = (Rules.ToolName, body => body["tools"]![0]!["function"]!["name"] = "grep"),
        ["openai-chat schema is no object"] = (Rules.ToolSchema, body => body["tools"]![0]!["function"]!["parameters"] = new JsonObject { ["type"] = "string" }),
        ["openai-chat without schema"] = (Rules.ToolSchema, body => ((JsonObject)body["tools"]![0]!["function"]!).Remove("parameters")),
        ["openai-chat arguments are an object"] = (Rules.Shape, body => Part(body, 2)["tool_calls"]![0]!["function"]!["arguments"] = new JsonObject()),

        ["openai-responses not streamed"] = (Rules.Stream, body => body.Remove("stream")),
        ["openai-responses unknown call id"] = (Rules.ResultWithoutCall, body => Part(body, 3)["call_id"] = "c9"),
        ["openai-responses no result"] = (Rules.CallWithoutResult, body => RemoveAt(body, 4)),
        ["openai-responses results swapped"] = (Rules.ResultOrder, body => Swap(body, 3, 4)),
        ["openai-responses made-up reasoning"] = (Rules.Reasoning, body => Insert(body, 1, """{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"x"}""")),
        ["openai-responses unknown item"] = (Rules.Shape, body => Insert(body, 1, """{"type":"thought"}""")),
        ["openai-responses wrong content type"] = (Rules.Shape, body => Part(body, 0)["content"]![0]!["type"] = "output_text"),
        ["openai-responses schema"] = (Rules.ToolSchema, body => body["tools"]![0]!["parameters"] = new JsonArray()),

        ["anthropic not streamed"] = (Rules.Stream, body => body["stream"] = false),
        ["anthropic without max_tokens"] = (Rules.MaxTokens, body => body.Remove("max_tokens")),
        ["anthropic thinks beyond max_tokens"] = (Rules.MaxTokens, body => body["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 4096 }),
        ["anthropic begins with assistant"] = (Rules.Roles, body => RemoveAt(body, 0)),
        ["anthropic two user messages"] = (Rules.Roles, body => Insert(body, 0, """{"role":"user","content":"first"}""")),
        ["anthropic system role"] = (Rules.Roles, body => Part(body, 0)["role"] = "system"),
        ["anthropic empty text block"] = (Rules.EmptyContent, body => Part(body, 0)["content"]![0]!["text"] = " "),
        ["anthropic result after text"] = (Rules.ResultOrder, body => ((JsonArray)Part(body, 2)["content"]!).Insert(0, new JsonObject { ["type"] = "text", ["text"] = "hm" })),
        ["anthropic result missing"] = (Rules.CallWithoutResult, body => ((JsonArray)Part(body, 2)["content"]!).RemoveAt(0)),
        ["anthropic input is text"] = (Rules.Shape, body => Part(body, 1)["content"]![0]!["input"] = "{}"),
        ["anthropic made-up signature"] = (Rules.Reasoning, body => ((JsonArray)Part(body, 1)["content"]!).Insert(0, new JsonObject { ["type"] = "thinking", ["thinking"] = "hm", ["signature"] = "x" })),
        ["anthropic five cache markers"] = (Rules.CacheMarkers, body =>
        {
            var blocks = new List<JsonNode?> { body["tools"]![0], Part(body, 0)["content"]![0], Part(body, 1)["content"]![0], Part(body, 2)["content"]![0] };
            blocks.ForEach(block => block!["cache_control"] = new JsonObject { ["type"] = "ephemeral" });
        }),

        ["ollama without num_ctx"] = (Rules.ContextSize, body => body.Remove("options")),
        ["ollama not streamed"] = (Rules.Stream, body => body["stream"] = false),
        ["ollama arguments are text"] = (Rules.Shape, body => Part(body, 2)["tool_calls"]![0]!["function"]!["arguments"] = "{}"),
        ["ollama results swapped"] = (Rules.ResultOrder, body => Swap(body, 3, 4)),
        ["ollama result missing"] = (Rules.CallWithoutResult, body => RemoveAt(body, 4)),
        ["ollama result too many"] = (Rules.ResultWithoutCall, body => Insert(body, 5, """{"role":"tool","content":"x"}""")),
    };

    public static TheoryData<string> Names => [.. Breaks.Keys];
    public static TheoryData<string> Wires => [.. Dialog.Wires];

    [Theory, MemberData(nameof(Wires))]
    public async Task A_correct_request_breaks_no_rule(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("fine"));
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendAsync(wire, Dialog.Valid(wire), cancellationToken);

        Assert.Empty(provider.Violations);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var request = Assert.Single(provider.ModelRequests);
        Assert.Equal(["system", "user", "assistant", "tool", "tool"], request.Messages.Select(message => message.Role));
        Assert.Equal(["read_file", "grep"], request.Messages[2].Calls.Select(call => call.Name));
        Assert.Equal(["one", "two"], request.Results.Select(result => result.Text));
        Assert.Equal(["read_file", "grep"], request.Tools);
        Assert.Equal((wire, "m", "be brief", "go", 1, 2), (request.Wire, request.Model, request.System, request.LastUserText, request.Step, request.ResultsSinceUser));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_request_that_breaks_a_rule_is_refused_in_the_vendors_form(string name)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("never"));
        using var dialog = new Dialog(provider);
        var wire = name[..name.IndexOf(' ', StringComparison.Ordinal)];
        var body = Dialog.Valid(wire);
        Breaks[name].Break(body);

        using var response = await dialog.SendAsync(wire, body, cancellationToken);

        Assert.Contains(Breaks[name].Rule, provider.Violations.Select(violation => violation.Rule));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!["error"]!;
        Assert.Contains(Breaks[name].Rule, wire is "ollama" ? error.GetValue<string>() : error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task A_body_that_is_no_JSON_is_refused(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("never"));
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendTextAsync(wire, "{\"model\":", cancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(provider.Violations, violation => violation.Rule == Rules.Json);
    }

    [Theory, InlineData("openai-chat"), InlineData("openai-responses"), InlineData("anthropic")]
    public async Task A_request_without_a_key_is_unauthorized(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("never")), cancellationToken);
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendAsync(wire, Dialog.Valid(wire), cancellationToken, withKey: false);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(Rules.Key, Assert.Single(provider.Violations).Rule);
        provider.RequiresKey = false;
        using var keyless = await dialog.SendAsync(wire, Dialog.Valid(wire), cancellationToken, withKey: false);
        Assert.Equal(HttpStatusCode.OK, keyless.StatusCode);
    }

    [Fact]
    public async Task Anthropic_wants_its_version()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("never"));
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendTextAsync("anthropic", Dialog.Valid("anthropic").ToJsonString(), cancellationToken, withVersion: false);

        Assert.Equal(Rules.Version, Assert.Single(provider.Violations).Rule);
    }

    [Fact]
    public async Task A_tool_that_the_model_itself_made_up_may_stand_in_the_history()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Calls(("delete_all", "{}")), Says("fine"));
        using var dialog = new Dialog(provider);
        await dialog.AnswerAsync("openai-chat", Dialog.First("openai-chat", "other"), cancellationToken);
        var body = Dialog.Valid("openai-chat");
        Part(body, 2)["tool_calls"]![0]!["function"]!["name"] = "delete_all";

        await dialog.AnswerAsync("openai-chat", body, cancellationToken);

        Assert.Empty(provider.Violations);
    }

    private static JsonNode Part(JsonObject body, int at) => Dialog.HistoryOf(body)[at]!;
    private static void Insert(JsonObject body, int at, string json) => Dialog.HistoryOf(body).Insert(at, JsonNode.Parse(json));
    private static void RemoveAt(JsonObject body, params int[] at) => at.OrderDescending().ToList().ForEach(Dialog.HistoryOf(body).RemoveAt);

    private static void Swap(JsonObject body, int first, int second)
    {
        var history = Dialog.HistoryOf(body);
        var moved = history[second];
        history.RemoveAt(second);
        history.Insert(first, moved);
    }
}
