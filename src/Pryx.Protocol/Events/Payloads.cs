using System.Text.Json;

namespace Pryx.Protocol.Events;

/// <param name="Model">As <c>provider/model</c>.</param>
public sealed record TurnStartedPayload(string Model, bool IsResumed = false);

/// <param name="Model">As <c>provider/model</c>: the one it will run with.</param>
/// <param name="Ahead">Inputs of the session that are to begin before it, the running turn not counted.</param>
public sealed record TurnQueuedPayload(string Model, int Ahead);

/// <param name="Approvals">The questions whose answers it waits for.</param>
/// <param name="Message">What it waits for, in a sentence.</param>
public sealed record TurnParkedPayload(IReadOnlyList<ApprovalId> Approvals, string Message);

/// <param name="Outcome">completed, failed, cancelled or limited.</param>
/// <param name="Code">A stable code for anything but completed; see the exit codes in the guide to <c>pryx run</c>.</param>
public sealed record TurnEndedPayload(string Outcome, string? Code, string? Message, int Steps, Models.TokenUsage Usage, decimal? CostUsd)
{
    /// <summary>Calls refused because nobody could be asked.</summary>
    public int DeniedForWantOfPerson { get; init; }
    public string? TraceId { get; init; }

    /// <summary>USD beside <see cref="CostUsd"/>, for calls of which no provider's count ever came; null when there were none.</summary>
    public decimal? EstimatedCostUsd { get; init; }
}

/// <param name="CostUsd">Null when the model's price is unknown.</param>
public sealed record StepCompletedPayload(int Step, string Model, Models.TokenUsage Usage, decimal? CostUsd, long LatencyMs, string? FinishReason, string? ProviderRequestId)
{
    /// <summary>What filled the window with the step's request; null in events of older versions.</summary>
    public Models.ContextUsage? Context { get; init; }

    /// <summary>True when the cost is the provider's own figure and not ours by the catalog's price.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCostReported { get; init; }
}

/// <param name="Context">Before anything was done about it.</param>
/// <param name="Messages">How many are summarised; 0 where none are.</param>
public sealed record MemoryPayload(Models.ContextUsage Context, int Messages);

/// <summary>Raised for every tool call once it was judged.</summary>
/// <param name="Decision">allow, ask or deny.</param>
public sealed record ToolRequestPayload(string CallId, string Tool, string Name, JsonElement Args, string Decision, string Rule, string Reason, string Summary)
{
    /// <summary>The narrowest flags of <c>pryx run</c> under which the call would have run unasked, quoted for a shell (<c>--allow 'shell.exec:dotnet test*'</c>); null when none would do.</summary>
    public string? Next { get; init; }
}

public sealed record ToolExecutingPayload(string CallId, string Tool, string Name, string Summary);

/// <param name="Result">The first 2,000 characters; the item has the rest.</param>
public sealed record ToolCompletePayload(string CallId, string Tool, string Name, string Status, string Result, long DurationMs);

public sealed record ApprovalResolvedPayload(ApprovalId ApprovalId, string Tool, bool Approved, string? Scope, string? AnsweredBy);

/// <param name="Review">Shown beside the question; it answers nothing.</param>
public sealed record ApprovalReviewedPayload(ApprovalId ApprovalId, string Tool, Approvals.ApprovalReview Review);

public sealed record MessageDeltaPayload(int Step, string Text);

/// <param name="Stream">stdout or stderr.</param>
public sealed record ToolOutputPayload(string CallId, string Stream, string Text);

/// <summary>The model call of this step is made again: what was streamed of it so far does not count.</summary>
/// <param name="Attempt">The number of the failed attempt, from 1.</param>
public sealed record StepRetryingPayload(int Step, int Attempt, long DelayMs, string Reason);

public sealed record ErrorPayload(string Code, string Message, string? TraceId);

/// <param name="Status">active or archived.</param>
public sealed record SessionUpdatedPayload(string Title, string Status, string? Model)
{
    /// <summary>"plan" while the session is in plan mode.</summary>
    public string? Mode { get; init; }
}

/// <param name="Checkpoint">The id of what was done.</param>
/// <param name="Kind">undo, redo or rewind.</param>
/// <param name="Turns">The numbers of the turns it is about, from 1.</param>
/// <param name="Paths">The first 50 that were put back, relative to the workspace.</param>
/// <param name="Count">How many were put back.</param>
/// <param name="Left">The first 50 that were left as they are.</param>
/// <param name="Conversation">Turns left the conversation, or came back into it.</param>
public sealed record UndonePayload(string Checkpoint, string Kind, IReadOnlyList<int> Turns, IReadOnlyList<string> Paths, int Count, IReadOnlyList<string> Left, bool Conversation);
