using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Providers.Tests.Http;

/// <summary>Whole conversations over real HTTP with a server that refuses what its vendor would refuse.</summary>
public class RoundTripTests
{
    public static TheoryData<string> Models { get; } = ["openai-chat/fake-model", "openai-responses/fake-model", "anthropic/fake-model", "google/gemini-3-flash", "google/gemini-2.5-flash", "ollama/fake-model"];

    private static ProviderRegistry On(FakeProvider server, ProviderOptions? options = null) => new(name => name switch
    {
        "OPENAI_BASE_URL" => $" {server.OpenAiUrl}/ ",
        "ANTHROPIC_BASE_URL" or "OLLAMA_HOST" or "GEMINI_BASE_URL" => server.Url.ToString(),
        "DEEPSEEK_BASE_URL" or "GROQ_BASE_URL" => server.OpenAiUrl.ToString(),
        _ => null,
    }, _ => "sk-test\n", options);

    private static IChatClient Client(FakeProvider server, string model) =>
        On(server).Create(ModelRef.TryParse(model, out var parsed) ? parsed : throw new ArgumentException(model));

    private static Conversation Ask() => new(new ChatMessage(ChatRole.System, "Be brief."), new ChatMessage(ChatRole.User, "Look around."));

    [Theory, MemberData(nameof(Models))]
    public async Task Reasoning_parallel_calls_failed_results_images_and_steering_go_back_as_the_vendor_wants_them(string model)
    {
        await using var server = await FakeProvider.StartAsync(TestContext.Current.CancellationToken,
            Calls(("list_dir", """{"path":"."}"""), ("read_file", """{ "path" : "ä.txt" }""")) with { Reasoning = "First I look, then I read.", Text = ["I ", "look."] },
            Calls(("read_file", """{"path":"b.txt"}""")) with { Reasoning = "One more." },
            Says("Done."), Says("Yes."));
        var (client, talk, options) = (Client(server, model), Ask(), Conversation.Options(model.Split('/')[1]));

        var calls = await talk.StepAsync(client, options);
        Assert.Equal(["list_dir", "read_file"], calls.Select(call => call.Name));
        talk.Answer(calls[0], "a.txt", withImage: true);
        talk.Answer(calls[1], "no such file", isError: true);
        talk.Say("Be quick, please.");
        var more = await talk.StepAsync(client, options);
        talk.Answer(more[0], "");
        await talk.StepAsync(client, options);
        talk.Say("Sure?");
        await talk.StepAsync(client, options);

        Assert.Empty(server.Violations);
        var last = server.ModelRequests[^1];
        Assert.Equal(4, server.ModelRequests.Count);
        Assert.Equal(["a.txt", "no such file", ""], last.Results.Select(result => result.Text));
        Assert.Contains(last.Messages, message => message.Calls.Count == 2 && message.Text == "I look.");
        Assert.Contains("Yes.", ((TextContent)talk.Messages[^1].Contents[^1]).Text, StringComparison.Ordinal);
        if (model.StartsWith("anthropic", StringComparison.Ordinal))
            Assert.Contains("\"is_error\":true", last.Text, StringComparison.Ordinal);
        if (!model.StartsWith("ollama", StringComparison.Ordinal) && !model.StartsWith("google", StringComparison.Ordinal))
            Assert.Contains("""{ "path" : "ä.txt" }""", last.Text.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Models))]
    [Requirement("FR4.5", "tokens")]
    public async Task Usage_is_what_the_server_counted(string model)
    {
        await using var server = await FakeProvider.StartAsync(TestContext.Current.CancellationToken,
            Says("Hello.") with { Usage = new(1000, 50, 600, 100, 20) });
        var heard = await Heard.FromAsync(Client(server, model), Ask().Messages, Conversation.Options(model.Split('/')[1]));
        Assert.Null(heard.Failure);
        Assert.Equal(server.Usage, Assert.Single(heard.Usage));
        Assert.Equal(1000, heard.Usage[0].Input);
    }

    [Theory, MemberData(nameof(Models))]
    public async Task A_malformed_call_of_the_past_does_not_break_the_request(string model)
    {
        await using var server = await FakeProvider.StartAsync(TestContext.Current.CancellationToken, Says("Ok."));
        var talk = Ask();
        var call = new FunctionCallContent("call_1", "read_file", null) { AdditionalProperties = new() { [WireKeys.RawArguments] = "{\"path\": \"unfini" } };
        talk.Messages.Add(new(ChatRole.Assistant, [call]));
        talk.Answer(call, "The arguments are no valid JSON.", isError: true);
        await talk.StepAsync(Client(server, model), Conversation.Options(model.Split('/')[1]));
        Assert.Empty(server.Violations);
    }

    [Fact]
    [Requirement("T6.6", "applies to new messages")]
    public async Task A_session_may_change_its_model_at_every_step()
    {
        // One server for each, as in life: none knows what another one's reasoning was.
        var servers = new Dictionary<string, FakeProvider>();
        var talk = Ask();
        string[] models = ["openai-responses/a", "anthropic/b", "openai-chat/c", "ollama/d", "deepseek/e", "anthropic/b", "openai-responses/a"];
        foreach (var model in models)
        {
            if (!servers.TryGetValue(model, out var server))
            {
                server = servers[model] = await FakeProvider.StartAsync(FakeScripts.Always(Calls(("list_dir", """{"path":"."}""")) with { Reasoning = "Thinking aloud." }), TestContext.Current.CancellationToken);
            }
            talk.Answer((await talk.StepAsync(Client(server, model), Conversation.Options(model.Split('/')[1])))[0], "a.txt");
        }
        var last = servers["openai-responses/a"].ModelRequests[^1];
        Assert.Equal(6, last.Results.Count);
        Assert.Single(last.Body.GetProperty("input").EnumerateArray(), item => item.GetProperty("type").GetString() == "reasoning");
        Assert.DoesNotContain("Thinking aloud.", servers["openai-chat/c"].ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Contains("Thinking aloud.", servers["anthropic/b"].ModelRequests[1].Text, StringComparison.Ordinal);
        foreach (var server in servers.Values)
        {
            Assert.Empty(server.Violations);
            await server.DisposeAsync();
        }
    }

    [Theory, MemberData(nameof(Models))]
    public async Task Troubles_on_a_real_connection_are_typed(string model)
    {
        (Trouble Trouble, ModelFailure Failure)[] table =
        [
            (new() { CutAt = StreamPoint.BeforeHeaders }, ModelFailure.Network),
            (new() { CutAt = StreamPoint.AfterHeaders }, ModelFailure.StreamCut),
            (new() { CutAt = StreamPoint.MidText }, ModelFailure.StreamCut),
            (new() { CutAt = StreamPoint.BeforeEnd }, ModelFailure.StreamCut),
            (new() { SilentAt = StreamPoint.BeforeHeaders }, ModelFailure.Silence),
            (new() { SilentAt = StreamPoint.MidText }, ModelFailure.Silence),
            (new() { MalformedAt = StreamPoint.MidText }, ModelFailure.MalformedStream),
            (new() { ErrorAt = StreamPoint.MidText }, ModelFailure.ServerError),
            (new() { AnswersHtml = true }, ModelFailure.MalformedStream),
            (new() { Error = new(429) { RetryAfter = TimeSpan.FromSeconds(3) } }, ModelFailure.RateLimited),
            (new() { Error = new(400) { IsContextTooLong = true } }, ModelFailure.ContextTooLong),
            (new() { Error = new(401) }, ModelFailure.Authentication),
            (new() { Error = new(404) }, ModelFailure.ModelNotFound),
            (new() { Error = new(503) }, ModelFailure.ServerError),
        ];
        foreach (var (trouble, failure) in table)
        {
            await using var server = await FakeProvider.StartAsync(TestContext.Current.CancellationToken, Says("Hello ", "there.") with { Trouble = trouble });
            var client = On(server, new() { IdleLimit = TimeSpan.FromMilliseconds(300) }).Create(ModelRef.TryParse(model, out var parsed) ? parsed : default);
            var heard = await Heard.FromAsync(client, Ask().Messages, Conversation.Options(model.Split('/')[1]));
            Assert.Equal((trouble, failure), (trouble, heard.Failure!.Failure));
            Assert.DoesNotContain("sk-test", heard.Failure.Message, StringComparison.Ordinal);
            if (failure == ModelFailure.RateLimited)
                Assert.Equal(TimeSpan.FromSeconds(3), heard.Failure.RetryAfter);
        }
    }

    [Theory, MemberData(nameof(Models))]
    public async Task A_slow_torn_stream_is_still_one_reply(string model)
    {
        await using var server = await FakeProvider.StartAsync(TestContext.Current.CancellationToken,
            Calls(("read_file", """{"path":"ä"}""")) with { Text = ["Grüße ", "😀"], Trouble = new() { PieceBytes = 7 } });
        var heard = await Heard.FromAsync(Client(server, model), Ask().Messages, Conversation.Options(model.Split('/')[1]));
        Assert.Null(heard.Failure);
        Assert.Equal("Grüße 😀", heard.Text);
        Assert.Equal("""{"path":"ä"}""", Heard.Raw(heard.Calls.Single()));
    }

    [Theory, InlineData(8_192L, true), InlineData(32_768L, false)]
    public async Task Ollama_is_asked_for_a_useful_context_and_a_smaller_one_is_warned_about_once(long loads, bool isWarned)
    {
        await using var server = await FakeProvider.StartAsync(TestContext.Current.CancellationToken, Says("One."), Says("Two."));
        server.LoadsOnly = loads;
        var client = Client(server, "ollama/fake-model");
        var first = await Heard.FromAsync(client, Ask().Messages, Conversation.Options());
        var second = await Heard.FromAsync(client, Ask().Messages, Conversation.Options());

        Assert.Contains("\"num_ctx\":32768", server.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Equal(isWarned, first.Warning?.Contains("8192", StringComparison.Ordinal) ?? false);
        Assert.Null(second.Warning);
        Assert.Equal("Two.", second.Text);
    }
}
