using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Tui.Chat;

/// <summary>All that a chat shows of one session, kept true by its events. Nothing in here draws or sends.</summary>
internal sealed class ChatState
{
    private readonly List<Approval> _approvals = [];

    public Transcript Transcript { get; } = new();

    /// <summary>Null before the first message of a new one.</summary>
    public Session? Session { get; set; }

    /// <summary>The turn that runs or is parked; null while nothing does.</summary>
    public RunningTurn? Turn { get; private set; }

    /// <summary>Turns that wait for it.</summary>
    public int Queued { get; private set; }

    /// <summary>Questions that wait for a person, the oldest first.</summary>
    public IReadOnlyList<Approval> Approvals => _approvals;

    /// <summary>What fills the window; null before anybody has counted.</summary>
    public ContextUsage? Context { get; set; }

    /// <summary>USD of all turns here; null while unknown.</summary>
    public decimal Cost { get; private set; }
    public TokenUsage Usage { get; private set; }
    public string? Model { get; set; }
    public bool IsPlanning => Session?.Mode == "plan";

    /// <summary>Of the last turn that ended while this was watched.</summary>
    public TurnEndedPayload? Ended { get; private set; }

    /// <summary>Version up to which all is here.</summary>
    public long Version { get; set; }

    /// <summary>A question that has come without its exact arguments: they have to be asked for.</summary>
    public event Action<ApprovalId>? Asked;

    /// <summary>Its turn is over.</summary>
    public event Action<RunningTurn, TurnEndedPayload>? TurnEnded;

    /// <summary>Another session, or none.</summary>
    public void Begin(Session? session)
    {
        Transcript.Clear();
        _approvals.Clear();
        Session = session;
        (Turn, Queued, Context, Ended, Version) = (null, 0, null, null, 0);
        (Cost, Usage) = (session?.TotalCostUsd ?? 0, session?.Usage ?? default);
        Model = session?.Model ?? Model;
    }

    public void SetOpenTurn(Turn? turn)
    {
        if (turn is null || turn.Status == TurnStatus.Queued)
        {
            return;
        }
        Turn = new RunningTurn(turn.Id, turn.Model, turn.StartedAt) { IsParked = turn.Status == TurnStatus.Parked };
        Model = turn.Model;
    }

    public void SetApprovals(IEnumerable<Approval> approvals)
    {
        _approvals.Clear();
        _approvals.AddRange(approvals);
    }

    public void AddApproval(Approval approval)
    {
        if (_approvals.FindIndex(one => one.Id == approval.Id) is >= 0 and var at)
        {
            _approvals[at] = approval;
        }
        else
        {
            _approvals.Add(approval);
        }
    }

    /// <summary>It waits no more.</summary>
    public Approval? RemoveApproval(ApprovalId id)
    {
        var found = _approvals.Find(one => one.Id == id);
        if (found is not null)
        {
            _approvals.Remove(found);
        }
        return found;
    }

    public void Apply(PryxEvent e)
    {
        Version = Math.Max(Version, e.Version);
        if (e.Item is { } item)
        {
            Transcript.Add(item);
            if (item is ToolCall or UserMessage or Reply && Turn is { } turn)
            {
                turn.Step = Math.Max(turn.Step, item.Step);
            }
        }
        switch (e.Event)
        {
            case EventNames.MessageDelta when Read(e, ProtocolJson.Default.MessageDeltaPayload) is { } delta:
                Transcript.Stream(e.TurnId, delta.Step, delta.Text, e.Timestamp);
                Turn?.Says("Writing", delta.Step);
                break;
            case EventNames.ReasoningDelta when Read(e, ProtocolJson.Default.MessageDeltaPayload) is { } thought:
                Transcript.StreamReasoning(e.TurnId, thought.Step, thought.Text, e.Timestamp);
                Turn?.Says("Thinking", thought.Step);
                break;
            case EventNames.StepRetrying when Read(e, ProtocolJson.Default.StepRetryingPayload) is { } retry:
                Transcript.Retract();
                Turn?.Says($"{retry.Reason} – trying again in {Math.Max(1, retry.DelayMs / 1000)} s", retry.Step);
                break;
            case EventNames.StepCompleted when Read(e, ProtocolJson.Default.StepCompletedPayload) is { } step:
                Context = step.Context ?? Context;
                Cost += step.CostUsd ?? 0;
                Usage += step.Usage;
                Turn?.Says("Waiting for the model", step.Step + 1);
                break;
            case EventNames.ToolRequest or EventNames.ToolExecuting or EventNames.ToolOutput or EventNames.ToolComplete:
                ApplyTool(e);
                break;
            case EventNames.ApprovalNeeded when Read(e, ProtocolJson.Default.Approval) is { } asked:
                Asked?.Invoke(asked.Id);
                break;
            case EventNames.ApprovalReviewed when Read(e, ProtocolJson.Default.ApprovalReviewedPayload) is { } reviewed && _approvals.Find(one => one.Id == reviewed.ApprovalId) is { } question:
                AddApproval(question with { Review = reviewed.Review });
                break;
            case EventNames.ApprovalResolved when Read(e, ProtocolJson.Default.ApprovalResolvedPayload) is { } resolved:
                RemoveApproval(resolved.ApprovalId);
                break;
            case EventNames.AgentStarted or EventNames.AgentEnded when Read(e, ProtocolJson.Default.AgentPayload) is { CallId: { } callId } agent:
                Transcript.Call(e.TurnId, callId)?.Agent = $"{agent.Name ?? "agent"} {agent.Status} · {agent.Steps} steps{(agent.CostUsd is { } usd ? $" · {ChatWords.Money(usd)}" : "")}";
                break;
            case EventNames.SessionUpdated when Read(e, ProtocolJson.Default.SessionUpdatedPayload) is { } updated && Session is { } session:
                Session = session with { Title = updated.Title, Status = updated.Status, Model = updated.Model, Mode = updated.Mode };
                Model = updated.Model ?? Model;
                break;
            case EventNames.WorkspaceUndone or EventNames.WorkspaceRedone or EventNames.SessionRewound when Read(e, ProtocolJson.Default.UndonePayload) is { } undone:
                Transcript.Put(new NoticeEntry(NoticeTone.Info, ChatWords.Undone(undone)) { At = e.Timestamp, Detail = string.Join('\n', undone.Paths) });
                break;
            case EventNames.BudgetWarning:
                Transcript.Put(new NoticeEntry(NoticeTone.Warning, "Most of a budget is spent; /cost shows which.") { At = e.Timestamp });
                break;
            case EventNames.ErrorOccurred when e.IsProgress && Read(e, ProtocolJson.Default.ErrorPayload) is { } error:
                Transcript.Put(new ErrorEntry(error.Message) { Code = error.Code, TraceId = error.TraceId, At = e.Timestamp, Turn = e.TurnId });
                break;
            default:
                ApplyTurn(e);
                break;
        }
    }

