using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>GET /api/v1/turns/{id}.</summary>
public sealed class TurnReportTests : IAsyncLifetime
{
    private static readonly string[] Fields =
        ["turnId", "conversationId", "status", "startedAt", "completedAt", "result", "thinking", "toolCalls", "modelProviderId", "modelProviderApi", "model"];

    private static readonly ScriptedReply[] Script =
    [
        Calls(("readFile", """{"filePath":"notes.txt"}""")) with { Reasoning = "I must look first." },
        Says("It says ", "hello."),
    ];

    private readonly TempHome _home = new();
    private TestCore _core = null!;
    private FakeProvider _provider = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _home.Write("notes.txt", "hello from the file\n");
        _provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Script), Cancellation);
        _provider.ForModel("plain", FakeScripts.Always(Says("Hello."))).ForModel("stuck", FakeScripts.Always(Hangs())).ForModel("broken", FakeScripts.Always(Fails(400)));
        _core = await Talk.StartAsync(_provider, Cancellation, _home);
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
        _home.Dispose();
    }

    [Theory]
    [InlineData("openai", "responses")]
    [InlineData("openai", "chat")]
    [InlineData("anthropic", "messages")]
    [Requirement("CA3", "turn status")]
    [Requirement("CA14", "7.1")]
    public async Task A_plain_turn_has_its_result_and_two_empty_lists(string provider, string api)
    {
        var report = await ReportAsync(await RunAsync("plain", provider, api));

        Assert.Equal(Fields, report.AsObject().Select(field => field.Key));
        Assert.Equal("completed", (string?)report["status"]);
        Assert.Equal("""{"type":"message","role":"assistant","content":"Hello."}""", report["result"]!.ToJsonString());
        Assert.Empty(report["thinking"]!.AsArray());
        Assert.Empty(report["toolCalls"]!.AsArray());
        Assert.Equal((provider, api, "plain"), ((string?)report["modelProviderId"], (string?)report["modelProviderApi"], (string?)report["model"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)report["startedAt"]!);
        Assert.True(string.CompareOrdinal((string)report["completedAt"]!, (string)report["startedAt"]!) >= 0);
    }

    [Fact]
    [Requirement("CA14", "7.4")]
    public async Task While_it_runs_it_has_neither_end_nor_result()
    {
        var made = await MakeAsync("stuck", "openai", "responses");
        var accepted = await _core.SayAsync(made, "Hi", Cancellation);

        var report = await ReportAsync(accepted);

        Assert.Equal("running", (string?)report["status"]);
        Assert.Null(report["completedAt"]);
        Assert.Null(report["result"]);
        Assert.Equal((string?)accepted["turnId"], (string?)report["turnId"]);
        Assert.Equal((string?)made["conversationId"], (string?)report["conversationId"]);
    }

    [Fact]
    [Requirement("CA14", "7.4")]
    public async Task A_turn_that_failed_says_error()
    {
        var report = await ReportAsync(await RunAsync("broken"));

        Assert.Equal("error", (string?)report["status"]);
        Assert.NotNull((string?)report["completedAt"]);
        Assert.Null(report["result"]);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("?thinkingLevel=full", true)]
    [InlineData("?thinkingFormat=full", true)]
    [InlineData("?thinkingFormat=summary", true)]
    [InlineData("?thinkingLevel=none", false)]
    [InlineData("?thinkingFormat=none", false)]
    [InlineData("?thinkingLevel=full&thinkingFormat=none", false)]
    [InlineData("?thinkingLevel=none&thinkingFormat=full", true)]
    [Requirement("CA14", "7.3")]
    public async Task Thinking_is_shown_unless_it_is_not_wanted(string query, bool isShown)
    {
        var report = await ReportAsync(await RunAsync("thinker"), query);

        Assert.Equal(isShown ? """[{"text":"I must look first."}]""" : "[]", report["thinking"]!.ToJsonString());
        Assert.Equal(isShown ? null : "", isShown ? null : report.ToJsonString().Contains("reasoning", StringComparison.Ordinal) ? "reasoning" : "");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("?toolLevel=none", false)]
    [InlineData("?toolLevel=full", true)]
    [InlineData("?toolFormat=full", true)]
    [InlineData("?toolLevel=full&toolFormat=none", false)]
    [Requirement("CA14", "7.3")]
    public async Task Tool_calls_are_shown_when_they_are_wanted(string query, bool isShown)
    {
        var report = await ReportAsync(await RunAsync("thinker"), query);

        if (!isShown)
        {
            Assert.Empty(report["toolCalls"]!.AsArray());
            return;
        }
        var call = Assert.Single(report["toolCalls"]!.AsArray())!;
        Assert.Equal("readFile", (string?)call["name"]);
        Assert.False(string.IsNullOrEmpty((string?)call["callId"]));
        Assert.Equal("notes.txt", (string?)call["input"]!["filePath"]);
        Assert.Contains("hello from the file", (string?)call["output"]);
        Assert.Equal("It says hello.", (string?)report["result"]!["content"]);
    }

    [Theory]
    [InlineData("thinkingLevel=loud", "thinkingLevel")]
    [InlineData("thinkingLevel=summary", "thinkingLevel")]
    [InlineData("thinkingLevel=", "thinkingLevel")]
    [InlineData("toolLevel=FULL", "toolLevel")]
    [InlineData("thinkingFormat=some", "thinkingFormat")]
    [InlineData("toolFormat=x&thinkingLevel=y", "toolFormat")]
    [InlineData("toolFormat=full&toolLevel=y", "toolLevel")]
    [InlineData("toolLevel=full&toolLevel=none", "toolLevel")]
    [Requirement("CA14", "7.5")]
    public async Task A_level_that_there_is_not_is_refused(string query, string field)
    {
        var accepted = await RunAsync("plain");
        foreach (var path in (string[])["statusUrl", "streamUrl"])
        {
            var error = await _core.RefusedAsync(HttpMethod.Get, $"{accepted[path]}?{query}", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);
            Assert.Contains(field + ": ", (string?)error["message"]);
        }
    }

    private Task<JsonNode> MakeAsync(string model, string provider, string api) =>
        _core.CreateAsync(Cancellation, new { modelProviderId = provider, modelProviderApi = api, model });

    private async Task<JsonNode> RunAsync(string model, string provider = "openai", string api = "responses") =>
        (await _core.RunAsync(await MakeAsync(model, provider, api), "Hi", Cancellation)).Accepted;

    private Task<JsonNode> ReportAsync(JsonNode accepted, string query = "") => _core.SeeAsync((string)accepted["statusUrl"]! + query, Cancellation);
}
