using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Tui.Chat;

/// <summary>
/// What a session's screen shows, in order: stored items, and before them what streams. Stored items replace what was streamed, and are
/// taken once, however often they come.
/// </summary>
internal sealed class Transcript
{
    private readonly List<Entry> _entries = [];
    private readonly HashSet<ItemId> _taken = [];
    private readonly Dictionary<(TurnId?, string), ToolEntry> _calls = [];
    private ReplyEntry? _reply;
    private ReasoningEntry? _reasoning;

    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>Place in the store of the first item that is here; what comes before it has not been fetched.</summary>
    public long FirstSeq { get; private set; } = long.MaxValue;

    /// <summary>The model's list of steps as it stands; empty without one.</summary>
    public IReadOnlyList<PlanStep> Plan { get; private set; } = [];

    /// <summary>Rises with every entry that comes or goes.</summary>
    public int Revision { get; private set; }

    public void Clear()
    {
        _entries.Clear();
        _taken.Clear();
        _calls.Clear();
        (_reply, _reasoning, Plan, FirstSeq) = (null, null, [], long.MaxValue);
        Revision++;
    }

    /// <summary>Items from before the first, oldest first.</summary>
    public int Prepend(IReadOnlyList<Item> items)
    {
        var older = new Transcript();
        foreach (var item in items.Where(item => !_taken.Contains(item.Id)))
        {
            older.Add(item);
            _taken.Add(item.Id);
        }
        _entries.InsertRange(0, older._entries);
        foreach (var (key, call) in older._calls)
        {
            _calls.TryAdd(key, call);
        }
        FirstSeq = Math.Min(FirstSeq, older.FirstSeq);
        Plan = Plan.Count > 0 ? Plan : older.Plan;
        Revision++;
        return older._entries.Count;
    }

    public void Add(Item item)
    {
        if (!_taken.Add(item.Id))
        {
            return;
        }
        if (item.Seq > 0)
        {
            FirstSeq = Math.Min(FirstSeq, item.Seq);
        }
        switch (item)
        {
            case UserMessage message:
                AddMessage(message);
                break;
            case Reply reply:
                AddReply(reply);
                break;
            case Reasoning reasoning:
                AddReasoning(reasoning);
                break;
            case ToolCall call:
                AddCall(call);
                break;
            case ToolResult result when _calls.TryGetValue((item.TurnId, result.CallId), out var entry):
                entry.Result = result;
                break;
            case ApprovalRecord { CallId: { } callId } record when _calls.TryGetValue((item.TurnId, callId), out var asked):
                asked.Judgement = record.Approved ? $"approved{By(record)}" : $"denied{By(record)}{(record.Reason is { Length: > 0 } why ? $": {why}" : "")}";
                break;
            case Notice notice:
                Put(new NoticeEntry(notice.Kind is "retry" or "limit" or "fallback" or "error" ? NoticeTone.Warning : NoticeTone.Info, notice.Text) { At = item.CreatedAt, Turn = item.TurnId });
                break;
            case Summary summary:
                Put(new NoticeEntry(NoticeTone.Info, WordsOf(summary)) { Detail = summary.Text, At = item.CreatedAt, Turn = item.TurnId });
                break;
            default:
                break;
        }
    }

    public void Put(Entry entry)
    {
        _entries.Add(entry);
        Revision++;
    }

    public void Remove(Entry entry)
    {
        if (_entries.Remove(entry))
        {
            Revision++;
        }
    }

    public ToolEntry? Call(TurnId? turn, string callId) => _calls.GetValueOrDefault((turn, callId));

    /// <summary>A piece of the reply that streams.</summary>
    public void Stream(TurnId? turn, int step, string text, DateTimeOffset at)
    {
        EndReasoning(at);
        if (_reply is null || _reply.Step != step || _reply.Turn != turn)
        {
            _reply = new ReplyEntry { Turn = turn, Step = step, At = at, IsStreaming = true };
            Put(_reply);
        }
        _reply.Append(text);
    }

    public void StreamReasoning(TurnId? turn, int step, string text, DateTimeOffset at)
    {
        if (_reasoning is null || _reasoning.Step != step || _reasoning.Turn != turn)
        {
            _reasoning = new ReasoningEntry { Turn = turn, Step = step, At = at };
            Put(_reasoning);
        }
        _reasoning.Append(text);
    }

