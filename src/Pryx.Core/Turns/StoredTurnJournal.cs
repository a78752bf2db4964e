using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Core.Approvals;
using Pryx.Core.Audit;
using Pryx.Core.Costs;
using Pryx.Core.Policies;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Turns;

/// <summary>
/// A turn's memory in the store. Every commit first makes sure that this process still owns the open turn: after another has claimed it,
/// or after its end, each further one is a <see cref="PryxException"/> TURN_LOST and stores nothing.
/// </summary>
public sealed class StoredTurnJournal(Database database, EventLog events, SessionHistory history, OwnerLock owner, Turn turn) : ITurnJournal
{
    private const int PreviewLength = 2000;

    /// <summary>Says when most of a budget is spent; null where nobody keeps one.</summary>
    public BudgetLedger? Budgets { get; init; }

    /// <summary>Hears of every call that is no whole step: those have events.</summary>
    public Action<CallRecord>? OnCall { get; init; }

    private readonly ApprovalStore _approvals = new(database, events);
    private readonly SessionId _sessionId = turn.SessionId;
    private readonly TurnId _turnId = turn.Id;
    private readonly string _turn = turn.Id.ToString();

    private readonly Func<CancellationToken, Task<IReadOnlyList<Item>>> _readAsync = history.Hold(turn.SessionId);

    // When the model was last asked: steering is looked for right before. A call that fails for good is stored only with the turn's end.
    private DateTimeOffset _asked = turn.StartedAt;

    public Task<IReadOnlyList<Item>> ReadItemsAsync(CancellationToken cancellationToken) => _readAsync(cancellationToken);

