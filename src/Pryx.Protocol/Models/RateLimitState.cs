namespace Pryx.Protocol.Models;

/// <summary>What a provider says, with an answer, of how much more it takes; a null was not said.</summary>
/// <param name="Requests">Requests it still takes.</param>
/// <param name="RequestsReset">Until it takes all of them again.</param>
/// <param name="Tokens">Tokens it still takes.</param>
/// <param name="TokensReset">Until it takes all of them again.</param>
public sealed record RateLimitState(long? Requests, TimeSpan? RequestsReset, long? Tokens = null, TimeSpan? TokensReset = null)
{
    /// <summary>Until the next call can be taken; null when one can be taken now, or when that is unknown.</summary>
    public TimeSpan? Wait => (Requests <= 0 ? RequestsReset : null, Tokens <= 0 ? TokensReset : null) switch
    {
        ({ } requests, { } tokens) => requests > tokens ? requests : tokens,
        var (requests, tokens) => requests ?? tokens,
    };
}
