using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Turns;

/// <summary>
/// The memory of one turn. Whatever a method takes is durable when it returns, and its events are published only then
/// (persisted before published). The loop reads its state back from here and keeps none of its own.
/// </summary>
public interface ITurnJournal
{
    /// <summary>The items the model's context is made of, oldest first: the session's, this turn's included.</summary>
    Task<IReadOnlyList<Item>> ReadItemsAsync(CancellationToken cancellationToken);

    /// <summary>Calls of this turn that had started when a process died; they are never started again.</summary>
    Task<IReadOnlySet<string>> ReadStartedCallsAsync(CancellationToken cancellationToken);

    /// <summary>Takes input that arrived while the turn ran and stores it as user messages; true when there was any.</summary>
    Task<bool> TakeSteeringAsync(int step, CancellationToken cancellationToken);

    /// <summary>Stores a step's reply, reasoning and tool calls with what they cost, in one commit.</summary>
    Task CommitStepAsync(StepRecord step, CancellationToken cancellationToken);

    /// <summary>Stores a model call that is no step of its own: one that failed or was cut off, a summary, a title.</summary>
    Task CommitCallAsync(CallRecord call, CancellationToken cancellationToken);

    /// <summary>Names the session, unless its user has done so.</summary>
    Task CommitTitleAsync(string title, CancellationToken cancellationToken);

    /// <summary>What the session was about, for its listing; takes the place of what stood there.</summary>
    Task CommitDescriptionAsync(string description, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stores that a call was judged; the audit log gets it in the same commit.</summary>
    Task CommitJudgementAsync(ToolCall call, ToolArguments? arguments, string summary, Judgement judgement, CancellationToken cancellationToken);

    /// <summary>Stores that a call is about to run. Only then may it run.</summary>
    Task CommitStartAsync(ToolCall call, string summary, CancellationToken cancellationToken);

    /// <summary>As the other one, with where it runs: for the audit log.</summary>
    Task CommitStartAsync(ToolCall call, string summary, SandboxMode sandbox, CancellationToken cancellationToken) => CommitStartAsync(call, summary, cancellationToken);

    /// <summary>Stores a call's one result.</summary>
    Task CommitResultAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken);

    Task CommitItemAsync(Item item, CancellationToken cancellationToken);

    /// <summary>Stores what was done to keep the session within its window, with the event that says so, in one commit.</summary>
    Task CommitWindowAsync(WindowChange change, CancellationToken cancellationToken);

    /// <summary>
    /// Lets go of the turn until somebody answers its open question; false when there is no reason to wait: it has been answered
    /// meanwhile, or the user has gone on with new input, which answers it with no.
    /// </summary>
    Task<bool> CommitParkAsync(CancellationToken cancellationToken);

    /// <summary>Stores the turn's one terminal event; a second call does nothing.</summary>
    Task CommitEndAsync(TurnOutcome outcome, CancellationToken cancellationToken);

    /// <summary>Ephemeral: may be dropped.</summary>
    void Progress(ProgressUpdate update);
}

/// <param name="Items">Reasoning, reply and tool calls in the order the model gave them.</param>
/// <param name="Cost">Null when the price is unknown.</param>
public sealed record StepRecord(int Step, IReadOnlyList<Item> Items, ModelRef Model, TokenUsage Usage, decimal? Cost, TimeSpan Latency, string? FinishReason, string? RequestId)
{
    /// <summary>The request that gave it: its price, its attempt, what the budget has set aside for it. Null where no model was asked.</summary>
    public CallRecord? Call { get; init; }

    /// <summary>How full the window was with its request.</summary>
    public ContextUsage? Context { get; init; }
}

/// <param name="Event">memory.warning, memory.summarize_request or memory.summarized.</param>
/// <param name="Usage">Before it.</param>
/// <param name="Items">Summaries and what the user is told; may be none.</param>
public sealed record WindowChange(string Event, ContextUsage Usage, IReadOnlyList<Item> Items)
{
    /// <summary>How many messages it is about.</summary>
    public int Messages { get; init; }
}

public abstract record ProgressUpdate
{
    public sealed record Message(int Step, string Text) : ProgressUpdate;
    public sealed record Thinking(int Step, string Text) : ProgressUpdate;
    public sealed record ToolText(string CallId, string Stream, string Text) : ProgressUpdate;
    public sealed record Retrying(StepRetryingPayload Retry) : ProgressUpdate;
}

public enum TurnEnd { Completed, Failed, Cancelled, Limited }

public sealed record TurnOutcome(TurnEnd End, int Steps, TokenUsage Usage, decimal? CostUsd)
{
    /// <summary>Stable, for anything but Completed: STOPPED, MAX_STEPS, MAX_COST, BUDGET_EXCEEDED, TIMEOUT, PROVIDER_…, INTERNAL.</summary>
    public string? Code { get; init; }
    public string? Message { get; init; }
    public int DeniedForWantOfPerson { get; init; }

    /// <summary>USD for calls that the provider sent no count of, beside <see cref="CostUsd"/>.</summary>
    public decimal EstimatedCostUsd { get; init; }
}
