using System.Collections.Concurrent;
using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Agents;

/// <summary>
/// Starts agents, one after the other for each session they help and side by side for different ones, and says when they have ended.
/// An agent is a turn in a session of its own, so it survives a restart like any other turn; it has what its parent session has, never more.
/// </summary>
/// <param name="turns">Made when the first agent begins.</param>
/// <param name="checkModelAsync">The model that a name means; throws when it could not run in the folder.</param>
/// <param name="isWithin">Whether the first policy allows nothing that the second does not.</param>
/// <param name="ifNoFolder">The folder of agents that help no session.</param>
public sealed class AgentDesk(
    AgentStore agents, SessionStore sessions, EventLog events, Func<CancellationToken, Task<SessionTurns>> turns,
    Func<string, string?, CancellationToken, Task<string>> checkModelAsync, Func<string?, string?, bool> isWithin, string ifNoFolder, ITurnLog log, TimeProvider time) : IAsyncDisposable
{
    public const string Surface = "agent";

    /// <summary>Waiting ones included.</summary>
    public const int Limit = 10;
    public static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(600);
    public static readonly TimeSpan ListedAfterEnd = TimeSpan.FromHours(1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _leaving = new();
    private readonly ConcurrentDictionary<string, Task> _watched = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Stored, and begun if nothing is before it, when it returns.</summary>
    /// <exception cref="PryxException">AGENTS_BUSY, SESSION_NOT_FOUND, POLICY_UNKNOWN, POLICY_WIDER, or what keeps its model from running.</exception>
    public async Task<Agent> SpawnAsync(NewAgent request, CancellationToken cancellationToken)
    {
        var parent = request.ParentSessionId is { } id ? await sessions.FindAsync(id, cancellationToken) ?? throw SessionStore.NotFound(id) : null;
        var policy = await NarrowAsync(request.Policy, parent?.Id, cancellationToken);
        var folder = parent is null ? ifNoFolder : parent.Workspace;
        var model = request.Model ?? parent?.Model;
        model = model is null ? null : await checkModelAsync(model, folder, cancellationToken);
        var agentId = Guid.NewGuid().ToString();
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (await agents.CountUnfinishedAsync(cancellationToken) >= Limit)
            {
                throw new PryxException("AGENTS_BUSY", $"{Limit} agents are at work already.", "wait for one, or cancel one: GET /api/v1/agents") { RetryAfter = TimeSpan.FromSeconds(10) };
            }
            var session = await sessions.CreateAsync(new CreateSession
            {
                Title = TitleOf(request.Task),
                Workspace = folder,
                Model = model,
                ModelApi = request.Model is null ? parent?.ModelApi : null,
                SystemPrompt = parent?.SystemPrompt,
                ParentId = parent?.Id,
            }, cancellationToken);
            await agents.InsertAsync(agentId, session.Id, request with { Policy = policy }, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
        await StartNextAsync();
        return (await agents.FindAsync(agentId, cancellationToken))!;
    }

    public Task<Agent?> FindAsync(string id, CancellationToken cancellationToken) => agents.FindAsync(id, cancellationToken);

    /// <summary>Newest first; those that ended more than an hour ago are no longer listed, and still found.</summary>
    public Task<IReadOnlyList<Agent>> ListAsync(CancellationToken cancellationToken) => agents.ListAsync(time.GetUtcNow() - ListedAfterEnd, cancellationToken);

    /// <summary>Stops the turn with its whole process tree, or keeps it from beginning; returns when it has ended. Null when there is none.</summary>
    public async Task<Agent?> CancelAsync(string id, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (await agents.FindAsync(id, cancellationToken) is not { HasEnded: false } agent)
            {
                return await agents.FindAsync(id, cancellationToken);
            }
            if (agent.TurnId is { } turn)
            {
                await (await turns(cancellationToken)).StopAsync(turn, cancellationToken);
            }
            else if (await agents.EndQueuedAsync(id, "cancelled", "STOPPED", "Stopped by the user before it began.", cancellationToken))
            {
                Announce();
            }
        }
        finally
        {
            _gate.Release();
        }
        return await WaitAsync(id, TimeSpan.FromSeconds(10), cancellationToken);
    }

    /// <summary>STOP: the session's agents end, and those that wait never begin. Returns when they have been told.</summary>
    public async Task StopOfAsync(SessionId parent, string by)
    {
        // A look without the gate: nearly every session has none.
        if (!await agents.HasUnfinishedAsync(parent, CancellationToken.None))
        {
            return;
        }
        IReadOnlyList<Agent> running;
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            await agents.EndQueuedOfAsync(parent, CancellationToken.None);
            running = [.. (await agents.ListRunningAsync(CancellationToken.None)).Where(agent => agent.ParentSessionId == parent)];
        }
        finally
        {
            _gate.Release();
        }
        Announce();
        var work = await turns(CancellationToken.None);
        await Task.WhenAll(running.Select(agent => work.StopAsync(agent.TurnId!.Value, by, CancellationToken.None)));
    }

    /// <summary>STOP for everything: no agent that waits begins, and every turn of every session ends.</summary>
    public async Task<StoppedEverything> StopAllAsync(string by, CancellationToken cancellationToken)
    {
        var waited = 0;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            waited = await agents.EndQueuedOfAsync(null, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
        Announce();
        var (running, queued) = await (await turns(cancellationToken)).StopAllAsync(by, CancellationToken.None);
        return new(running, queued, waited);
    }

    /// <summary>The agent when it has ended or the time is over, whichever is first; null when there is none.</summary>
    public async Task<Agent?> WaitAsync(string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        while (true)
        {
            // Taken before the look: an end after it wakes us.
            var changed = Volatile.Read(ref _changed).Task;
            var agent = await agents.FindAsync(id, cancellationToken);
            if (agent is null or { HasEnded: true } || over.IsCancellationRequested)
            {
                return agent;
            }
            try
            {
                await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Looked at once more: it may have ended at this very moment.
            }
        }
    }

    /// <summary>Once, when the daemon starts: watches what was running, begins what waits. Returns at once.</summary>
    public void GoOn() => _ = Task.Run(RecoverAsync, CancellationToken.None);

    public async ValueTask DisposeAsync() => await _leaving.CancelAsync();

    private async Task RecoverAsync()
    {
        try
        {
            foreach (var agent in await agents.ListRunningAsync(_leaving.Token))
            {
                Watch(agent.AgentId, agent.SessionId);
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

    // Begins whatever may; what can not be begun ends with the reason.
    private async Task StartNextAsync()
    {
        var leaving = _leaving.Token;
        await _gate.WaitAsync(leaving);
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
            _gate.Release();
        }
    }

    private void Watch(string id, SessionId session) => _watched.GetOrAdd(id, _ => WatchAsync(id, session));

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
        }
        finally
        {
            _watched.TryRemove(id, out _);
        }
    }

    private async Task<string?> NarrowAsync(string? wanted, SessionId? parent, CancellationToken cancellationToken)
    {
        var given = parent is { } id ? await agents.ReadPolicyAsync(id, cancellationToken) : null;
        if (wanted is not null && !isWithin(wanted, given))
        {
            throw new PryxException(
                "POLICY_WIDER", $"An agent gets no wider policy than its session has{(given is null ? "" : $": {given}")}.", "leave policy out, or name a stricter one");
        }
        return wanted ?? given;
    }

    private static StartTurn RequestOf(StartableAgent agent) => new()
    {
        SessionId = agent.SessionId,
        Text = agent.Context is { } context ? $"{agent.Task}\n\nContext:\n{context}" : agent.Task,
        Policy = agent.Policy,
        Timeout = AgentTimeout,
        Surface = Surface,
        Principal = agent.Principal,
        // A model wrote it.
        SpeaksForUser = false,
        // After a crash between the two writes the same turn is found again.
        ExternalId = agent.Id,
    };

    private void Announce() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string TitleOf(string task)
    {
        var line = task.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= 60 ? $"Agent: {line}" : $"Agent: {line[..(char.IsHighSurrogate(line[58]) ? 58 : 59)]}…";
    }
}