    private void ApplyTool(PryxEvent e)
    {
        if (Read(e, ProtocolJson.Default.ToolOutputPayload) is { CallId: { } callId } said && e.Event == EventNames.ToolOutput)
        {
            Transcript.Call(e.TurnId, callId)?.AddOutput(said.Text);
        }
        else if (e.Event == EventNames.ToolRequest && Read(e, ProtocolJson.Default.ToolRequestPayload) is { } judged && Transcript.Call(e.TurnId, judged.CallId) is { } call)
        {
            call.Summary = judged.Summary;
            call.Stage = judged.Decision == "ask" ? ToolStage.Asked : call.Stage;
            call.Judgement = judged.Decision == "deny" ? judged.Reason : call.Judgement;
            Turn?.Says(judged.Decision == "ask" ? "Waiting for your answer" : judged.Summary, Turn.Step);
        }
        else if (e.Event == EventNames.ToolExecuting && Read(e, ProtocolJson.Default.ToolExecutingPayload) is { } started && Transcript.Call(e.TurnId, started.CallId) is { } running)
        {
            running.Summary = started.Summary;
            running.StartedAt = e.Timestamp;
            running.Stage = ToolStage.Running;
            Turn?.Says(started.Summary, Turn.Step);
        }
    }

    private void ApplyTurn(PryxEvent e)
    {
        switch (e.Event)
        {
            case EventNames.TurnQueued:
                Queued++;
                break;
            case EventNames.TurnStarted when e.TurnId is { } id && Read(e, ProtocolJson.Default.TurnStartedPayload) is { } started:
                if (Turn?.Id != id)
                {
                    Queued = Math.Max(0, Queued - 1);
                }
                Turn = new RunningTurn(id, started.Model, e.Timestamp);
                (Model, Ended) = (started.Model, null);
                if (started.IsResumed)
                {
                    // What had streamed of the step is asked for again.
                    Transcript.Retract();
                    Transcript.Put(new NoticeEntry(NoticeTone.Quiet, "Core goes on with the open turn") { At = e.Timestamp, Turn = id });
                }
                break;
            case EventNames.TurnParked when Turn is { } turn:
                turn.IsParked = true;
                turn.Says("Waits for an answer", turn.Step);
                break;
            case var name when EventNames.IsTerminal(name) && Read(e, ProtocolJson.Default.TurnEndedPayload) is { } ended:
                End(e, ended);
                break;
            default:
                break;
        }
    }

    private void End(PryxEvent e, TurnEndedPayload ended)
    {
        Transcript.EndStreams(e.Timestamp);
        foreach (var call in Transcript.OpenCalls(e.TurnId).ToList())
        {
            call.Stage = ToolStage.Ended;
        }
        _approvals.RemoveAll(approval => approval.TurnId == e.TurnId);
        var turn = Turn?.Id == e.TurnId ? Turn : null;
        if (e.TurnId is null || turn is not null)
        {
            Turn = null;
        }
        Ended = ended;
        var took = turn is null ? null : (TimeSpan?)(e.Timestamp - turn.StartedAt);
        Transcript.Put(ended.Outcome switch
        {
            "failed" => new ErrorEntry(ended.Message ?? "The turn failed.") { Code = ended.Code, TraceId = ended.TraceId, Next = ChatWords.NextAfter(ended.Code), At = e.Timestamp, Turn = e.TurnId },
            "completed" => new NoticeEntry(NoticeTone.Quiet, ChatWords.Sum(ended, took)) { At = e.Timestamp, Turn = e.TurnId },
            "cancelled" => new NoticeEntry(NoticeTone.Warning, $"Stopped · {ChatWords.Sum(ended, took)}") { At = e.Timestamp, Turn = e.TurnId },
            _ => new NoticeEntry(NoticeTone.Warning, $"{ended.Message ?? "A limit ended the turn"} · {ChatWords.Sum(ended, took)}") { At = e.Timestamp, Turn = e.TurnId },
        });
        if (turn is not null)
        {
            TurnEnded?.Invoke(turn, ended);
        }
    }

    private static T? Read<T>(PryxEvent e, JsonTypeInfo<T> type) where T : class => e.Payload?.Deserialize(type);
}
