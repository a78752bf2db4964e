using Microsoft.Data.Sqlite;
using Pryx.Agent.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Tracing;

/// <summary>What a turn leaves in its trace. Everything here is part of the caller's transaction.</summary>
public static class TurnSpans
{
    public static void Begin(SqliteConnection connection, Turn turn) => SpanStore.Write(connection, OfTurn(turn));

    /// <summary>A step with its model call. It ends with it, or with the last of its tool calls.</summary>
    public static void AddStep(SqliteConnection connection, Turn turn, StepRecord step, DateTimeOffset now)
    {
        var start = now - step.Latency;
        var whole = OfStep(turn, step.Step, start);
        SpanStore.Write(connection, step.Items.Any(static item => item is ToolCall) ? whole : whole.EndedAt(now));
        var usage = step.Usage;
        var call = OfModelCall(turn, step.Step, step.Model, start);
        SpanStore.Write(connection, call.EndedAt(now) with
        {
            Attributes = call.Attributes with
            {
                InputTokens = usage.Input,
                OutputTokens = usage.Output,
                CachedTokens = Some(usage.Cached),
                CacheWriteTokens = Some(usage.CacheWrite),
                ReasoningTokens = Some(usage.Reasoning),
                FinishReasons = step.FinishReason is { } reason ? [SpanIds.Safe(reason)] : null,
                CostUsd = step.Cost,
                ProviderRequestId = step.RequestId is { } id ? SpanIds.Safe(id) : null,
            },
        });
    }

    /// <summary>A model call that failed for good: its step has nothing else.</summary>
    /// <param name="called">Null for the model that the turn began with.</param>
    public static void AddFailedStep(SqliteConnection connection, Turn turn, int step, string error, DateTimeOffset start, DateTimeOffset now, ModelRef? called = null)
    {
        SpanStore.Write(connection, Failed(OfStep(turn, step, start).EndedAt(now), error));
        var model = called ?? (ModelRef.TryParse(turn.Model, out var known) ? known : new("unknown", "unknown"));
        SpanStore.Write(connection, Failed(OfModelCall(turn, step, model, start).EndedAt(now), error));
    }

    public static void BeginTool(SqliteConnection connection, Turn turn, ToolCall call, DateTimeOffset now) => SpanStore.Write(connection, OfTool(turn, call, now));

    /// <param name="isLast">True when every call of its step has its result.</param>
    public static void EndTool(SqliteConnection connection, Turn turn, ToolCall call, string status, TimeSpan took, bool isLast, DateTimeOffset now)
    {
        // A call that was refused never began.
        var begun = SpanStore.Find(connection, SpanIds.TraceOf(turn.Id), SpanIds.OfToolCall(turn.Id, call.CallId)) ?? OfTool(turn, call, now - took);
        var ended = begun.EndedAt(now) with { Attributes = begun.Attributes with { ToolStatus = status } };
        SpanStore.Write(connection, status == "completed" ? ended : Failed(ended, status));
        if (isLast && SpanStore.Find(connection, SpanIds.TraceOf(turn.Id), SpanIds.OfStep(turn.Id, call.Step)) is { Duration: null } step)
        {
            SpanStore.Write(connection, step.EndedAt(now));
        }
    }

    public static void End(SqliteConnection connection, Turn turn, TurnOutcome outcome, string status, DateTimeOffset now)
    {
        var begun = SpanStore.Find(connection, SpanIds.TraceOf(turn.Id), SpanIds.OfTurn(turn.Id)) ?? OfTurn(turn);
        var ended = begun.EndedAt(now) with
        {
            Attributes = begun.Attributes with
            {
                Outcome = status,
                Steps = outcome.Steps,
                InputTokens = outcome.Usage.Input,
                OutputTokens = outcome.Usage.Output,
                CachedTokens = Some(outcome.Usage.Cached),
                CacheWriteTokens = Some(outcome.Usage.CacheWrite),
                ReasoningTokens = Some(outcome.Usage.Reasoning),
                CostUsd = outcome.CostUsd,
            },
        };
        SpanStore.Write(connection, outcome.End is TurnEnd.Failed or TurnEnd.Limited ? Failed(ended, outcome.Code ?? status) : ended);
    }

