using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol.Items;

namespace Pryx.Protocol.Events;

/// <summary>
/// A fact announced on the stream, in the envelope of runtime-behaviour B3. Committed events are stored and carry a version
/// that rises over all sessions and restarts; progress (deltas) has version 0 and may be merged or dropped for a slow reader.
/// </summary>
public sealed record PryxEvent
{
    [JsonPropertyOrder(-10)]
    public string Type { get; init; } = "event";

    /// <summary>One of <see cref="EventNames"/>.</summary>
    [JsonPropertyOrder(-9)]
    public required string Event { get; init; }

    public SessionId? SessionId { get; init; }
    public TurnId? TurnId { get; init; }

    /// <summary>Where it was caused: <c>cli</c>, <c>tui</c>, <c>web</c>, a channel; null when the engine did.</summary>
    public string? Surface { get; init; }

    public JsonElement? Payload { get; init; }

    /// <summary>The item that the event announces; looked up when the event is delivered, not stored with it.</summary>
    public Item? Item { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset Timestamp { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public bool IsProgress => Version == 0;
}

public static class EventNames
{
    /// <summary>The turn has its id and waits for those before it; turn.started and its user message come when it begins.</summary>
    public const string TurnQueued = "turn.queued";
    public const string TurnStarted = "turn.started";

    /// <summary>Nobody answered its question in time: the turn is held by no process until an answer, a new input or STOP.</summary>
    public const string TurnParked = "turn.parked";
    public const string TurnCompleted = "turn.completed";
    public const string TurnFailed = "turn.failed";
    public const string TurnCancelled = "turn.cancelled";
    public const string TurnLimited = "turn.limited";
    public const string StepCompleted = "step.completed";
    public const string ItemAdded = "item.added";
    public const string SessionMessage = "session.message";
    public const string SessionCreated = "session.created";

    /// <summary>Another title, status or model; its payload has all three.</summary>
    public const string SessionUpdated = "session.updated";
    public const string SessionArchived = "session.archived";

    /// <summary>All that is left of a session: its other events went with it.</summary>
    public const string SessionDeleted = "session.deleted";
    public const string ToolRequest = "tool.request";
    public const string ToolExecuting = "tool.executing";
    public const string ToolComplete = "tool.complete";
    public const string ApprovalNeeded = "approval.needed";
    public const string ApprovalResolved = "approval.resolved";

    /// <summary>Something may run unasked from now on, also in turns that run; its payload is the grant.</summary>
    public const string GrantAdded = "grant.added";

    /// <summary>A grant was taken back: the next call is asked again.</summary>
    public const string GrantRevoked = "grant.revoked";

    /// <summary>A person pinned a constraint; its payload says how it was read.</summary>
    public const string PinAdded = "pin.added";
    public const string PinRemoved = "pin.removed";

    /// <summary>A background process runs; its payload is the process.</summary>
    public const string ProcessStarted = "process.started";

    /// <summary>It has ended; its payload says how and by whom.</summary>
    public const string ProcessEnded = "process.ended";

    /// <summary>A model has given its opinion on a question that is still open.</summary>
    public const string ApprovalReviewed = "approval.reviewed";

    /// <summary>Four fifths of the window are full.</summary>
    public const string MemoryWarning = "memory.warning";

    /// <summary>The oldest messages are being summarised.</summary>
    public const string MemorySummarizeRequest = "memory.summarize_request";

    /// <summary>Room was made: its item events say how.</summary>
    public const string MemorySummarized = "memory.summarized";

    /// <summary>What a turn had changed in the workspace was taken back.</summary>
    public const string WorkspaceUndone = "workspace.undone";

    /// <summary>What an undo or rewind took back is there again.</summary>
    public const string WorkspaceRedone = "workspace.redone";

    /// <summary>A session went back to how it was after a turn: its conversation, the files or both.</summary>
    public const string SessionRewound = "session.rewound";

    // Progress: version 0, may be dropped.
    public const string SessionTyping = "session.typing";
    public const string MessageDelta = "message.delta";
    public const string ReasoningDelta = "reasoning.delta";
    public const string ToolOutput = "tool.output";
    public const string StepRetrying = "step.retrying";

    /// <summary>A span has ended, or a turn has begun: for timelines. The daemon's alone.</summary>
    public const string TraceEvent = "trace.event";

    /// <summary>
    /// Committed, right after turn.failed: what went wrong, for whoever shows the errors of all that runs. As progress (version 0):
    /// the turn can not go on and its end can not be stored; it stays open for the next process.
    /// </summary>
    public const string ErrorOccurred = "error.occurred";

    /// <summary>Most of a budget is spent (80 % unless set otherwise); once for each limit and period.</summary>
    public const string BudgetWarning = "budget.warning";

    /// <summary>The next call would go beyond a budget: the turn asks, turns to a cheaper model or ends.</summary>
    public const string BudgetExceeded = "budget.exceeded";

    /// <summary>Each turn ends with exactly one of these.</summary>
    public static bool IsTerminal(string name) => name is TurnCompleted or TurnFailed or TurnCancelled or TurnLimited;
}
