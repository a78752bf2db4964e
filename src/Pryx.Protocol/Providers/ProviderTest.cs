namespace Pryx.Protocol.Providers;

/// <param name="ApiKey">Tried instead of the one in force, and not stored; null for the one in force.</param>
public sealed record TestProvider(string? ApiKey = null);

/// <summary>What a real call to the provider has shown.</summary>
/// <param name="Verdict">One of <see cref="ProviderVerdicts"/>.</param>
/// <param name="LatencyMs">Of the one call that was made.</param>
public sealed record ProviderTest(bool Ok, string ProviderId, string Name, string Verdict, long LatencyMs)
{
    /// <summary>How many models it lists; null where it was not asked.</summary>
    public int? Models { get; init; }

    /// <summary>Why it is not <c>works</c>, in words for a person; never with a key in it.</summary>
    public string? Reason { get; init; }
    public ProviderAccount? Account { get; init; }
}

public static class ProviderVerdicts
{
    public const string Works = "works";

    /// <summary>The provider says that the key is wrong, or there is none.</summary>
    public const string Refused = "refused";

    /// <summary>Nobody answered, or the provider is in trouble: nothing is known of the key.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>It answered, but not in a way that proves the key, such as a restricted key that may not list models.</summary>
    public const string Unproven = "unproven";
}

/// <summary>Amounts in USD, where the provider tells them.</summary>
public sealed record ProviderAccount
{
    /// <summary>What the provider's own pages call the key.</summary>
    public string? Label { get; init; }
    public decimal? Used { get; init; }

    /// <summary>Null for none.</summary>
    public decimal? Limit { get; init; }
    public decimal? Remaining { get; init; }
    public bool IsFreeTier { get; init; }
}
