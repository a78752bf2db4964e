using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Routing;

/// <summary>A model steps in whose window is smaller than what the first one took.</summary>
public sealed class RefitTests
{
    private const string Fallback = "routing:\n  fallback: [anthropic/claude-sonnet-4-5]\nmodels:\n  anthropic/claude-sonnet-4-5:\n    context: {0}\n";
    private static readonly string _long = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog near the river bank. ", 220));

    [Fact]
    [Requirement("MOD8", "fallback chain")]
    public async Task The_history_is_made_to_fit_the_window_of_the_model_that_steps_in()
    {
        var isDown = false;
        await using var turns = await StartAsync("15k", () => isDown);
        var session = await TalkAsync(turns);
        isDown = true;

        var outcome = await turns.RunAsync(session, "and now?");

        Assert.Equal(("completed", "from claude-sonnet-4-5"), (outcome.Status, outcome.Reply));
        Assert.Contains(outcome.Notices, static notice => notice.StartsWith("GPT-4o unavailable, trying Claude Sonnet 4.5", StringComparison.Ordinal));
        Assert.True(outcome.Types.Contains("summary"), string.Join("\n", outcome.Items.Select(static item => item.ToJsonString())));
        Assert.Empty(turns.Provider.Violations);
        // What was too large for it was never sent to it.
        Assert.All(turns.Provider.ModelRequests.Where(static request => request.Model == "claude-sonnet-4-5"), static request => Assert.True(request.Bytes < 80_000, $"{request.Bytes} bytes"));

        // A summary begins the prefix of requests anew.
        turns.Provider.ChecksPrefix = false;
        isDown = false;
        Assert.Equal("from gpt-4o", (await turns.RunAsync(session, "again")).Reply);
    }

    [Fact]
    public async Task One_whose_window_nothing_fits_is_passed_over_and_the_first_failure_told()
    {
        var isDown = false;
        await using var turns = await StartAsync("3k", () => isDown);
        var session = await TalkAsync(turns);
        isDown = true;

        var outcome = await turns.RunAsync(session, "and now?");

        Assert.Equal("PROVIDER_AUTHENTICATION", outcome.Code);
        Assert.Contains(outcome.Notices, static notice => notice.StartsWith("Claude Sonnet 4.5 (latest) can not step in: ", StringComparison.Ordinal) || notice.StartsWith("Claude Sonnet 4.5 can not step in: ", StringComparison.Ordinal));
        Assert.DoesNotContain(turns.Provider.ModelRequests, static request => request.Model == "claude-sonnet-4-5" && request.LastUserText == "and now?");
    }

    private static Task<RoutedTurns> StartAsync(string window, Func<bool> isDown) => RoutedTurns.StartAsync(
        request => request.Model == "gpt-4o" && isDown() ? Fails(401) : Says($"from {request.Model}"), Fallback.Replace("{0}", window, StringComparison.Ordinal));

    // About 3,000 tokens each: far below the first one's window.
    private static async Task<string> TalkAsync(RoutedTurns turns)
    {
        var session = await turns.NewSessionAsync("openai/gpt-4o");
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("from gpt-4o", (await turns.RunAsync(session, $"{i}: {_long}")).Reply);
        }
        return session;
    }
}
