namespace Pryx.Protocol.Client;

/// <summary>How a client reaches Core and what it does while Core is away.</summary>
public sealed record PryxHttpOptions
{
    /// <summary>Looks where Core is: at the start, after a token was refused, and when nothing answers any more. Null: nowhere at the moment.</summary>
    public required Func<CancellationToken, Task<CoreAddress?>> FindCoreAsync { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>cli, tui, web or a channel; letters, digits, - and _.</summary>
    public string Surface { get; init; } = "cli";

    /// <summary>How often a lost connection is tried again: at once, then after 1, 2, 4, 8 … s.</summary>
    public int NetworkRetries { get; init; } = 5;

    /// <summary>Told when Core has gone and is waited for, once each time, and when it is back (true).</summary>
    public Action<bool> OnReachable { get; init; } = static _ => { };
}
