using Pryx.Protocol.Models;

namespace Pryx.Agent.Turns;

/// <summary>PRD §14.1: 429 waits 1, 2, 4, 8 … 60 s, server errors are tried again 3 times, network errors 5 times.</summary>
public static class RetryTable
{
    /// <summary>Nobody waits longer in silence.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait before the call is made again; null when it is not.</summary>
    /// <param name="attempt">The number of the attempt that failed, from 1.</param>
    public static TimeSpan? DelayAfter(ModelException failure, int attempt)
    {
        if (!failure.IsRetryable || attempt > RetriesOf(failure.Failure))
        {
            return null;
        }
        var backoff = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempt - 1), Longest.TotalSeconds));
        // The provider knows better, but nobody waits an hour in silence: beyond the longest wait the failure is told instead.
        return failure.RetryAfter is not { } asked ? backoff : asked <= Longest ? asked : null;
    }

    private static int RetriesOf(ModelFailure failure) => failure switch
    {
        ModelFailure.RateLimited => 8,
        ModelFailure.Network or ModelFailure.StreamCut => 5,
        // Each takes the whole idle limit.
        ModelFailure.Silence => 1,
        _ => 3,
    };
}
