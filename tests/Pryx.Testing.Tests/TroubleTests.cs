using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

/// <summary>Each misbehaviour misbehaves, on each wire.</summary>
public sealed class TroubleTests
{
    private static readonly ScriptedReply Reply = new() { Text = ["some ", "text"], Calls = [new("grep", """{"pattern":"a"}""")] };

    public static TheoryData<string> Wires => [.. Dialog.Wires];

    public static TheoryData<string, StreamPoint> WiresAndPoints =>
        [.. Dialog.Wires.SelectMany(wire => Enum.GetValues<StreamPoint>().Select(point => new TheoryDataRow<string, StreamPoint>(wire, point)))];

    [Theory, MemberData(nameof(WiresAndPoints))]
    public async Task A_cut_ends_the_connection_at_its_point(string wire, StreamPoint point)
    {
        var (text, failure, provider) = await PlayAsync(wire, new() { CutAt = point });

        Assert.NotNull(failure);
        Assert.Equal(point > StreamPoint.AfterHeaders, text.Contains("some ", StringComparison.Ordinal));
        Assert.Equal(point > StreamPoint.MidText, text.Contains("grep", StringComparison.Ordinal));
        Assert.Equal(wire is "ollama" ? point > StreamPoint.MidText : point > StreamPoint.MidToolCall, ArgumentsAreWhole(wire, text));
        Assert.DoesNotContain("\"done\":true", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("response.completed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_delta", text, StringComparison.Ordinal);
        Assert.Equal(default, provider.Usage);
        Assert.Equal("cut", provider.Requests[0].Outcome);
        Assert.Empty(provider.Violations);
    }

    [Theory, MemberData(nameof(WiresAndPoints))]
    public async Task Silence_lasts_until_the_caller_gives_up(string wire, StreamPoint point)
    {
        var (text, failure, provider) = await PlayAsync(wire, new() { SilentAt = point }, patience: TimeSpan.FromMilliseconds(250));

        Assert.IsAssignableFrom<OperationCanceledException>(failure);
        Assert.Equal(point > StreamPoint.AfterHeaders, text.Contains("some ", StringComparison.Ordinal));
        Assert.Equal(default, provider.Usage);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task A_malformed_chunk_is_no_JSON_and_the_stream_goes_on(string wire)
    {
        var (text, failure, _) = await PlayAsync(wire, new() { MalformedAt = StreamPoint.MidText });

        Assert.Null(failure);
        Assert.ThrowsAny<JsonException>(() => Dialog.EventsOf(text));
        Assert.Contains("grep", text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task An_error_may_come_inside_the_stream(string wire)
    {
        var (text, failure, provider) = await PlayAsync(wire, new() { ErrorAt = StreamPoint.MidText });

        Assert.Null(failure);
        Assert.Contains("\"error\"", Dialog.EventsOf(text)[^1].ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("grep", text, StringComparison.Ordinal);
        Assert.Equal("error", provider.Requests[0].Outcome);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task A_torn_stream_is_whole_in_the_end(string wire)
    {
        var (text, failure, _) = await PlayAsync(wire, new() { PieceBytes = 7 });

        Assert.Null(failure);
        Assert.NotEmpty(Dialog.EventsOf(text));
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Delays_are_kept(string wire)
    {
        var started = Stopwatch.GetTimestamp();
        var (_, failure, _) = await PlayAsync(wire, new()
        {
            BeforeHeaders = TimeSpan.FromMilliseconds(60), BeforeFirstChunk = TimeSpan.FromMilliseconds(60), BetweenChunks = TimeSpan.FromMilliseconds(20),
        });

        Assert.Null(failure);
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(120 + (3 * 20)));
    }

    [Fact]
    public async Task Comments_may_come_before_the_first_event()
    {
        var (text, failure, _) = await PlayAsync("openai-chat", new() { SendsComments = true });

        Assert.Null(failure);
        Assert.StartsWith(": OPENROUTER PROCESSING\n\n", text, StringComparison.Ordinal);
        Assert.NotEmpty(Dialog.EventsOf(text));
    }

    [Fact]
    public async Task A_throttled_stream_is_slow()
    {
        var started = Stopwatch.GetTimestamp();
        var (text, _, _) = await PlayAsync("ollama", new() { BytesPerSecond = 4000 });

        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(text.Length / 4000.0 * 0.9));
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task A_proxy_may_answer_with_a_page(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Reply with { Trouble = new() { AnswersHtml = true } });
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendAsync(wire, Dialog.First(wire), cancellationToken);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    [Theory]
    [InlineData("openai-chat", 401, "error.code", "invalid_api_key")]
    [InlineData("openai-chat", 429, "error.code", "rate_limit_exceeded")]
    [InlineData("openai-responses", 500, "error.type", "server_error")]
    [InlineData("anthropic", 401, "error.type", "authentication_error")]
    [InlineData("anthropic", 429, "error.type", "rate_limit_error")]
    [InlineData("anthropic", 529, "error.type", "overloaded_error")]
    [InlineData("ollama", 404, "error", "model not found, try pulling it first")]
    public async Task Errors_speak_the_vendors_language(string wire, int status, string path, string expected)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Fails(status, TimeSpan.FromSeconds(1.5)));
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendAsync(wire, Dialog.First(wire), cancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter!.Delta);
        Assert.Equal(wire is not "ollama", response.Headers.Contains(wire is "anthropic" ? "request-id" : "x-request-id"));
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        Assert.Equal(expected, (string)path.Split('.').Aggregate(body, (node, name) => node![name])!);
        Assert.Empty(provider.Violations);
    }

    [Theory]
    [InlineData("openai-chat", "context_length_exceeded")]
    [InlineData("openai-responses", "context_length_exceeded")]
    [InlineData("anthropic", "prompt is too long")]
    [InlineData("ollama", "exceeds the context length")]
    public async Task A_prompt_can_be_too_long(string wire, string expected)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, TooLong());
        using var dialog = new Dialog(provider);

        using var response = await dialog.SendAsync(wire, Dialog.First(wire), cancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(cancellationToken), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task An_empty_reply_is_a_whole_stream(string wire)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Nothing());
        using var dialog = new Dialog(provider);

        var events = Dialog.EventsOf(await dialog.AnswerAsync(wire, Dialog.First(wire), cancellationToken));

        Assert.NotEmpty(events);
        Assert.Equal("completed", await OutcomeAsync(provider, cancellationToken));
        Assert.DoesNotContain(events, e => e.ToJsonString().Contains("\"name\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trouble_that_never_comes_is_the_scripts_fault()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("no call") with { Trouble = new() { CutAt = StreamPoint.MidToolCall } });
        using var dialog = new Dialog(provider);

        await Assert.ThrowsAnyAsync<Exception>(() => dialog.AnswerAsync("anthropic", Dialog.First("anthropic"), cancellationToken));

        Assert.Equal(Rules.Script, Assert.Single(provider.Violations).Rule);
    }

    private static async Task<(string Text, Exception? Failure, FakeProvider Provider)> PlayAsync(string wire, Trouble trouble, TimeSpan? patience = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        if (patience is { } time)
        {
            limit.CancelAfter(time);
        }
        await using var provider = await FakeProvider.StartAsync(TestContext.Current.CancellationToken, Reply with { Trouble = trouble });
        using var dialog = new Dialog(provider);
        using var text = new MemoryStream();
        Exception? failure = null;
        try
        {
            using var response = await dialog.SendAsync(wire, Dialog.First(wire), limit.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            var buffer = new byte[64];
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var count)
            {
                text.Write(buffer, 0, count);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            failure = e;
        }
        await OutcomeAsync(provider, TestContext.Current.CancellationToken);
        return (System.Text.Encoding.UTF8.GetString(text.ToArray()), failure, provider);
    }

    private static async Task<string> OutcomeAsync(FakeProvider provider, CancellationToken cancellationToken)
    {
        while (provider.Requests[0].Outcome is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
        }
        return provider.Requests[0].Outcome!;
    }

    private static bool ArgumentsAreWhole(string wire, string text) => wire switch
    {
        "openai-chat" => string.Concat(Dialog.EventsOf(text).Select(e => (string?)e["choices"]![0]!["delta"]?["tool_calls"]?[0]?["function"]?["arguments"])).EndsWith('}'),
        "openai-responses" => text.Contains("function_call_arguments.done", StringComparison.Ordinal),
        "anthropic" => string.Concat(Dialog.EventsOf(text).Select(e => (string?)e["delta"]?["partial_json"])).EndsWith('}'),
        _ => text.Contains("\"pattern\"", StringComparison.Ordinal),
    };
}
