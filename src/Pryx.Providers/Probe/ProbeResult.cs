using Pryx.Protocol.Models;

namespace Pryx.Providers.Probe;

/// <summary>What one cheap call to a provider has shown.</summary>
/// <param name="Failure">Null when the provider accepted the key, or needs none and answered.</param>
public sealed record ProbeResult(TimeSpan Latency, ModelException? Failure)
{
    /// <summary>Ids, in the provider's order; null where the call does not list them.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Amounts in USD; null where the provider does not tell them.</summary>
    public ProbedAccount? Account { get; init; }

    /// <summary>
    /// The provider says that this key is wrong. Not every 403 says so: keys may be allowed to call models without being allowed to list them.
    /// </summary>
    public bool IsRefused => Failure is { Failure: ModelFailure.Authentication, StatusCode: not 403 } or { Failure: ModelFailure.NotConfigured };

    /// <summary>Nothing can be said of the key: nobody answered, or only with trouble of their own.</summary>
    public bool IsUnreachable => Failure is { Failure: ModelFailure.Network or ModelFailure.ServerError or ModelFailure.Silence };
}

/// <param name="Label">What the provider's own pages call the key.</param>
/// <param name="Limit">Null for none.</param>
public sealed record ProbedAccount(string? Label, decimal? Used, decimal? Limit, decimal? Remaining, bool IsFreeTier);
