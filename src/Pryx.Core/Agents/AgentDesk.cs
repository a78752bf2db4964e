using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
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
    Func<string, string?, CancellationToken, Task<string>> checkModelAsync, Func<string?, string?, bool> isWithin, string ifNoFolder, AgentWorktrees worktrees, ITurnLog log, TimeProvider time) : IAsyncDisposable
{
    public const string Surface = TurnPreparation.AgentSurface;

    /// <summary>Waiting ones included.</summary>
    public const int Limit = 10;
    public static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(600);
    public static readonly TimeSpan ListedAfterEnd = TimeSpan.FromHours(1);

    /// <summary>How deep agents may call agents: what a person's turn has called may call once more, where its definition says so.</summary>
    public const int MaxDepth = 2;
    private readonly AgentQueue _queue = new(agents, events, turns, worktrees, log);

    /// <summary>Stored, and begun if nothing is before it, when it returns.</summary>
    /// <exception cref="PryxException">AGENTS_BUSY, SESSION_NOT_FOUND, POLICY_UNKNOWN, POLICY_WIDER, or what keeps its model from running.</exception>
    public async Task<Agent> SpawnAsync(NewAgent request, CancellationToken cancellationToken)
    {
        var parent = request.ParentSessionId is { } id ? await sessions.FindAsync(id, cancellationToken) ?? throw SessionStore.NotFound(id) : null;
        var policy = await NarrowAsync(request, cancellationToken);
        var folder = request.Folder is { } own ? own.Path : parent is null ? ifNoFolder : parent.Workspace;
        var model = request.Model ?? parent?.Model;
        model = model is null ? null : await checkModelAsync(model, folder, cancellationToken);
        var agentId = request.Id ?? Guid.NewGuid().ToString();
        await _queue.Gate.WaitAsync(cancellationToken);
        try
        {
            if (request.Id is not null && await agents.FindAsync(agentId, cancellationToken) is { } known)
            {
                return known;
            }
            if (await agents.CountUnfinishedAsync(cancellationToken) >= Limit)
            {
                throw new PryxException("AGENTS_BUSY", $"{Limit} agents are at work already.", "wait for one, or cancel one: GET /api/v1/agents") { RetryAfter = TimeSpan.FromSeconds(10) };
            }
            var session = await sessions.CreateAsync(new CreateSession
            {
                Title = TitleOf(request.Name, request.Task),
                Workspace = folder,
                Model = model,
                ModelApi = request.Model is null ? parent?.ModelApi : null,
                SystemPrompt = request.SystemPrompt ?? parent?.SystemPrompt,
                ParentId = parent?.Id,
            }, cancellationToken);
            await agents.InsertAsync(agentId, session.Id, request with { Policy = policy }, cancellationToken);
        }
        finally
        {
            _queue.Gate.Release();
        }
        await _queue.StartNextAsync();
        return (await agents.FindAsync(agentId, cancellationToken))!;
    }

    public Task<Agent?> FindAsync(string id, CancellationToken cancellationToken) => agents.FindAsync(id, cancellationToken);

    /// <summary>Newest first; those that ended more than an hour ago are no longer listed, and still found.</summary>
    /// <param name="caller">The 200 newest that this session has called, whenever they ended; null for those at work and those that ended within the last hour.</param>
    public Task<IReadOnlyList<Agent>> ListAsync(SessionId? caller, CancellationToken cancellationToken) => caller is { } session ? agents.ListOfSessionAsync(session, 200, cancellationToken) : agents.ListAsync(time.GetUtcNow() - ListedAfterEnd, cancellationToken);

    /// <summary>Stops the turn with its whole process tree, or keeps it from beginning; returns when it has ended. Null when there is none.</summary>
    public async Task<Agent?> CancelAsync(string id, CancellationToken cancellationToken)
    {
        await _queue.Gate.WaitAsync(cancellationToken);
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
                _queue.Announce();
            }
        }
        finally
        {
            _queue.Gate.Release();
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
        await _queue.Gate.WaitAsync(CancellationToken.None);
        try
        {
            await agents.EndQueuedOfAsync(parent, CancellationToken.None);
            running = [.. (await agents.ListRunningAsync(CancellationToken.None)).Where(agent => agent.ParentSessionId == parent)];
        }
        finally
        {
            _queue.Gate.Release();
        }
        _queue.Announce();
        var work = await turns(CancellationToken.None);
        await Task.WhenAll(running.Select(agent => work.StopAsync(agent.TurnId!.Value, by, CancellationToken.None)));
    }

    /// <summary>A turn has ended, however it did: nobody waits for the agents that it called.</summary>
    public async Task EndOfAsync(TurnId turn)
    {
        // A look without the gate: nearly every turn has none.
        if ((await agents.ListOfAsync(turn, CancellationToken.None)).All(static agent => agent.HasEnded))
        {
            return;
        }
        await _queue.Gate.WaitAsync(CancellationToken.None);
        IReadOnlyList<Agent> called;
        try
        {
            await agents.EndQueuedOfTurnAsync(turn, CancellationToken.None);
            called = await agents.ListOfAsync(turn, CancellationToken.None);
        }
        finally
        {
            _queue.Gate.Release();
        }
        _queue.Announce();
        var work = await turns(CancellationToken.None);
        await Task.WhenAll(called.Where(static agent => agent is { HasEnded: false, TurnId: not null }).Select(agent => work.StopAsync(agent.TurnId!.Value, CancellationToken.None)));
    }

    /// <summary>The agent when it has ended and everything of it is put away. Goes on with it where a crash has left it.</summary>
    public async Task<Agent> WaitToEndAsync(string id, CancellationToken cancellationToken)
    {
        if (await agents.FindAsync(id, cancellationToken) is { HasEnded: false, TurnId: { } turn } left)
        {
            try
            {
                await (await turns(cancellationToken)).ResumeAsync(turn, null, cancellationToken);
            }
            catch (PryxException e) when (e.Code == "TURN_TAKEN")
            {
                // It has ended just now, or another process has it and its end is seen.
            }
            _queue.Watch(id, left.SessionId);
        }
        var ended = await WaitAsync(id, Timeout.InfiniteTimeSpan, cancellationToken)
            ?? throw new PryxException("AGENT_NOT_FOUND", "The agent's session was deleted while it was working.", "call it again");
        await _queue.CloseAsync(id);
        return await agents.FindAsync(id, cancellationToken) ?? ended;
    }

    /// <summary>STOP for everything: no agent that waits begins, and every turn of every session ends.</summary>
    public async Task<StoppedEverything> StopAllAsync(string by, CancellationToken cancellationToken)
    {
        var waited = 0;
        await _queue.Gate.WaitAsync(cancellationToken);
        try
        {
            waited = await agents.EndQueuedOfAsync(null, cancellationToken);
        }
        finally
        {
            _queue.Gate.Release();
        }
        _queue.Announce();
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
            var changed = _queue.Changed;
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
    public void GoOn() => _queue.GoOn();

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private async Task<string?> NarrowAsync(NewAgent request, CancellationToken cancellationToken)
    {
        // Of the very turn that calls: another one may wait in its session, with more rights.
        var given = request.ParentTurnId is { } turn ? (await agents.ReadRequestAsync(turn, cancellationToken))?.Policy
            : request.ParentSessionId is { } session ? await agents.ReadPolicyAsync(session, cancellationToken) : null;
        if (request.Policy is { } wanted && !isWithin(wanted, given))
        {
            throw new PryxException(
                "POLICY_WIDER", $"An agent gets no wider policy than its session has{(given is null ? "" : $": {given}")}.", "leave policy out, or name a stricter one");
        }
        return request.Policy ?? given;
    }

    private static string TitleOf(string? name, string task)
    {
        var line = task.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        var who = name is null ? "Agent" : $"Agent {name}";
        return line.Length <= 60 ? $"{who}: {line}" : $"{who}: {line[..(char.IsHighSurrogate(line[58]) ? 58 : 59)]}…";
    }
}
