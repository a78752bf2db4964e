namespace Pryx.Protocol.Providers;

/// <summary>What the calls since the start have shown of a provider.</summary>
/// <param name="State">closed: it is called; open: it is left alone; half-open: one call may be tried.</param>
/// <param name="Failures">In a row.</param>
public sealed record ProviderHealth(string Provider, string State, int Failures)
{
    public DateTimeOffset? LastSuccessAt { get; init; }
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>The code of the last failure, such as <c>PROVIDER_SERVER_ERROR</c>.</summary>
    public string? LastError { get; init; }

    /// <summary>When it may be tried again, while it is not closed.</summary>
    public DateTimeOffset? TryAt { get; init; }
}
