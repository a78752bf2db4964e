using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tests;

/// <summary>A journal that outlives the runner, as the store outlives a process: a second runner on it is a restart.</summary>
internal sealed class MemoryJournal(SessionId session, TurnId turn) : ITurnJournal
{
    private readonly Lock _gate = new();
    private readonly List<Item> _items = [];
    private readonly HashSet<string> _started = [];
    private readonly Queue<string> _steering = new();

    public SessionId Session { get; } = session;
    public List<TurnOutcome> Ends { get; } = [];
    public List<StepRecord> Steps { get; } = [];
    public List<CallRecord> Calls { get; } = [];
    public List<ProgressUpdate> ProgressSeen { get; } = [];
    public List<(string Call, Decision Decision)> Judgements { get; } = [];

    /// <summary>Called before a write is taken; what it throws is a crash at that point.</summary>
    public Action<string> BeforeWrite { get; set; } = static _ => { };

    public IReadOnlyList<Item> Items
    {
        get
        {
            lock (_gate)
            {
                return [.. _items];
            }
        }
    }

    public void Add(Item item)
    {
        lock (_gate)
        {
            _items.Add(item with { Seq = _items.Count + 1 });
        }
    }

    /// <summary>History from before the test's own input.</summary>
    public void Insert(int at, params Item[] items)
    {
        lock (_gate)
        {
            _items.InsertRange(at, items);
            for (var i = 0; i < _items.Count; i++)
            {
                _items[i] = _items[i] with { Seq = i + 1 };
            }
        }
    }

    public void Steer(string text)
    {
        lock (_gate)
        {
            _steering.Enqueue(text);
        }
    }

    public Task<IReadOnlyList<Item>> ReadItemsAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Items);
    }

    public Task<IReadOnlySet<string>> ReadStartedCallsAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlySet<string>>(new HashSet<string>(_started));
        }
    }

    public Task<bool> TakeSteeringAsync(int step, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var any = _steering.Count > 0;
            while (_steering.TryDequeue(out var text))
            {
                Add(new UserMessage(text) { TurnId = turn, Step = step, IsSteering = true });
            }
            return Task.FromResult(any);
        }
    }

    public Task CommitStepAsync(StepRecord step, CancellationToken cancellationToken) => Write("step", () =>
    {
        Steps.Add(step);
        foreach (var item in step.Items)
        {
            Add(item);
        }
    }, cancellationToken);

    public List<string> Titles { get; } = [];

    public Task CommitTitleAsync(string title, CancellationToken cancellationToken)
    {
        BeforeWrite("title");
        lock (_gate)
        {
            Titles.Add(title);
        }
        return Task.CompletedTask;
    }

    public Task CommitCallAsync(CallRecord call, CancellationToken cancellationToken)
    {
        BeforeWrite("call");
        lock (_gate)
        {
            Calls.Add(call);
        }
        return Task.CompletedTask;
    }

    public Task CommitJudgementAsync(ToolCall call, ToolArguments? arguments, string summary, Judgement judgement, CancellationToken cancellationToken) =>
        Write("judgement", () => Judgements.Add((call.CallId, judgement.Decision)), cancellationToken);

    public Task CommitStartAsync(ToolCall call, string summary, CancellationToken cancellationToken) =>
        Write("start", () => _started.Add(call.CallId), cancellationToken);

    public Task CommitResultAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken) =>
        Write("result", () => Add(result), cancellationToken);

    public Task CommitItemAsync(Item item, CancellationToken cancellationToken) => Write("item", () => Add(item), cancellationToken);

    public List<WindowChange> WindowChanges { get; } = [];

    public Task CommitWindowAsync(WindowChange change, CancellationToken cancellationToken) => Write("window", () =>
    {
        WindowChanges.Add(change);
        foreach (var item in change.Items)
        {
            Add(item);
        }
    }, cancellationToken);

    public int Parks { get; private set; }

    public async Task<bool> CommitParkAsync(CancellationToken cancellationToken)
    {
        await Write("park", () => Parks++, cancellationToken);
        return true;
    }

    public Task CommitEndAsync(TurnOutcome outcome, CancellationToken cancellationToken) => Write("end", () => Ends.Add(outcome), cancellationToken);

    public void Progress(ProgressUpdate update)
    {
        lock (_gate)
        {
            ProgressSeen.Add(update);
        }
    }

    private Task Write(string what, Action write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BeforeWrite(what);
        lock (_gate)
        {
            write();
        }
        return Task.CompletedTask;
    }
}