    /// <summary>The step is asked for again: what came of it so far does not count.</summary>
    public void Retract()
    {
        foreach (var streamed in new Entry?[] { _reply, _reasoning })
        {
            if (streamed is not null)
            {
                Remove(streamed);
            }
        }
        (_reply, _reasoning) = (null, null);
    }

    /// <summary>Nothing streams any more: the turn is over, or the connection was lost and the stored items will come.</summary>
    public void EndStreams(DateTimeOffset at)
    {
        EndReasoning(at);
        if (_reply is not null)
        {
            _reply.IsStreaming = false;
        }
        (_reply, _reasoning) = (null, null);
    }

    /// <summary>Calls of a turn that has ended without their results.</summary>
    public IEnumerable<ToolEntry> OpenCalls(TurnId? turn) => _calls.Values.Where(call => call.Turn == turn && call.Stage != ToolStage.Ended);

    private void AddMessage(UserMessage message)
    {
        // What was shown when it was sent is replaced by what was stored.
        var sent = _entries.OfType<UserEntry>().FirstOrDefault(entry => entry.State is Delivered.Sending or Delivered.Steering or Delivered.Queued && entry.Text.Trim() == message.Text.Trim());
        if (sent is not null)
        {
            Remove(sent);
        }
        EndStreams(message.CreatedAt);
        Put(new UserEntry(message.Text)
        {
            Turn = message.TurnId,
            At = message.CreatedAt,
            Attachments = [.. message.Attachments.Select(static one => one.Name ?? one.MediaType)],
        });
    }

    private void AddReply(Reply reply)
    {
        EndReasoning(reply.CreatedAt);
        if (_reply is { } streamed && streamed.Step == reply.Step && streamed.Turn == reply.TurnId)
        {
            streamed.Settle(reply.Text);
            streamed.IsPartial = reply.IsPartial;
            _reply = null;
            if (reply.Text.Length == 0)
            {
                Remove(streamed);
            }
            return;
        }
        if (!string.IsNullOrWhiteSpace(reply.Text))
        {
            var entry = new ReplyEntry { Turn = reply.TurnId, Step = reply.Step, At = reply.CreatedAt, IsPartial = reply.IsPartial };
            entry.Settle(reply.Text);
            Put(entry);
        }
    }

    private void AddReasoning(Reasoning reasoning)
    {
        if (_reasoning is { } streamed && streamed.Step == reasoning.Step && streamed.Turn == reasoning.TurnId)
        {
            streamed.Settle(reasoning.Text);
            streamed.Tokens = reasoning.Tokens;
            EndReasoning(reasoning.CreatedAt);
        }
        else if (!string.IsNullOrWhiteSpace(reasoning.Text))
        {
            // What a provider keeps for itself has no text.
            var entry = new ReasoningEntry { Turn = reasoning.TurnId, Step = reasoning.Step, At = reasoning.CreatedAt, Tokens = reasoning.Tokens, Duration = TimeSpan.Zero };
            entry.Settle(reasoning.Text);
            Put(entry);
        }
    }

    private void AddCall(ToolCall call)
    {
        EndStreams(call.CreatedAt);
        var entry = new ToolEntry(call.CallId, call.Name, call.Tool, call.Arguments) { Turn = call.TurnId, At = call.CreatedAt };
        _calls[(call.TurnId, call.CallId)] = entry;
        if (call.Tool == "plan.update" && ToolWords.Plan(call.Arguments) is { Count: > 0 } plan)
        {
            Plan = plan;
        }
        Put(entry);
    }

    private void EndReasoning(DateTimeOffset at)
    {
        if (_reasoning is { } thought)
        {
            thought.Duration = at > thought.At ? at - thought.At : TimeSpan.Zero;
            _reasoning = null;
        }
    }

    private static string By(ApprovalRecord record) => record.AnsweredBy is { Length: > 0 } who ? $" by {who}{(record.Scope is "once" or "" ? "" : $" ({record.Scope})")}" : "";

    private static string WordsOf(Summary summary) => summary.Of switch
    {
        SummaryOf.Reasoning => "Older reasoning has left the context",
        SummaryOf.ToolOutput => "Long outputs were shortened in the context",
        SummaryOf.MessageBeginning => "The beginning of a long message was summarised",
        SummaryOf.TakenBack => "Taken back",
        SummaryOf.BroughtBack => "Brought back",
        _ => "The conversation so far was summarised to make room",
    };
}
