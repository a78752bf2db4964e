using Pryx.Agent.Turns;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Turns;

public sealed class RetryTests
{
    [Theory]
    [InlineData(ModelFailure.RateLimited, new[] { 1, 2, 4, 8, 16, 32, 60, 60 })]
    [InlineData(ModelFailure.ServerError, new[] { 1, 2, 4 })]
    [InlineData(ModelFailure.Network, new[] { 1, 2, 4, 8, 16 })]
    [InlineData(ModelFailure.StreamCut, new[] { 1, 2, 4, 8, 16 })]
    [InlineData(ModelFailure.EmptyReply, new[] { 1, 2, 4 })]
    [InlineData(ModelFailure.Authentication, new int[0])]
    [InlineData(ModelFailure.InvalidRequest, new int[0])]
    [InlineData(ModelFailure.ContextTooLong, new int[0])]
    [Requirement("ERR4", "400 403 404 none")]
    [Requirement("ERR4", "429 backoff")]
    [Requirement("ERR4", "5xx at most 3")]
    [Requirement("ERR4", "network at most 5")]
    [Requirement("MOD6", "429 backoff queue")]
    public void Waits_follow_the_table(ModelFailure failure, int[] seconds)
    {
        var waits = new List<int>();
        while (RetryTable.DelayAfter(new ModelException(failure, "x"), waits.Count + 1) is { } delay)
        {
            waits.Add((int)delay.TotalSeconds);
        }
        Assert.Equal(seconds, waits);
    }

    [Fact]
    public void The_providers_own_wait_is_kept_and_an_hour_is_told_instead_of_waited()
    {
        Assert.Equal(TimeSpan.FromSeconds(7), RetryTable.DelayAfter(new ModelException(ModelFailure.RateLimited, "x") { RetryAfter = TimeSpan.FromSeconds(7) }, 1));
        Assert.Null(RetryTable.DelayAfter(new ModelException(ModelFailure.RateLimited, "x") { RetryAfter = TimeSpan.FromHours(1) }, 1));
    }

    [Fact]
    public async Task A_step_that_is_cut_is_made_again_and_nothing_of_its_first_half_is_stored()
    {
        var time = new FakeTime();
        using var bench = new TurnBench { Time = time };
        var model = new ScriptedModel(
            Says("first half") with { Failure = new ModelException(ModelFailure.StreamCut, "The stream was cut.") },
            Says("whole"));

        var running = bench.RunAsync(model);
        await time.WaitForTimerAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        var outcome = await running;

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Equal(["notice retry", "reply: whole"], bench.Story);
        Assert.Contains(bench.Journal.ProgressSeen, progress => progress is ProgressUpdate.Retrying { Retry.Attempt: 1 });
    }

    [Fact]
    [Requirement("ERR3", "code")]
    [Requirement("ERR3", "message")]
    [Requirement("ERR3", "request_id")]
    public async Task A_failure_that_is_not_retried_fails_the_turn_with_its_code_and_request_id()
    {
        using var bench = new TurnBench();
        var outcome = await bench.RunAsync(new ScriptedModel(Fails(new ModelException(ModelFailure.Authentication, "The key was refused.") { RequestId = "req_1" })));

        Assert.Equal((TurnEnd.Failed, "PROVIDER_AUTHENTICATION", "The key was refused. (request req_1)"), (outcome!.End, outcome.Code, outcome.Message));
        Assert.Single(bench.Journal.Ends);
    }
}
