using Microsoft.Extensions.AI;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>A request to whichever model the turn's route gives.</summary>
/// <param name="Step">The step it belongs to, from 1.</param>
/// <param name="Options">Without a model and an output limit: those come from the route and the budget.</param>
public sealed record ModelCall(CallKind Kind, int Step, List<ChatMessage> Messages, ChatOptions Options, CallNeeds Needs)
{
    /// <summary>USD that the turn has spent so far.</summary>
    public decimal SpentInTurn { get; init; }

    /// <summary>What the provider counted for the step before.</summary>
    public TokenUsage Last { get; init; }

    /// <summary>The model that the request was made to fit; null where it need not fit another.</summary>
    public ModelRef? FittedTo { get; init; }

    /// <summary>True for the first one that this process makes for the turn.</summary>
    public bool IsFirst { get; init; }
}

/// <summary>A whole reply.</summary>
/// <param name="Items">Reasoning, reply and tool calls in the order the model gave them.</param>
/// <param name="Record">What it took and cost: to be stored with the items.</param>
public sealed record ModelReply(IReadOnlyList<Item> Items, CallRecord Record);

/// <summary>One request that was sent to a model, whatever became of it.</summary>
/// <param name="Usage">What the provider counted; null when it did not come to that.</param>
/// <param name="Cost">USD at the price of that moment; null when it is unknown.</param>
public sealed record CallRecord(CallKind Kind, int Step, ModelInfo Model, TokenUsage? Usage, decimal? Cost, TimeSpan Latency)
{
    public string? FinishReason { get; init; }
    public string? RequestId { get; init; }

    /// <summary>USD as the provider itself has counted them; null where it does not say. <see cref="Cost"/> is the same then.</summary>
    public decimal? ReportedUsd { get; init; }

    /// <summary>What the budget has set aside for it; null when nothing.</summary>
    public string? Reservation { get; init; }

    /// <summary>A PROVIDER_ code for a call that failed, STOPPED for one that was cut off; null for a whole reply.</summary>
    public string? Error { get; init; }

    /// <summary>The number of the attempt within the call, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>It failed in a way that costs nothing: see <see cref="ModelException.IsUnbilled"/>.</summary>
    public bool IsUnbilled { get; init; }

    /// <summary>The best estimate of what a provider that sent no count has counted: the request, and what it had said of the reply.</summary>
    public TokenUsage Estimate { get; init; }
}
