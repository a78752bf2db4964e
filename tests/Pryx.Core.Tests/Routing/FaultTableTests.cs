using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Routing;

/// <summary>Whatever a provider does: what the user is told, how often and after which waits it is asked again, and what is stored. docs/guides/models.md prints the same table.</summary>
public sealed class FaultTableTests
{
    private const string Idle = "provider_idle_timeout: 60s\n";

    private static readonly Dictionary<string, Fault> _faults = new()
    {
        ["401"] = new(Fails(401), "PROVIDER_AUTHENTICATION", "OpenAI refused the key (HTTP 401)", []) { Says = "Check OPENAI_API_KEY, or set a new key: pryx provider set-key openai" },
        ["403"] = new(Fails(403), "PROVIDER_AUTHENTICATION", "OpenAI refused the key (HTTP 403)", []) { Says = "Country, region, or territory not supported" },
        ["404 model"] = new(Fails(404), "PROVIDER_MODEL_NOT_FOUND", "OpenAI does not have this model or address (HTTP 404)", []) { Says = "Check the model's name" },
        ["408"] = new(Fails(408), "PROVIDER_SERVER_ERROR", "OpenAI had a problem of its own (HTTP 408)", [1, 2, 4]) { Says = "Try again in a moment" },
        ["429"] = new(Fails(429), "PROVIDER_RATE_LIMITED", "OpenAI says there were too many requests (HTTP 429)", [1, 2, 4, 8, 16, 32, 60, 60]) { Says = "choose another model", Notice = "Rate limited, retrying in 1s" },
        ["429 with Retry-After"] = new(Fails(429, TimeSpan.FromSeconds(10)), "PROVIDER_RATE_LIMITED", "Wait 10 s", [10, 10, 10, 10, 10, 10, 10, 10]) { Notice = "Rate limited, retrying in 10s" },
        ["429 with an hour"] = new(Fails(429, TimeSpan.FromHours(1)), "PROVIDER_RATE_LIMITED", "Wait 3600 s, or choose another model.", []),
        ["429 quota"] = new(Fails(429, code: "insufficient_quota"), "PROVIDER_QUOTA_EXCEEDED", "the credit or quota is used up", []) { Says = "Add credit at OpenAI" },
        ["500"] = new(Fails(500), "PROVIDER_SERVER_ERROR", "OpenAI had a problem of its own (HTTP 500)", [1, 2, 4]) { Notice = "Retrying in 1s" },
        ["529"] = new(Fails(529), "PROVIDER_SERVER_ERROR", "OpenAI had a problem of its own (HTTP 529)", [1, 2, 4]),
        ["cut before the first byte"] = new(At(StreamPoint.BeforeHeaders), "PROVIDER_NETWORK", "OpenAI can not be reached at http://127.0.0.1", [1, 2, 4, 8, 30]) { Says = "Check the network" },
        ["cut mid-text"] = new(At(StreamPoint.MidText), "PROVIDER_STREAM_CUT", "before the reply was complete", [1, 2, 4, 8, 30]),
        ["cut mid-tool-call"] = new(Calls(("read_file", """{"path":"a.txt"}""")) with { Trouble = new() { CutAt = StreamPoint.MidToolCall } }, "PROVIDER_STREAM_CUT", "before the reply was complete", [1, 2, 4, 8, 30]),
        ["malformed JSON"] = new(Says("half ", "whole") with { Trouble = new() { MalformedAt = StreamPoint.MidText } }, "PROVIDER_MALFORMED_STREAM", "OpenAI sent a chunk that is not valid JSON", [1, 2, 4]),
        ["wrong content type"] = new(new ScriptedReply { Trouble = new() { AnswersHtml = true } }, "PROVIDER_MALFORMED_STREAM", "answered with text/html instead of a stream (Sign in to this network)", [1, 2, 4]) { Says = "is its API" },
        ["empty stream"] = new(Nothing(), "PROVIDER_EMPTY_REPLY", "neither text nor a tool call", [1, 2, 4]),
        ["60 s silence"] = new(Says("half ", "whole") with { Trouble = new() { SilentAt = StreamPoint.MidText } }, "PROVIDER_SILENCE", "OpenAI sent nothing for 60 s", [1]) { IsSilent = true },
        ["TLS failure"] = new(Says("never"), "PROVIDER_NETWORK", "OpenAI can not be reached at https://", [1, 2, 4, 8, 30]) { BaseUrl = static url => $"https://127.0.0.1:{url.Port}/v1", IsUnheard = true },
        ["DNS failure"] = new(Says("never"), "PROVIDER_NETWORK", "the host name is not known", [1, 2, 4, 8, 30]) { BaseUrl = static _ => "http://no-such-host.invalid/v1", IsUnheard = true },
    };

    public static TheoryData<string> Names => [.. _faults.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    [Requirement("MOD6", "429 backoff queue")]
    [Requirement("ORC6", "rate limited")]
    public async Task Every_fault_is_told_retried_and_stored_as_the_table_says(string name)
    {
        var fault = _faults[name];
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("unused")), Cancel);
        var environment = new Dictionary<string, string>();
        if (fault.BaseUrl is { } baseUrl)
        {
            environment["OPENAI_BASE_URL"] = baseUrl(provider.Url);
        }
        await using var turns = await RoutedTurns.StartAsync(FakeScripts.Always(fault.Reply), fault.IsSilent ? Idle : null, environment);
        var session = await turns.NewSessionAsync("openai/gpt-4o");

        var outcome = await turns.RunAsync(session, "hello", wait: fault.IsSilent ? TimeSpan.FromSeconds(60) : null);

        // What the user sees.
        Assert.True((outcome.Status, outcome.Code) == ("failed", fault.Code), $"{outcome.Status} {outcome.Code}: {outcome.Message}");
        Assert.Contains(fault.Message, outcome.Message, StringComparison.Ordinal);
        Assert.Contains(fault.Says, outcome.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", outcome.Message, StringComparison.Ordinal);
        // What is retried.
        Assert.Equal(fault.Waits, turns.Waited);
        Assert.Equal(fault.IsUnheard ? 0 : 1 + fault.Waits.Length, turns.Provider.ModelRequests.Count);
        Assert.Empty(turns.Provider.Violations);
        // What is stored: the input and a notice for every wait, nothing of what was said by halves.
        Assert.Equal(["user_message", .. fault.Waits.Select(static _ => "notice")], outcome.Types);
        Assert.All(outcome.Notices, notice => Assert.Contains("etrying in", notice, StringComparison.Ordinal));
        if (fault.Waits.Length > 0)
        {
            Assert.Contains(fault.Notice, outcome.Notices[0], StringComparison.Ordinal);
        }
        Assert.Equal(0, (double)(await turns.Core.GetAsync($"/api/v1/sessions/{session}", Cancel)).Body!["total_cost_usd"]!);
    }

    private static ScriptedReply At(StreamPoint cut) => Says("half ", "whole") with { Trouble = new() { CutAt = cut } };

    /// <param name="Message">What the turn's error says of the cause.</param>
    /// <param name="Waits">Seconds before each further attempt.</param>
    private sealed record Fault(ScriptedReply Reply, string Code, string Message, double[] Waits)
    {
        /// <summary>What the turn's error says of the way out.</summary>
        public string Says { get; init; } = "";

        /// <summary>What the first wait is announced with.</summary>
        public string Notice { get; init; } = "Retrying in 1s";

        /// <summary>Nothing of it arrives at the provider.</summary>
        public bool IsUnheard { get; init; }
        public bool IsSilent { get; init; }
        public Func<Uri, string>? BaseUrl { get; init; }
    }
}
