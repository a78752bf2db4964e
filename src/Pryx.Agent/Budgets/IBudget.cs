using Pryx.Agent.Models;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Budgets;

/// <summary>Keeps what is spent within what the user allows: the worst case of a call is reserved before it is made.</summary>
public interface IBudget
{
    /// <exception cref="CallRefusedException">The call is not paid for.</exception>
    /// <exception cref="Approvals.ParkedException">The user was asked whether it may be, and has not answered yet.</exception>
    Task<Allowance> ReserveAsync(CallBid bid, CancellationToken cancellationToken);
}

/// <summary>A call that is about to be made.</summary>
/// <param name="Step">The step it belongs to, from 1.</param>
/// <param name="SpentInTurn">USD, as far as prices were known.</param>
/// <param name="Last">What the provider counted for the step before: the next request holds at least that.</param>
public sealed record CallBid(CallKind Kind, int Step, ModelInfo Model, CallNeeds Needs, decimal SpentInTurn, TokenUsage Last)
{
    /// <summary>From 1; each one before has failed.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>False when there is no cheaper model to turn to.</summary>
    public bool HasCheaper { get; init; }

    /// <summary>Tells the user.</summary>
    public Func<Notice, Task> SayAsync { get; init; } = static _ => Task.CompletedTask;
}

/// <param name="MaxOutputTokens">The output limit that is still paid for; null leaves it to the model's own.</param>
public sealed record Allowance(int? MaxOutputTokens)
{
    /// <summary>Given back with the call's record; null when nothing was reserved.</summary>
    public string? Reservation { get; init; }
}

/// <summary>A call was not made because it would have exceeded a limit; the message says which, what it would have cost and what is left.</summary>
/// <param name="code">The turn's end code, such as MAX_COST.</param>
public sealed class CallRefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>The user would rather go on with a cheaper model than stop.</summary>
    public bool WantsCheaper { get; init; }

    /// <summary>USD that are left for a call.</summary>
    public decimal LeftUsd { get; init; }
}