    public async Task<IReadOnlySet<string>> ReadStartedCallsAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        connection => connection.Query("SELECT call_id FROM tool_calls WHERE turn_id = $turn AND status = 'running'", static row => row.GetString(0), ("$turn", _turn)),
        cancellationToken)).ToHashSet();

    public async Task<bool> TakeSteeringAsync(int step, CancellationToken cancellationToken)
    {
        _asked = database.Time.GetUtcNow();
        // Looking is cheap and nearly always all there is to do.
        const string waiting = "FROM inputs WHERE turn_id = $turn AND state = 'steered'";
        var isWaiting = await database.ReadAsync(connection => connection.Number($"SELECT COUNT(*) {waiting}", ("$turn", _turn)) > 0, cancellationToken);
        return isWaiting && await CommitAsync(connection =>
        {
            var inputs = connection.Query(
                $"SELECT text, attachments, source, request {waiting} ORDER BY created_at, rowid",
                static row => (Text: row.GetString(0), Attachments: TurnRows.ReadAttachments(row.TextOrNull(1)), Surface: row.GetString(2), row.TextOrNull(3) is { } request ? TurnRows.ReadRequest(request) : null),
                ("$turn", _turn));
            foreach (var (text, attachments, surface, request) in inputs)
            {
                events.AppendItem(connection, _sessionId, TurnRows.MessageOf(text, request) with { TurnId = _turnId, Step = step, Attachments = attachments, IsSteering = true }, surface);
            }
            connection.Execute("UPDATE inputs SET state = 'consumed' WHERE turn_id = $turn AND state = 'steered'", ("$turn", _turn));
            return inputs.Count > 0;
        }, cancellationToken);
    }

    public Task CommitStepAsync(StepRecord step, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        foreach (var item in step.Items)
        {
            var stored = events.AppendItem(connection, _sessionId, InTurn(item, step.Step), usage: item is Reply ? step.Usage : null);
            if (stored is ToolCall toolCall)
            {
                InsertCall(connection, toolCall);
            }
        }
        var now = database.Time.GetUtcNow();
        Record(connection, step.Call is { } call
            ? UsageEntry.Of(_sessionId, _turnId, call)
            : new(_sessionId, _turnId, step.Step, step.Model, step.Usage, step.Cost, step.Latency, step.FinishReason, step.RequestId), now);
        TurnSpans.AddStep(connection, turn, step, now);
        connection.Execute("UPDATE turns SET steps = MAX(steps, $step) WHERE id = $turn", ("$step", step.Step), ("$turn", _turn));
        Announce(
            connection, EventNames.StepCompleted,
            new(step.Step, step.Model.ToString(), step.Usage, step.Cost, (long)step.Latency.TotalMilliseconds, step.FinishReason, step.RequestId) { Context = step.Context, IsCostReported = step.Call?.ReportedUsd is not null },
            ProtocolJson.Default.StepCompletedPayload);
        return true;
    }, cancellationToken);

    public Task CommitCallAsync(CallRecord call, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        var now = database.Time.GetUtcNow();
        Record(connection, UsageEntry.Of(_sessionId, _turnId, call), now);
        if (call is { Kind: CallKind.Step, Error: { } error })
        {
            // An attempt that succeeds after it takes its place.
            TurnSpans.AddFailedStep(connection, turn, call.Step, error, now - call.Latency, now, call.Model.Ref);
        }
        OnCall?.Invoke(call);
        return true;
    }, cancellationToken);

    public Task CommitTitleAsync(string title, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        // As derived as the first words were: whoever asks whether the user has named it is told no.
        var session = ("$id", (object?)_sessionId.ToString());
        if (connection.Execute("UPDATE sessions SET title = $title, derived_title = $title WHERE id = $id AND title = derived_title", ("$title", title), session) == 1)
        {
            var payload = connection.First(
                "SELECT title, status, model, mode FROM sessions WHERE id = $id", static row => new SessionUpdatedPayload(row.GetString(0), row.GetString(1), row.TextOrNull(2)) { Mode = row.TextOrNull(3) }, session)!;
            events.Append(connection, new PryxEvent { Event = EventNames.SessionUpdated, SessionId = _sessionId, Payload = JsonSerializer.SerializeToElement(payload, ProtocolJson.Default.SessionUpdatedPayload) });
        }
        return true;
    }, cancellationToken);

    public Task CommitDescriptionAsync(string description, CancellationToken cancellationToken) => CommitAsync(connection =>
        connection.Execute("UPDATE sessions SET summary = $text WHERE id = $id", ("$text", description), ("$id", _sessionId.ToString())) == 1, cancellationToken);

    private void Record(SqliteConnection connection, UsageEntry entry, DateTimeOffset now)
    {
        UsageStore.Append(connection, entry, now);
        if (entry.Reservation is not null)
        {
            Budgets?.Warn(connection, _sessionId, _turnId);
        }
    }

    public Task CommitJudgementAsync(ToolCall call, ToolArguments? arguments, string summary, Judgement judgement, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        var decision = judgement.Decision switch { Decision.Allow => "allow", Decision.Ask => "ask", _ => "deny" };
        var status = judgement.Decision switch { Decision.Allow => "approved", Decision.Ask => "pending", _ => "denied" };
        var args = Redaction.OfJson(arguments?.Json.GetRawText() ?? call.Arguments);
        InsertCall(connection, call);
        connection.Execute(
            "UPDATE tool_calls SET status = $status, decision = $decision, rule = $rule WHERE turn_id = $turn AND call_id = $call",
            ("$status", status), ("$decision", decision), ("$rule", judgement.Rule), ("$turn", _turn), ("$call", call.CallId));
        GrantStore.MarkUsed(connection, judgement.UsedGrants, database.Time.GetUtcNow());
        Audit(connection, "tool.judged", call, decision, new() { Tool = call.Tool, Arguments = args, Rule = judgement.Rule, Reason = judgement.Reason, Summary = Redaction.OfText(summary) });
        Announce(
            connection, EventNames.ToolRequest,
            new(call.CallId, call.Tool, call.Name, ParseOrQuote(args), decision, judgement.Rule, Redaction.OfText(judgement.Reason), Redaction.OfText(summary)) { Next = judgement.Next is { } next ? Redaction.OfText(next) : null },
            ProtocolJson.Default.ToolRequestPayload);
        return true;
    }, cancellationToken);

    public Task CommitStartAsync(ToolCall call, string summary, CancellationToken cancellationToken) => CommitStartAsync(call, summary, SandboxMode.Off, cancellationToken);

    public Task CommitStartAsync(ToolCall call, string summary, SandboxMode sandbox, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        var now = database.Time.GetUtcNow();
        InsertCall(connection, call);
        connection.Execute(
            "UPDATE tool_calls SET status = 'running', started_at = $at WHERE turn_id = $turn AND call_id = $call",
            ("$at", Sql.FormatTime(now)), ("$turn", _turn), ("$call", call.CallId));
        TurnSpans.BeginTool(connection, turn, call, now);
        Audit(connection, "tool.started", call, "running", new() { Tool = call.Tool, Summary = Redaction.OfText(summary), Sandbox = sandbox.IsOn ? "on" : "off" });
        Announce(connection, EventNames.ToolExecuting, new(call.CallId, call.Tool, call.Name, Redaction.OfText(summary)), ProtocolJson.Default.ToolExecutingPayload);
        return true;
    }, cancellationToken);

    public Task CommitResultAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        var status = NameOf(result.Status);
        var stored = (ToolResult)events.AppendItem(connection, _sessionId, InTurn(result, call.Step));
        InsertCall(connection, call);
        connection.Execute(
            "UPDATE tool_calls SET status = $status, result = $result, completed_at = $at, duration_ms = $duration WHERE turn_id = $turn AND call_id = $call",
            ("$status", status), ("$result", JsonSerializer.Serialize(new(status, stored.Id), StoreJson.Default.StoredResult)), ("$at", Sql.FormatTime(stored.CreatedAt)),
            ("$duration", result.DurationMs), ("$turn", _turn), ("$call", call.CallId));
        var isLast = connection.Number("SELECT COUNT(*) FROM tool_calls WHERE turn_id = $turn AND step = $step AND completed_at IS NULL", ("$turn", _turn), ("$step", call.Step)) == 0;
        TurnSpans.EndTool(connection, turn, call, status, TimeSpan.FromMilliseconds(result.DurationMs), isLast, database.Time.GetUtcNow());
        Audit(connection, "tool.completed", call, status, new() { Tool = call.Tool, DurationMs = result.DurationMs }, AuditLog.HashOf(result.Output));
        Announce(
            connection, EventNames.ToolComplete,
            new(call.CallId, call.Tool, call.Name, status, Redaction.OfText(Head(result.Output)), result.DurationMs),
            ProtocolJson.Default.ToolCompletePayload);
        return true;
    }, cancellationToken);

    public Task CommitItemAsync(Item item, CancellationToken cancellationToken) =>
        CommitAsync(connection => events.AppendItem(connection, _sessionId, InTurn(item, item.Step)), cancellationToken);

    public Task CommitWindowAsync(WindowChange change, CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        foreach (var item in change.Items)
        {
            events.AppendItem(connection, _sessionId, InTurn(item, item.Step));
        }
        Announce(connection, change.Event, new(change.Usage, change.Messages), ProtocolJson.Default.MemoryPayload);
        return true;
    }, cancellationToken);

    public Task<bool> CommitParkAsync(CancellationToken cancellationToken) => CommitAsync(connection =>
    {
        var open = ApprovalStore.PendingOf(connection, _turnId);
        if (open.Count == 0)
        {
            return false;
        }
        if (connection.Number("SELECT COUNT(*) FROM inputs WHERE turn_id = $turn AND state = 'steered'", ("$turn", _turn)) > 0 || TurnRows.CountQueued(connection, _sessionId) > 0)
        {
            _approvals.CloseAll(connection, _turnId, TurnRows.MovedOn);
            return false;
        }
        connection.Execute("UPDATE turns SET status = 'parked', owner = NULL WHERE id = $turn", ("$turn", _turn));
        Announce(
            connection, EventNames.TurnParked,
            new([.. open.Select(static approval => approval.Id)], $"Nobody answered in time. The turn goes on when you do: {string.Join("; ", open.Select(static approval => approval.Summary))}"),
            ProtocolJson.Default.TurnParkedPayload);
        return true;
    }, cancellationToken);

    public Task CommitEndAsync(TurnOutcome outcome, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var (status, name) = outcome.End switch
        {
            TurnEnd.Completed => ("completed", EventNames.TurnCompleted),
            TurnEnd.Failed => ("failed", EventNames.TurnFailed),
            TurnEnd.Cancelled => ("cancelled", EventNames.TurnCancelled),
            _ => ("limited", EventNames.TurnLimited),
        };
        var now = database.Time.GetUtcNow();
        // What a provider or a tool said may quote what it was given.
        outcome = outcome with { Message = outcome.Message is { } message ? Redaction.OfText(message) : null };
        // Only the statement that ends it announces it: exactly one terminal event.
        if (connection.Execute(
            """
            UPDATE turns SET status = $status, steps = MAX(steps, $steps), completed_at = $at, error_code = $code, error_message = $message, owner = NULL
            WHERE id = $turn AND owner = $me AND status IN ('running', 'parked')
            """,
            ("$status", status), ("$steps", outcome.Steps), ("$at", Sql.FormatTime(now)), ("$code", outcome.Code),
            ("$message", outcome.Message), ("$turn", _turn), ("$me", owner.Name)) == 0)
        {
            RequireEnded(connection);
            return;
        }
        _approvals.CloseAll(connection, _turnId, answer: null);
        outcome = Totalled(connection, outcome);
        // Input that came too late for this turn begins the next one.
        connection.Execute("UPDATE inputs SET state = 'queued' WHERE turn_id = $turn AND state = 'steered'", ("$turn", _turn));
        if (outcome.Code is { } code && code.StartsWith("PROVIDER_", StringComparison.Ordinal))
        {
            TurnSpans.AddFailedStep(connection, turn, outcome.Steps + 1, code, _asked, now);
        }
        TurnSpans.End(connection, turn, outcome, status, now);
        Announce(
            connection, name,
            new(status, outcome.Code, outcome.Message, outcome.Steps, outcome.Usage, outcome.CostUsd) { DeniedForWantOfPerson = outcome.DeniedForWantOfPerson, EstimatedCostUsd = outcome.EstimatedCostUsd is > 0 and var estimated ? estimated : null },
            ProtocolJson.Default.TurnEndedPayload);
        if (outcome.End == TurnEnd.Failed)
        {
            // For surfaces that show errors of whatever runs; the turn's followers have its terminal event.
            Announce(connection, EventNames.ErrorOccurred, new(outcome.Code ?? "FAILED", outcome.Message ?? "", Activity.Current?.TraceId.ToString()), ProtocolJson.Default.ErrorPayload);
        }
    }, cancellationToken);

    // What is recorded is the whole of it: retries, summaries and what a process before this one has paid.
    private TurnOutcome Totalled(SqliteConnection connection, TurnOutcome outcome)
    {
        UsageStore.SettleLeft(connection, _turnId);
        return UsageStore.SumOf(connection, _turnId) is { Calls: > 0 } sum
            ? outcome with { Usage = sum.Usage, CostUsd = sum.UnpricedCalls > 0 ? null : sum.CostUsd, EstimatedCostUsd = sum.EstimatedUsd }
            : outcome;
    }

    public void Progress(ProgressUpdate update) => events.Progress(TurnProgress.Of(_sessionId, _turnId, update));

    /// <summary>Tells whoever listens that this process can not go on and could not store that either.</summary>
    internal void AnnounceUnstored(string code, string message, string traceId) =>
        events.Progress(TurnProgress.Error(_sessionId, _turnId, new(code, message, traceId)));

    private Task<T> CommitAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        RequireOwned(connection);
        return work(connection);
    }, cancellationToken);

    private void RequireOwned(SqliteConnection connection)
    {
        if (connection.Number("SELECT COUNT(*) FROM turns WHERE id = $turn AND owner = $me AND status IN ('running', 'parked')", ("$turn", _turn), ("$me", owner.Name)) == 0)
        {
            throw Lost();
        }
    }

    private void RequireEnded(SqliteConnection connection)
    {
        if (connection.Number("SELECT COUNT(*) FROM turns WHERE id = $turn AND status NOT IN ('running', 'parked')", ("$turn", _turn)) == 0)
        {
            throw Lost();
        }
    }

    private PryxException Lost() => new(
        "TURN_LOST",
        $"The turn {_turnId} has ended or another Pryx goes on with it: this process stops working on it.",
        $"pryx session show {_sessionId} shows what became of it.");

    // Whoever calls first makes the row: a call that is refused before any judgement has one too.
    private void InsertCall(SqliteConnection connection, ToolCall call) => connection.Execute(
        """
        INSERT INTO tool_calls (id, session_id, turn_id, step, call_id, tool_name, called_name, arguments, status)
        VALUES ($id, $session, $turn, $step, $call, $tool, $name, $arguments, 'pending') ON CONFLICT (turn_id, call_id) DO NOTHING
        """,
        ("$id", Guid.NewGuid().ToString()), ("$session", _sessionId.ToString()), ("$turn", _turn), ("$step", call.Step), ("$call", call.CallId),
        ("$tool", call.Tool), ("$name", call.Name), ("$arguments", call.Arguments));

    private void Audit(SqliteConnection connection, string action, ToolCall call, string outcome, CallDetails details, string? resultHash = null) => AuditLog.Append(
        connection,
        new(action, "tool_call", $"{_turn}/{call.CallId}", turn.Surface is { } surface ? $"model:{surface}" : "model",
            JsonSerializer.Serialize(details, StoreJson.Default.CallDetails), outcome, resultHash),
        database.Time);

    private void Announce<T>(SqliteConnection connection, string name, T payload, JsonTypeInfo<T> type) =>
        events.Append(connection, new PryxEvent { Event = name, SessionId = _sessionId, TurnId = _turnId, Payload = Element(payload, type) });

    private Item InTurn(Item item, int step) => item with { TurnId = _turnId, Step = item.Step == 0 ? step : item.Step };

    private static JsonElement Element<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToElement(value, type);

    private static JsonElement ParseOrQuote(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ProtocolJson.Default.JsonElement);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(json, StoreJson.Default.String);
        }
    }

    private static string Head(string text) => text.Length <= PreviewLength ? text : text[..(char.IsHighSurrogate(text[PreviewLength - 1]) ? PreviewLength - 1 : PreviewLength)];

    internal static string NameOf(ToolStatus status) => status switch
    {
        ToolStatus.Completed => "completed",
        ToolStatus.Failed => "failed",
        ToolStatus.Denied => "denied",
        ToolStatus.Cancelled => "cancelled",
        _ => "interrupted",
    };
}
