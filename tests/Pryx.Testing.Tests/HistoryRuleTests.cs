using System.Text.Json.Nodes;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

/// <summary>Rules over several requests: the prefix stays, reasoning comes back as it went out.</summary>
public sealed class HistoryRuleTests
{
    public static TheoryData<string> Wires => [.. Dialog.Wires];

    [Theory, MemberData(nameof(Wires))]
    public async Task A_conversation_that_only_grows_keeps_the_prefix(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("fine")), cancellationToken);
        using var dialog = new Dialog(provider);
        var second = Dialog.Valid(wire);
        var first = Dialog.Valid(wire);
        Truncate(first, wire);

        await dialog.AnswerAsync(wire, first, cancellationToken);
        await dialog.AnswerAsync(wire, first, cancellationToken);
        await dialog.AnswerAsync(wire, second, cancellationToken);
        await dialog.AnswerAsync(wire, first, cancellationToken);
        await dialog.AnswerAsync(wire, second, cancellationToken);

        Assert.Empty(provider.Violations);
        Assert.Equal(5, provider.ModelRequests.Count);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task A_changed_prefix_is_a_violation(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("fine")), cancellationToken);
        using var dialog = new Dialog(provider);
        var first = Dialog.Valid(wire);
        Truncate(first, wire);
        var second = Dialog.Valid(wire);
        SystemOf(second, "be very brief");

        await dialog.AnswerAsync(wire, first, cancellationToken);
        await dialog.AnswerAsync(wire, second, cancellationToken);

        var violation = Assert.Single(provider.Violations);
        Assert.Equal((2, Rules.Prefix), (violation.Request, violation.Rule));
        Assert.Contains("be very brief", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task White_space_alone_breaks_the_prefix()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("fine")), cancellationToken);
        using var dialog = new Dialog(provider);
        var text = Dialog.Valid("openai-chat").ToJsonString();

        using var first = await dialog.SendTextAsync("openai-chat", text, cancellationToken);
        using var second = await dialog.SendTextAsync("openai-chat", text.Replace("\"one\"", " \"one\"", StringComparison.Ordinal), cancellationToken);

        Assert.Equal(Rules.Prefix, Assert.Single(provider.Violations).Rule);
    }

    [Fact]
    public async Task A_cache_marker_may_move()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("fine")), cancellationToken);
        using var dialog = new Dialog(provider);
        var first = Dialog.Valid("anthropic");
        Truncate(first, "anthropic");
        Dialog.HistoryOf(first)[0]!["content"]![0]!["cache_control"] = new JsonObject { ["type"] = "ephemeral" };
        var leading = Dialog.Valid("anthropic").ToJsonString().Replace("""{"type":"tool_result","tool_use_id":"c2",""", """{"cache_control":{"type":"ephemeral"},"type":"tool_result","tool_use_id":"c2",""", StringComparison.Ordinal);

        await dialog.AnswerAsync("anthropic", first, cancellationToken);
        using var second = await dialog.SendTextAsync("anthropic", leading, cancellationToken);
        await dialog.AnswerAsync("anthropic", Dialog.Valid("anthropic"), cancellationToken);

        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task What_the_requests_share_is_reported_as_cached()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("fine")), cancellationToken);
        using var dialog = new Dialog(provider);
        var first = Dialog.Valid("openai-chat");
        Truncate(first, "openai-chat");
        var second = Dialog.Valid("openai-chat");
        SystemOf(first, new string('x', 8000));
        SystemOf(second, new string('x', 8000));

        await dialog.AnswerAsync("openai-chat", first, cancellationToken);
        var usage = Dialog.EventsOf(await dialog.AnswerAsync("openai-chat", second, cancellationToken))[^1]["usage"]!;

        Assert.Equal(1920 + 128, usage["prompt_tokens_details"]!["cached_tokens"]!.GetValue<long>());
        Assert.Equal(provider.Usage.Cached, usage["prompt_tokens_details"]!["cached_tokens"]!.GetValue<long>());
        Assert.Equal(provider.Usage, provider.Requests[0].Usage!.Value + provider.Requests[1].Usage!.Value);
    }

    [Theory]
    [InlineData("as it was", null)]
    [InlineData("left out", Rules.Reasoning)]
    [InlineData("other text", Rules.Reasoning)]
    [InlineData("other signature", Rules.Reasoning)]
    [InlineData("after the call", Rules.Reasoning)]
    public async Task Anthropic_gets_its_thinking_back(string how, string? rule)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Calls(("read_file", "{}")) with { Reasoning = "I must look." }, Says("fine"));
        using var dialog = new Dialog(provider);
        var body = Dialog.First("anthropic");
        var events = Dialog.EventsOf(await dialog.AnswerAsync("anthropic", body, cancellationToken));
        var thinking = new JsonObject
        {
            ["type"] = "thinking",
            ["thinking"] = string.Concat(events.Select(e => e["delta"]?["thinking"]?.GetValue<string>())),
            ["signature"] = string.Concat(events.Select(e => e["delta"]?["signature"]?.GetValue<string>())),
        };
        var call = events.Select(e => e["content_block"]).Single(block => block?["type"]?.GetValue<string>() == "tool_use")!.DeepClone();
        Assert.Equal("I must look.", thinking["thinking"]!.GetValue<string>());
        if (how is "other text")
        {
            thinking["thinking"] = "I must not look.";
        }
        if (how is "other signature")
        {
            thinking["signature"] = "forged";
        }
        var content = how switch { "left out" => new JsonArray(call), "after the call" => new JsonArray(call, thinking), _ => new JsonArray(thinking, call) };
        Dialog.HistoryOf(body).Add(new JsonObject { ["role"] = "assistant", ["content"] = content });
        Dialog.HistoryOf(body).Add(new JsonObject
        {
            ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = call["id"]!.GetValue<string>(), ["content"] = "x" }),
        });

        await dialog.AnswerAsync("anthropic", body, cancellationToken);

        Assert.Equal(rule, provider.Violations.Select(violation => violation.Rule).FirstOrDefault());
    }

    [Theory]
    [InlineData("as it was", null)]
    [InlineData("left out", Rules.Reasoning)]
    [InlineData("other content", Rules.Reasoning)]
    [InlineData("without id", Rules.Reasoning)]
    public async Task Responses_gets_its_encrypted_reasoning_back(string how, string? rule)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Calls(("read_file", "{}")) with { Reasoning = "I must look." }, Says("fine"));
        using var dialog = new Dialog(provider);
        var body = Dialog.First("openai-responses");
        var events = Dialog.EventsOf(await dialog.AnswerAsync("openai-responses", body, cancellationToken));
        var output = (JsonArray)events[^1]["response"]!["output"]!.DeepClone();
        var callId = output[1]!["call_id"]!.GetValue<string>();
        Assert.False(string.IsNullOrEmpty(output[0]!["encrypted_content"]!.GetValue<string>()));
        switch (how)
        {
            case "left out": output.RemoveAt(0); break;
            case "other content": output[0]!["encrypted_content"] = "forged"; break;
            case "without id": ((JsonObject)output[0]!).Remove("id"); break;
        }
        foreach (var item in output)
        {
            Dialog.HistoryOf(body).Add(item!.DeepClone());
        }
        Dialog.HistoryOf(body).Add(new JsonObject { ["type"] = "function_call_output", ["call_id"] = callId, ["output"] = "x" });

        await dialog.AnswerAsync("openai-responses", body, cancellationToken);

        Assert.Equal(rule, provider.Violations.Select(violation => violation.Rule).FirstOrDefault());
    }

    private static void Truncate(JsonObject body, string wire)
    {
        var history = Dialog.HistoryOf(body);
        while (history.Count > (wire is "openai-chat" or "ollama" ? 2 : 1))
        {
            history.RemoveAt(history.Count - 1);
        }
    }

    private static void SystemOf(JsonObject body, string text)
    {
        if (body["instructions"] is not null)
        {
            body["instructions"] = text;
        }
        else if (body["system"] is { } system)
        {
            system[0]!["text"] = text;
        }
        else
        {
            Dialog.HistoryOf(body)[0]!["content"] = text;
        }
    }
}