    /// <summary>The time a question waits for a person.</summary>
    public static void BeginApproval(SqliteConnection connection, Approval approval, DateTimeOffset now)
    {
        if (approval.TurnId is { } turn)
        {
            SpanStore.Write(connection, OfApproval(turn, approval, now));
        }
    }

    public static void EndApproval(SqliteConnection connection, Approval approval, string state, string? scope, DateTimeOffset now)
    {
        if (approval.TurnId is { } turn)
        {
            var begun = SpanStore.Find(connection, SpanIds.TraceOf(turn), SpanIds.OfApproval(turn, approval.Id.Value)) ?? OfApproval(turn, approval, approval.CreatedAt);
            SpanStore.Write(connection, begun.EndedAt(now) with { Attributes = begun.Attributes with { Approval = state, ApprovalScope = scope } });
        }
    }

    private static Span OfTurn(Turn turn) => Of(turn.SessionId, turn.Id, SpanIds.OfTurn(turn.Id), SpanKinds.Turn, "invoke_agent pryx", turn.StartedAt, new()
    {
        Operation = "invoke_agent",
        Agent = "pryx",
        Provider = ModelRef.TryParse(turn.Model, out var model) ? ProviderName(model.Provider) : null,
        Model = model.Model,
        Surface = turn.Surface is { } surface ? SpanIds.Safe(surface) : null,
    }) with
    { ParentSpanId = null };

    private static Span OfStep(Turn turn, int step, DateTimeOffset start) =>
        Of(turn.SessionId, turn.Id, SpanIds.OfStep(turn.Id, step), SpanKinds.Step, $"step {step}", start, new() { Step = step });

    private static Span OfModelCall(Turn turn, int step, ModelRef model, DateTimeOffset start) =>
        Of(turn.SessionId, turn.Id, SpanIds.OfModelCall(turn.Id, step), SpanKinds.Model, $"chat {model.Model}", start, new()
        {
            Operation = "chat",
            Provider = ProviderName(model.Provider),
            Model = model.Model,
            Step = step,
        }) with
        { ParentSpanId = SpanIds.OfStep(turn.Id, step) };

    private static Span OfTool(Turn turn, ToolCall call, DateTimeOffset start)
    {
        var tool = SpanIds.ToolName(call.Tool, call.Name);
        return Of(turn.SessionId, turn.Id, SpanIds.OfToolCall(turn.Id, call.CallId), SpanKinds.Tool, $"execute_tool {tool}", start, new()
        {
            Operation = "execute_tool",
            Tool = tool,
            ToolType = "function",
            CallId = SpanIds.Safe(call.CallId),
            Step = call.Step,
        }) with
        { ParentSpanId = SpanIds.OfStep(turn.Id, call.Step) };
    }

    private static Span OfApproval(TurnId turn, Approval approval, DateTimeOffset start)
    {
        var tool = SpanIds.Safe(approval.Tool);
        return Of(approval.SessionId, turn, SpanIds.OfApproval(turn, approval.Id.Value), SpanKinds.Approval, $"approval {tool}", start, new()
        {
            Tool = tool,
            CallId = approval.CallId is { } call ? SpanIds.Safe(call) : null,
        });
    }

    private static Span Of(SessionId session, TurnId turn, string id, string kind, string name, DateTimeOffset start, SpanAttributes attributes) => new()
    {
        TraceId = SpanIds.TraceOf(turn),
        SpanId = id,
        ParentSpanId = SpanIds.OfTurn(turn),
        SessionId = session,
        TurnId = turn,
        Kind = kind,
        Name = name,
        Start = start,
        Attributes = attributes with { Conversation = session.ToString(), Turn = turn.ToString() },
    };

    private static Span Failed(Span span, string error) => span with { Error = error, Attributes = span.Attributes with { ErrorType = error } };

    private static long? Some(long count) => count == 0 ? null : count;

    // The conventions' names where they differ from ours.
    private static string ProviderName(string provider) => provider switch
    {
        "google" => "gcp.gemini",
        "xai" => "x_ai",
        "mistral" => "mistral_ai",
        _ => provider,
    };
}
