using System.Collections.Concurrent;
using System.Diagnostics;
using Pryx.Agent.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>The turns this process works on. A place is taken before the store says that the turn is ours: from then on others look here.</summary>
/// <param name="leavesStoreTrouble">True where this process goes on by itself once the store can be written again.</param>
internal sealed class RunningTurns(TurnStore store, Func<Turn, StoredTurnJournal> journalOf, bool leavesStoreTrouble, ITurnLog log, TimeProvider time) : IAsyncDisposable
{
    // Longer than any tool needs to end its processes; what is not stored by then is "outcome unknown" to the next process.
    private static readonly TimeSpan SuspendBudget = TimeSpan.FromSeconds(1.5);

    // STOP holds within a second, from whichever process it comes.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentDictionary<TurnId, Place> _places = [];
    private readonly CancellationTokenSource _suspend = new();
    private int _isWatching;

    public bool IsLeaving => _suspend.IsCancellationRequested;

    public bool IsBusy => !_places.IsEmpty;

    public bool Contains(TurnId id) => _places.ContainsKey(id);

    /// <summary>Null when this process works on the turn already.</summary>
    public Place? TryTake(TurnId id)
    {
        var place = new Place(this, id);
        return _places.TryAdd(id, place) ? place : null;
    }

    /// <summary>False when the turn is not here.</summary>
    public async Task<bool> StopAsync(TurnId id)
    {
        if (!_places.TryGetValue(id, out var place))
        {
            return false;
        }
        await place.Stop.CancelAsync();
        return true;
    }

    /// <summary>Until this process has let the turn go, or the time is over.</summary>
    public async Task WaitForAsync(TurnId id, TimeSpan atMost)
    {
        if (_places.TryGetValue(id, out var place))
        {
            await Task.WhenAny(place.Left, Task.Delay(atMost, time, CancellationToken.None));
        }
    }

    /// <summary>Suspends what runs: tools end, no terminal event is written, the next process goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _suspend.CancelAsync();
        var all = Task.WhenAll(_places.Values.Select(place => place.Task));
        await Task.WhenAny(all, Task.Delay(SuspendBudget, time, CancellationToken.None));
        _suspend.Dispose();
    }

    private async Task RunAsync(Place place, Turn turn, TurnPlan plan, TurnSpent spent, Func<Departure, Task> thenAsync)
    {
        var departure = Departure.Open;
        var journal = journalOf(turn);
        try
        {
            // Not under STOP's token: only the runner ends a turn the way STOP does.
            var setup = await plan.SetUpAsync(turn, journal, CancellationToken.None);
            if (await new TurnRunner(setup, journal, time).RunAsync(new TurnTokens(place.Stop.Token, _suspend.Token), spent) is not null)
            {
                departure = Departure.Ended;
            }
        }
        catch (Exception e)
        {
            // The turn's edge: a bug, or a store that can not be written. The turn must not stay open if that can be helped.
            await EndAfterAsync(turn.Id, e, journal, spent);
        }
        finally
        {
            place.Leave();
        }
        if (!IsLeaving)
        {
            await thenAsync(departure == Departure.Open && place.Stop.IsCancellationRequested ? Departure.OpenThoughStopped : departure);
        }
    }

    private async Task EndAfterAsync(TurnId turn, Exception e, StoredTurnJournal journal, TurnSpent spent)
    {
        var trace = Activity.Current?.TraceId.ToString() ?? ActivityTraceId.CreateRandom().ToString();
        var trouble = TurnTrouble.Of(e) ?? new PryxException("INTERNAL", $"Pryx failed: {e.Message} (trace {trace})", inner: e);
        try
        {
            if (await store.FindAsync(turn, CancellationToken.None) is null)
            {
                return; // Its session was deleted: nobody is left to tell.
            }
            log.TurnFailed(turn, trace, e);
            if (leavesStoreTrouble && TurnTrouble.IsOfStore(trouble))
            {
                journal.AnnounceUnstored(trouble.Code, trouble.Message, trace);
                return;
            }
            await journal.CommitEndAsync(new TurnOutcome(TurnEnd.Failed, 0, spent.Usage, spent.CostUsd) { Code = trouble.Code, Message = trouble.Message }, CancellationToken.None);
        }
        catch (Exception second) when (second is PryxException or ObjectDisposedException)
        {
            // The store itself is the trouble (full disk, lost turn, closed): the turn stays open and the next process goes on with it.
            log.TurnFailed(turn, trace, second);
            journal.AnnounceUnstored(trouble.Code, trouble.Message, trace);
        }
    }

    private void Watch()
    {
        if (Interlocked.Exchange(ref _isWatching, 1) == 0)
        {
            _ = Task.Run(WatchAsync, CancellationToken.None);
        }
    }

    // Only while something runs: an idle process does nothing.
    private async Task WatchAsync()
    {
        try
        {
            while (!_places.IsEmpty)
            {
                await Task.Delay(LookInterval, time, _suspend.Token);
                foreach (var id in await store.ReadStopRequestsAsync(_suspend.Token))
                {
                    await StopAsync(id);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return; // Leaving: what is running is being suspended.
        }
        catch (PryxException e)
        {
            log.TurnFailed(default, "stop-requests", e);
        }
        Volatile.Write(ref _isWatching, 0);
        if (!_places.IsEmpty)
        {
            Watch();
        }
    }

    /// <summary>How a turn left its place.</summary>
    internal enum Departure
    {
        Ended,
        /// <summary>Parked, or in trouble: what was told to it at the very last was not seen.</summary>
        Open,
        /// <summary>As Open, and STOP was among it.</summary>
        OpenThoughStopped,
    }

    /// <summary>One turn's place. Whoever takes it either runs the turn or leaves.</summary>
    internal sealed class Place(RunningTurns turns, TurnId id)
    {
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Stop { get; } = new();
        public Task Task { get; private set; } = Task.CompletedTask;
        public Task Left => _left.Task;

        /// <summary>Returns at once; the place is left when the turn is.</summary>
        /// <param name="thenAsync">After that: what is to come next in the session. It must not throw. Not called when this process is leaving.</param>
        public void Run(Turn turn, TurnPlan plan, TurnSpent spent, Func<Departure, Task> thenAsync)
        {
            if (turns.IsLeaving)
            {
                // Stored, and ours only until this process ends: the next one goes on with it.
                Leave();
                return;
            }
            Task = System.Threading.Tasks.Task.Run(() => turns.RunAsync(this, turn, plan, spent, thenAsync), CancellationToken.None);
            turns.Watch();
        }

        public void Leave()
        {
            turns._places.TryRemove(id, out _);
            _left.TrySetResult();
        }
    }
}
