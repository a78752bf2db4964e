using Pryx.Agent.Models;
using Pryx.Agent.Turns;
using Pryx.Core.Audit;
using Pryx.Core.Costs;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Turns;

/// <summary>
/// Starts turns, owns them while they run, and ends them: a client that goes away changes nothing. One turn at a time in a session;
/// input that comes meanwhile reaches the running one, or waits for its own.
/// </summary>
/// <param name="onCall">Hears of model calls that are no whole step: what failed, summaries, titles.</param>
/// <param name="isDaemon">Whether this process goes on with other processes' turns and lives on when its own are over.</param>
public sealed class SessionTurns(
    Database database, EventLog events, SessionStore sessions, SessionHistory history, OwnerLock owner, TurnStore turns, UsageStore usage,
    TurnPreparation preparation, bool isDaemon, ITurnLog log, TimeProvider time, Action<CallRecord>? onCall = null) : IAsyncDisposable
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(3);

    private readonly QueueStore _queue = new(database, events, owner);
    private readonly RunningTurns _running = new(turns, turn => new(database, events, history, owner, turn) { Budgets = preparation.Budgets, OnCall = onCall }, isDaemon, log, time);

    private TurnStops Stops => field ??= new(turns, _queue, _running, new AuditLog(database), log, CloseAsync);

    /// <summary>What a message would cost.</summary>
    public TurnPreparation Preparation => preparation;

    /// <summary>Everything that can be wrong with the request is found before its input is stored; the turn then runs by itself.</summary>
    /// <returns>The turn that the input has begun or reached, or its own that waits.</returns>
    /// <exception cref="PryxException">The request can not run: no such session or model, a rule that can not be read, a session that is busy elsewhere.</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<Turn> StartAsync(StartTurn request, CancellationToken cancellationToken)
    {
        (request, var hidden) = await MaskedInput.OfAsync(request, preparation.Secrets, cancellationToken);
        (request, var read) = await preparation.ExpandAsync(request, cancellationToken);
        request = await preparation.MessageHooks.AskAsync(request, cancellationToken);
        IReadOnlyList<Notice> notices = hidden is null ? read : [hidden, .. read];
        await preparation.TakeWordsAsync(request, cancellationToken);
        // Most input to a busy session only joins its turn: that needs no model, policy or folder of its own.
        if (_running.IsBusy && IsWordsAlone(request) && await turns.TrySteerAsync(request, _running.Contains, cancellationToken) is { } steered)
        {
            await SayAsync(notices, steered.Turn, cancellationToken);
            return steered.Turn;
        }
        await preparation.TakeModeAsync(request, cancellationToken);
        var plan = await preparation.PrepareAsync(request, cancellationToken);
        plan.TakeInput();
        var begun = await BeginAsync(request, plan, cancellationToken);
        if (begun.Outcome == BeginOutcome.Orphaned && isDaemon)
        {
            // A moment before recovery would have found it.
            await GoOnAsync(begun.Turn, cancellationToken);
            begun = await BeginAsync(request, plan, cancellationToken);
        }
        await SayAsync(begun.Outcome is BeginOutcome.AlreadyTaken or BeginOutcome.Orphaned ? [] : notices, begun.Turn, cancellationToken);
        if (begun.Unparked is { } unparked && await turns.FindAsync(unparked, cancellationToken) is { } parked)
        {
            await GoOnAsync(parked, cancellationToken);
        }
        switch (begun.Outcome)
        {
            case BeginOutcome.Orphaned:
                throw new PryxException("TURN_OPEN", "This session has a turn that was interrupted and is not finished.", "finish it first: pryx run --continue");
            case BeginOutcome.Steered when begun.IsElsewhere && !isDaemon:
                // Another process runs it and takes the input, but this one could not show what comes of it.
                throw new PryxException("SESSION_BUSY", "Another pryx process is working in this session; it has got your message.", "see what came of it with: pryx session show " + request.SessionId);
            case BeginOutcome.Queued:
                // Its turn may have come already: what was open can have ended meanwhile.
                await GoOnWithQueuedAsync(request.SessionId);
                break;
            default:
                break;
        }
        return begun.Turn;
    }

    private Task SayAsync(IReadOnlyList<Notice> notices, Turn turn, CancellationToken cancellationToken) => notices.Count == 0 ? Task.CompletedTask : database.WriteAsync(connection =>
    {
        foreach (var notice in notices)
        {
            events.AppendItem(connection, turn.SessionId, notice with { TurnId = turn.Id, Provenance = Provenance.User });
        }
    }, cancellationToken);

    private static bool IsWordsAlone(StartTurn request) =>
        request is { Delivery: Delivery.Steer, Model: null, Mode: null, ModelApi: null, Policy: null, Allow.Count: 0, OutputSchema: null, Compact: null, Call: null, Say: null, Describes: false, Narrowed: null };

    /// <summary>Goes on with a turn that no process works on; one that runs here just goes on.</summary>
    /// <param name="overrides">Only its limits and approvals count, the rest is as the turn was started; null when nobody asks, and all of it is.</param>
    /// <exception cref="PryxException">TURN_TAKEN: it has ended or another process has it.</exception>
    public async Task<Turn> ResumeAsync(TurnId id, StartTurn? overrides, CancellationToken cancellationToken)
    {
        if (_running.Contains(id) && await turns.FindAsync(id, cancellationToken) is { } goesOn)
        {
            // Nothing to take up: whoever asks may follow it.
            return goesOn;
        }
        var stored = await turns.ReadRequestAsync(id, cancellationToken) ?? throw Taken();
        var turn = await turns.FindAsync(id, cancellationToken) ?? throw Taken();
        // The model stays the one that began: its reasoning can be read by no other.
        var request = stored with { Model = turn.Model };
        var plan = await preparation.PrepareAsync(overrides is null ? request : request with
        {
            Policy = overrides.Policy ?? stored.Policy,
            Allow = [.. stored.Allow, .. overrides.Allow],
            ApproveAll = overrides.ApproveAll,
            Effort = overrides.Effort ?? stored.Effort,
            MaxSteps = overrides.MaxSteps ?? stored.MaxSteps,
            MaxCostUsd = overrides.MaxCostUsd ?? stored.MaxCostUsd,
            Timeout = overrides.Timeout ?? stored.Timeout,
            ApprovalTimeout = overrides.ApprovalTimeout ?? stored.ApprovalTimeout,
        }, cancellationToken);
        var spent = await SpentAsync(id, cancellationToken);
        var place = await ClaimAsync(id, cancellationToken) ?? throw Taken();
        place.Run(turn, plan, spent, departure => GoOnAfterAsync(turn, departure));
        return turn;

        static PryxException Taken() => new("TURN_TAKEN", "This turn has ended, or another pryx process has taken it up.", "see it with: pryx session show");
    }

    /// <summary>Has a small model write down what the session was about, in a turn of its own.</summary>
    /// <returns>The turn's last state, once it has ended or the patience has.</returns>
    /// <exception cref="PryxException">As <see cref="StartAsync"/>.</exception>
    public async Task<Turn> DescribeAsync(SessionId session, string surface, string? by, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var turn = await StartAsync(new StartTurn { SessionId = session, Describes = true, Delivery = Delivery.Queue, KeepsSessionModel = true, Surface = surface, Principal = by }, cancellationToken);
        await _running.WaitForAsync(turn.Id, atMost);
        return await turns.FindAsync(turn.Id, cancellationToken) ?? turn;
    }

    /// <summary>As <see cref="TurnStops.OnStopped"/>.</summary>
    public Func<SessionId, string, Task> OnStopped { get => Stops.OnStopped; set => Stops.OnStopped = value; }

    /// <summary>Told of every turn that has ended here: what it called has nobody left to answer.</summary>
    public Func<TurnId, Task> OnEnded { get; set; } = static _ => Task.CompletedTask;

    /// <summary>As the other one, for what Pryx itself has to end.</summary>
    public Task<bool> StopAsync(TurnId id, CancellationToken cancellationToken) => StopAsync(id, "engine", cancellationToken);

    /// <summary>STOP: the turn, its whole process tree and the agents that help its session end, or a queued one never begins; false when it has ended before.</summary>
    /// <param name="by">Who wants it, such as <c>web:core</c>: for the audit log.</param>
    public Task<bool> StopAsync(TurnId id, string by, CancellationToken cancellationToken) => Stops.StopAsync(id, by, cancellationToken);

    /// <inheritdoc cref="TurnStops.StopAllAsync"/>
    public Task<(int Running, int Queued)> StopAllAsync(string by, CancellationToken cancellationToken) => Stops.StopAllAsync(by, cancellationToken);

    /// <summary>What waits in the session never begins.</summary>
    public async Task CancelQueuedAsync(SessionId session, CancellationToken cancellationToken)
    {
        foreach (var queued in await turns.ListQueuedAsync(session, cancellationToken))
        {
            await _queue.CancelAsync(queued.Id, cancellationToken);
        }
    }

    /// <summary>Stops what runs and waits in the session, then deletes it; false when there is no such session.</summary>
    /// <exception cref="PryxException">SESSION_BUSY: another process works in it, or its turn does not end.</exception>
    public async Task<bool> DeleteSessionAsync(SessionId id, CancellationToken cancellationToken)
    {
        await CancelQueuedAsync(id, cancellationToken);
        if (await turns.FindOpenAsync(id, cancellationToken) is { } open)
        {
            await StopAsync(open.Id, cancellationToken);
            await _running.WaitForAsync(open.Id, StopBudget);
            if (await turns.FindOpenAsync(id, cancellationToken) is not null)
            {
                throw new PryxException("SESSION_BUSY", "Another pryx process is working in this session.", "its turn was told to stop; delete the session when it has");
            }
        }
        return await sessions.DeleteAsync(id, cancellationToken);
    }

    /// <summary>A question of the turn was answered: a parked turn goes on once none is left.</summary>
    public async Task AnsweredAsync(TurnId id)
    {
        if (await turns.FindAnsweredAsync(id, CancellationToken.None) is { } turn)
        {
            await GoOnAsync(turn, CancellationToken.None);
        }
    }

    /// <summary>Suspends what runs: tools end, no terminal event is written, the next process goes on.</summary>
    public ValueTask DisposeAsync() => _running.DisposeAsync();

    internal bool IsBusy => _running.IsBusy;

    /// <summary>Answers questions about money whose reason has gone: a new day, a higher limit.</summary>
    internal Task ReviewBudgetsAsync(CancellationToken cancellationToken) => preparation.BudgetWatch.RunAsync(cancellationToken);

    /// <summary>Turns that are open and that nobody works on.</summary>
    internal Task<IReadOnlyList<Turn>> FindOrphansAsync(CancellationToken cancellationToken) => turns.FindOrphansAsync(_running.Contains, cancellationToken);

    internal Task<IReadOnlyList<SessionId>> FindWaitingSessionsAsync(CancellationToken cancellationToken) => _queue.FindSessionsAsync(cancellationToken);

    /// <summary>Goes on with an open turn of nobody, or ends it with the reason why it can not; what may pass leaves it as it is. Throws nothing.</summary>
    internal async Task GoOnAsync(Turn turn, CancellationToken cancellationToken)
    {
        try
        {
            await ResumeAsync(turn.Id, null, cancellationToken);
        }
        catch (PryxException e) when (e.Code is "TURN_TAKEN" or "SESSION_NOT_FOUND")
        {
            // Somebody else goes on with it, or nobody ever will.
        }
        catch (Exception e) when (TurnTrouble.IsFinal(e))
        {
            var trouble = TurnTrouble.Of(e)!;
            await TryAsync(turn.Id, () => CloseAsync(turn, new TurnOutcome(TurnEnd.Failed, 0, default, null) { Code = trouble.Code, Message = trouble.Message }, cancellationToken));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.TurnFailed(turn.Id, "recovery", e);
        }
    }

    /// <summary>What waits in the session begins, one after the other, until one runs. Throws nothing.</summary>
    internal Task GoOnWithQueuedAsync(SessionId session) => TryAsync(default, async () =>
    {
        while (!_running.IsLeaving && await _queue.FindNextAsync(session, CancellationToken.None) is { } next)
        {
            if (_running.TryTake(next.TurnId) is not { } place || await BeginQueuedAsync(next, place))
            {
                return;
            }
        }
    });

    private Task GoOnAfterAsync(Turn turn, RunningTurns.Departure departure) => departure switch
    {
        RunningTurns.Departure.Ended => TryAsync(turn.Id, async () =>
        {
            await OnEnded(turn.Id);
            await GoOnWithQueuedAsync(turn.SessionId);
        }),
        RunningTurns.Departure.OpenThoughStopped => TryAsync(turn.Id, () => StopAsync(turn.Id, CancellationToken.None)),
        _ => TryAsync(turn.Id, async () =>
        {
            await AnsweredAsync(turn.Id);
            await GoOnWithQueuedAsync(turn.SessionId);
        }),
    };

    private async Task<BegunTurn> BeginAsync(StartTurn request, TurnPlan plan, CancellationToken cancellationToken)
    {
        var id = TurnId.New();
        var place = _running.TryTake(id)!;
        BegunTurn? begun = null;
        try
        {
            begun = await turns.BeginAsync(id, plan.Request(request), plan.Model.Ref.ToString(), cancellationToken);
        }
        finally
        {
            if (begun?.Outcome != BeginOutcome.Started)
            {
                place.Leave();
            }
        }
        if (begun.Outcome == BeginOutcome.Started)
        {
            place.Run(begun.Turn, plan, TurnSpent.Nothing, departure => GoOnAfterAsync(begun.Turn, departure));
        }
        return begun;
    }

    /// <returns>False when the next one may begin: this one could not run, and has ended with the reason.</returns>
    private async Task<bool> BeginQueuedAsync(QueuedInput next, RunningTurns.Place place)
    {
        var isRunning = false;
        try
        {
            TurnPlan? plan = null;
            PryxException? trouble = null;
            try
            {
                plan = await preparation.PrepareAsync(next.Request, CancellationToken.None);
            }
            catch (Exception e) when (TurnTrouble.IsFinal(e))
            {
                trouble = TurnTrouble.Of(e);
            }
            if (await _queue.BeginAsync(next, plan?.Model.Ref.ToString() ?? next.Request.Model ?? "", CancellationToken.None, plan?.Choice.Asked) is not { } turn)
            {
                // Somebody else was quicker.
                return true;
            }
            if (trouble is not null)
            {
                await Journal(turn).CommitEndAsync(new TurnOutcome(TurnEnd.Failed, 0, default, 0) { Code = trouble.Code, Message = trouble.Message }, CancellationToken.None);
                return false;
            }
            isRunning = true;
            place.Run(turn, plan!, TurnSpent.Nothing, departure => GoOnAfterAsync(turn, departure));
            return true;
        }
        finally
        {
            if (!isRunning)
            {
                await LeaveAsync(place, next.TurnId);
            }
        }
    }

    /// <summary>Null when it has ended, or somebody has it.</summary>
    private async Task<RunningTurns.Place?> ClaimAsync(TurnId id, CancellationToken cancellationToken)
    {
        if (_running.TryTake(id) is not { } place)
        {
            return null;
        }
        var isMine = false;
        try
        {
            isMine = await turns.ClaimAsync(id, cancellationToken);
            if (isMine && (await turns.ReadStopRequestsAsync(cancellationToken)).Contains(id))
            {
                // STOP came to a process that died before it saw it.
                await place.Stop.CancelAsync();
            }
            return isMine ? place : null;
        }
        catch
        {
            isMine = false;
            throw;
        }
        finally
        {
            if (!isMine)
            {
                await LeaveAsync(place, id);
            }
        }
    }

    // Whoever pressed STOP meanwhile was told that it would happen.
    private async Task LeaveAsync(RunningTurns.Place place, TurnId id)
    {
        place.Leave();
        if (place.Stop.IsCancellationRequested)
        {
            await StopAsync(id, CancellationToken.None);
        }
    }

    /// <summary>Ends an open turn that nobody works on, its calls and questions with it; false when somebody does.</summary>
    private async Task<bool> CloseAsync(Turn turn, TurnOutcome outcome, CancellationToken cancellationToken)
    {
        if (await ClaimAsync(turn.Id, cancellationToken) is not { } place)
        {
            return false;
        }
        try
        {
            var journal = Journal(turn);
            var steps = await OpenCalls.CancelAsync(journal, turn.Id, outcome.Message!, await journal.ReadStartedCallsAsync(cancellationToken), cancellationToken);
            var spent = await SpentAsync(turn.Id, cancellationToken);
            await journal.CommitEndAsync(outcome with { Steps = steps, Usage = spent.Usage, CostUsd = spent.CostUsd }, cancellationToken);
        }
        finally
        {
            place.Leave();
        }
        await GoOnWithQueuedAsync(turn.SessionId);
        return true;
    }

    private async Task<TurnSpent> SpentAsync(TurnId id, CancellationToken cancellationToken)
    {
        var sum = await usage.SumAsync(id, cancellationToken);
        return new(sum.Usage, sum.UnpricedCalls > 0 ? null : sum.CostUsd);
    }

    private StoredTurnJournal Journal(Turn turn) => new(database, events, history, owner, turn);

    // Nobody awaits what is done here, so what is not written down is lost. All of it stays stored: recovery or the next process goes on with it.
    private async Task TryAsync(TurnId turn, Func<Task> doAsync)
    {
        try
        {
            await doAsync();
        }
        catch (Exception e)
        {
            log.TurnFailed(turn, "recovery", e);
        }
    }
}
