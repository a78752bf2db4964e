using System.Collections.Concurrent;
using Pryx.Core.Events;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Agents;

/// <summary>Begins what waits, follows what runs to its end, and wakes whoever waits for one.</summary>
/// <param name="turns">Made when the first agent begins.</param>
/// <param name="worktrees">Puts the worktree of an ended agent away, where it has changed nothing.</param>
internal sealed class AgentQueue(AgentStore agents, EventLog events, Func<CancellationToken, Task<SessionTurns>> turns, AgentWorktrees worktrees, ITurnLog log) : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly ConcurrentDictionary<string, Task> _watched = [];
    private readonly ConcurrentDictionary<string, Lazy<Task>> _closing = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Held by whoever changes what waits or begins.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Ends when something has begun or ended; to be taken before the look.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public void Announce() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    /// <summary>Once, when the daemon starts: watches what was running, begins what waits. Returns at once.</summary>
    public void GoOn() => _ = Task.Run(RecoverAsync, CancellationToken.None);

    public async ValueTask DisposeAsync() => await _leaving.CancelAsync();

    /// <summary>Begins whatever may; what can not be begun ends with the reason.</summary>
    public async Task StartNextAsync()
    {
        var leaving = _leaving.Token;
        await Gate.WaitAsync(leaving);
        try
        {
            while (await agents.FindStartableAsync(leaving) is { } next)
            {
                try
                {
                    var turn = await (await turns(leaving)).StartAsync(RequestOf(next), leaving);
                    await agents.SetStartedAsync(next.Id, turn.Id, leaving);
                    Watch(next.Id, next.SessionId);
                }
                catch (Exception e) when (e is PryxException { Code: not "STORAGE_FULL" } or ModelException)
                {
                    var code = e is PryxException known ? known.Code : ((ModelException)e).Code;
                    await agents.EndQueuedAsync(next.Id, "failed", code, e.Message, leaving);
                    Announce();
                }
            }
        }
        finally
        {
            Gate.Release();
        }
    }

    public void Watch(string id, SessionId session) => _watched.GetOrAdd(id, _ => WatchAsync(id, session));

    /// <summary>What is to be done when an agent has ended, once: its worktree, and the word to those who watch its caller.</summary>
    public Task CloseAsync(string id) => _closing.GetOrAdd(id, _ => new(() => CloseOnceAsync(id))).Value;

    private async Task CloseOnceAsync(string id)
    {
        var agent = await agents.FindAsync(id, _leaving.Token);
        if (agent is { Worktree: { } worktree, Branch: { } branch } && await worktrees.RemoveIfCleanAsync(worktree, branch, _leaving.Token))
        {
            await agents.ForgetWorktreeAsync(id, _leaving.Token);
        }
        if (agent is { ParentTurnId: not null })
        {
            await agents.TellEndAsync(id, _leaving.Token);
        }
    }

    private async Task RecoverAsync()
    {
        try
        {
            foreach (var agent in await agents.ListRunningAsync(_leaving.Token))
            {
                Watch(agent.AgentId, agent.SessionId);
            }
            foreach (var agent in await agents.ListUntoldAsync(_leaving.Token))
            {
                await CloseAsync(agent.AgentId);
            }
            await StartNextAsync();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The next daemon does it.
        }
        catch (Exception e)
        {
            log.TurnFailed(default, "agent-recovery", e);
        }
    }

    // Its end makes room for the next one of its parent.
    private async Task WatchAsync(string id, SessionId session)
    {
        await Task.Yield();
        try
        {
            var version = await events.ReadLastVersionAsync(_leaving.Token);
            if (await agents.FindAsync(id, _leaving.Token) is { HasEnded: false })
            {
                await foreach (var e in events.SubscribeAsync(session, version, canApprove: false, _leaving.Token))
                {
                    if (EventNames.IsTerminal(e.Event))
                    {
                        break;
                    }
                }
            }
            await CloseAsync(id);
            Announce();
            await StartNextAsync();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The next process watches it.
        }
        catch (Exception e)
        {
            // Nobody awaits this; the agent itself goes on, and the next spawn begins what waits.
            log.TurnFailed(default, "agent-watch", e);
            Announce();
        }
        finally
        {
            _watched.TryRemove(id, out _);
        }
    }

    private static StartTurn RequestOf(StartableAgent agent) => (agent.Request ?? new StartTurn { SessionId = agent.SessionId, Surface = AgentDesk.Surface, Timeout = AgentDesk.AgentTimeout }) with
    {
        SessionId = agent.SessionId,
        Text = agent.Context is { } context ? $"{agent.Task}\n\nContext:\n{context}" : agent.Task,
        Policy = agent.Policy,
        Surface = AgentDesk.Surface,
        Principal = agent.Principal,
        // A model wrote it.
        SpeaksForUser = false,
        // After a crash between the two writes the same turn is found again.
        ExternalId = agent.Id,
    };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
