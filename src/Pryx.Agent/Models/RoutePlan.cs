using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>Who may answer in a turn.</summary>
public sealed record RoutePlan
{
    /// <summary>The turn's own model first, then those that may step in for it, in this order. All of them were chosen by the user, one way or another.</summary>
    public required IReadOnlyList<ModelInfo> Models { get; init; }

    /// <summary>A client for one of them; asked for only when it is to be called.</summary>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public required Func<ModelInfo, CancellationToken, Task<IChatClient>> ConnectAsync { get; init; }

    /// <summary>The model for a small job; null leaves it to the turn's own.</summary>
    public Func<CallKind, CancellationToken, Task<ModelInfo?>> SmallAsync { get; init; } = static (_, _) => Task.FromResult<ModelInfo?>(null);

    /// <summary>What people call a provider.</summary>
    public Func<string, string> NameOf { get; init; } = static provider => provider;
}
