using System.Collections.Concurrent;
using System.Diagnostics;
using Pryx.Agent.Turns;
using Pryx.Core.Costs;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Turns;

/// <summary>
/// Starts turns, owns them while they run, and ends them: a client that goes away changes nothing. One turn at a time in a session;
/// input that comes meanwhile reaches the running one.
/// </summary>
public sealed class SessionTurns(
    Database database, EventLog events, SessionHistory history, OwnerLock owner, TurnStore turns, UsageStore usage, TurnPreparation preparation, ITurnLog log, TimeProvider time) : IAsyncDisposable
{
    // Longer than any tool needs to end its processes; what is not stored by then is "outcome unknown" to the next process.
    private static readonly TimeSpan SuspendBudget = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TurnId, RunningTurn> _running = [];
    private readonly CancellationTokenSource _suspend = new();
    private readonly QueueStore _queue = new(database, events, owner);

    /// <summary>Everything that can be wrong with the request is found before its input is stored; the turn then runs by itself.</summary>
    /// <exception cref="PryxException">The request can not run: no such session or model, a rule that can not be read, a session that is busy elsewhere.</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<Turn> StartAsync(StartTurn request, CancellationToken cancellationToken)
    {
        var plan = await preparation.PrepareAsync(request, cancellationToken);
        var id = TurnId.New();
        // Known here before it is stored: from the commit on, others may look for it.
        var running = _running[id] = new RunningTurn();
        BegunTurn? begun = null;
        try
        {
            begun = await turns.BeginAsync(id, request, plan.Model.Ref.ToString(), cancellationToken);
        }
        finally
        {
            if (begun?.Outcome != BeginOutcome.Started)
            {
                _running.TryRemove(id, out _);
            }
        }
        switch (begun.Outcome)
        {
            case BeginOutcome.Orphaned:
                throw new PryxException("TURN_OPEN", "This session has a turn that was interrupted and is not finished.", "finish it first: pryx run --continue");
            case BeginOutcome.Steered when begun.IsElsewhere:
                // Another process runs it and takes the input, but this one could not show what comes of it.
                throw new PryxException("SESSION_BUSY", "Another pryx process is working in this session; it has got your message.", "see what came of it with: pryx session show " + request.SessionId);
            case BeginOutcome.Started:
                Run(begun.Turn, plan, TurnSpent.Nothing, running);
                break;
            case BeginOutcome.Queued:
                // Its turn may have come already: what was open can have ended meanwhile.
                await GoOnWithQueuedAsync(request.SessionId);
                break;
            default:
                break;
        }
        return begun.Turn;
    }

    /// <summary>Goes on with a turn whose process has died; one that runs here just goes on.</summary>
    /// <param name="overrides">Only its limits and approvals count; the rest is as the turn was started.</param>
    /// <exception cref="PryxException">TURN_TAKEN: it has ended or another process has it.</exception>
    public async Task<Turn> ResumeAsync(TurnId id, StartTurn overrides, CancellationToken cancellationToken)
    {
        if (_running.ContainsKey(id) && await turns.FindAsync(id, cancellationToken) is { } goesOn)
        {
            // Nothing to take up: whoever asks may follow it.
            return goesOn;
        }
        var stored = await turns.ReadRequestAsync(id, cancellationToken) ?? throw Taken();
        var turn = await turns.FindAsync(id, cancellationToken) ?? throw Taken();
        // The model stays the one that began: its reasoning can be read by no other.
        var plan = await preparation.PrepareAsync(stored with
        {
            Model = turn.Model,
            Policy = overrides.Policy ?? stored.Policy,
            Allow = [.. stored.Allow, .. overrides.Allow],
            ApproveAll = overrides.ApproveAll,
            MaxSteps = overrides.MaxSteps ?? stored.MaxSteps,
            MaxCostUsd = overrides.MaxCostUsd ?? stored.MaxCostUsd,
            Timeout = overrides.Timeout ?? stored.Timeout,
        }, cancellationToken);
        var sum = await usage.SumAsync(id, cancellationToken);
        var running = new RunningTurn();
        if (!_running.TryAdd(id, running))
        {
            throw Taken();
        }
        var isMine = false;
        try
        {
            isMine = await turns.ClaimAsync(id, cancellationToken);
        }
        finally
        {
            if (!isMine)
            {
                _running.TryRemove(id, out _);
            }
        }
        if (!isMine)
        {
            throw Taken();
        }
        Run(turn, plan, new TurnSpent(sum.Usage, sum.UnpricedCalls > 0 ? null : sum.CostUsd), running);
        return turn;

        static PryxException Taken() => new("TURN_TAKEN", "This turn has ended, or another pryx process has taken it up.", "see it with: pryx session show");
    }

    /// <summary>Goes on with every turn whose process has died. What can not go on is left open and logged.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (var orphan in await turns.FindOrphansAsync(cancellationToken))
        {
            try
            {
                await ResumeAsync(orphan.Id, new StartTurn { SessionId = orphan.SessionId, Surface = orphan.Surface ?? "core" }, cancellationToken);
            }
            catch (Exception e) when (e is PryxException or ModelException)
            {
                log.TurnFailed(orphan.Id, "recovery", e);
            }
        }
    }

    /// <summary>STOP: the turn and its whole process tree end, or a queued one never begins; false when it neither runs here nor waits.</summary>
    public async Task<bool> StopAsync(TurnId id, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_running.TryGetValue(id, out var running))
            {
                await running.Stop.CancelAsync();
                return true;
            }
            if (await _queue.CancelAsync(id, cancellationToken))
            {
                return true;
            }
            // It may have begun between the two looks.
            if (!_running.ContainsKey(id))
            {
                return false;
            }
        }
    }

    /// <summary>Suspends what runs: tools end, no terminal event is written, the next process goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _suspend.CancelAsync();
        var all = Task.WhenAll(_running.Values.Select(running => running.Task));
        await Task.WhenAny(all, Task.Delay(SuspendBudget, time, CancellationToken.None));
        _suspend.Dispose();
    }

    private void Run(Turn turn, TurnPlan plan, TurnSpent spent, RunningTurn running)
    {
        if (_suspend.IsCancellationRequested)
        {
            // Stored and ours only until this process ends: the next one goes on with it.
            _running.TryRemove(turn.Id, out _);
            return;
        }
        running.Task = Task.Run(() => RunAsync(turn, plan, spent, running), CancellationToken.None);
    }

    private async Task RunAsync(Turn turn, TurnPlan plan, TurnSpent spent, RunningTurn running)
    {
        var journal = Journal(turn);
        try
        {
            var setup = await plan.SetUpAsync(turn, journal, running.Stop.Token);
            await new TurnRunner(setup, journal, time).RunAsync(new TurnTokens(running.Stop.Token, _suspend.Token), spent);
        }
        catch (Exception e)
        {
            // The turn's edge: a bug, or a store that can not be written. The turn must not stay open if that can be helped.
            var trace = Activity.Current?.TraceId.ToString() ?? ActivityTraceId.CreateRandom().ToString();
            log.TurnFailed(turn.Id, trace, e);
            await EndAfterAsync(turn.Id, e, journal, spent, trace);
        }
        finally
        {
            _running.TryRemove(turn.Id, out _);
        }
        await GoOnWithQueuedAsync(turn.SessionId);
    }

    // What waits in the session begins, one after the other, until one runs.
    private async Task GoOnWithQueuedAsync(SessionId session)
    {
        try
        {
            while (!_suspend.IsCancellationRequested && await _queue.FindNextAsync(session, CancellationToken.None) is { } next)
            {
                var running = new RunningTurn();
                if (!_running.TryAdd(next.TurnId, running) || await BeginQueuedAsync(next, running))
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            // Nobody awaits this, so what is not written down here is lost. It stays stored: recovery or the next process begins it.
            log.TurnFailed(default, "queued-input", e);
        }
    }

    /// <returns>False when the next one may begin: this one could not run, and has ended with the reason.</returns>
    private async Task<bool> BeginQueuedAsync(QueuedInput next, RunningTurn running)
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
            if (await _queue.BeginAsync(next, plan?.Model.Ref.ToString() ?? next.Request.Model ?? "", CancellationToken.None) is not { } turn)
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
            Run(turn, plan!, TurnSpent.Nothing, running);
            return true;
        }
        finally
        {
            if (!isRunning)
            {
                _running.TryRemove(next.TurnId, out _);
            }
        }
    }

    private StoredTurnJournal Journal(Turn turn) => new(database, events, history, owner, turn);

    private async Task EndAfterAsync(TurnId turn, Exception e, StoredTurnJournal journal, TurnSpent spent, string trace)
    {
        var trouble = TurnTrouble.Of(e) ?? new PryxException("INTERNAL", $"Pryx failed: {e.Message} (trace {trace})", inner: e);
        var (code, message) = (trouble.Code, trouble.Message);
        try
        {
            await journal.CommitEndAsync(new TurnOutcome(TurnEnd.Failed, 0, spent.Usage, spent.CostUsd) { Code = code, Message = message }, CancellationToken.None);
        }
        catch (PryxException second)
        {
            // The store itself is the trouble (full disk, lost turn): the turn stays open and the next process goes on with it.
            log.TurnFailed(turn, trace, second);
            journal.AnnounceUnstored(code, message, trace);
        }
    }

    private sealed class RunningTurn
    {
        public CancellationTokenSource Stop { get; } = new();
        public Task Task { get; set; } = Task.CompletedTask;
    }
}
