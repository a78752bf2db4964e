using Pryx.Agent.Turns;
using Pryx.Core.Audit;
using Pryx.Protocol;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>STOP: ends turns wherever they run, keeps what waits from beginning, and writes down who wanted it.</summary>
/// <param name="closeAsync">Ends an open turn that nobody works on; false when somebody does.</param>
internal sealed class TurnStops(TurnStore turns, QueueStore queue, RunningTurns running, AuditLog audit, ITurnLog log, Func<Turn, TurnOutcome, CancellationToken, Task<bool>> closeAsync)
{
    /// <summary>Told of every session whose turn somebody stopped, and who: what helps it stops too.</summary>
    public Func<SessionId, string, Task> OnStopped { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>The turn, its whole process tree and the agents that help its session end, or a queued one never begins; false when it has ended before.</summary>
    /// <param name="by">Who wants it, such as <c>web:core</c>.</param>
    public async Task<bool> StopAsync(TurnId id, string by, CancellationToken cancellationToken)
    {
        var isStopped = await EndAsync(id, cancellationToken);
        // Also of a turn that had ended: an agent of its may go on. Stopped first, written down then: nothing may keep it from stopping.
        await FollowUpAsync(id, async turn =>
        {
            await OnStopped(turn.SessionId, by);
            await (isStopped ? WriteDownAsync(turn, by) : Task.CompletedTask);
        });
        return isStopped;
    }

    /// <summary>STOP for everything: what waits never begins, what runs ends, in every session.</summary>
    /// <returns>How many ran, and how many waited.</returns>
    public async Task<(int Running, int Queued)> StopAllAsync(string by, CancellationToken cancellationToken)
    {
        var (open, queued) = await turns.ListUnfinishedAsync(cancellationToken);
        var begun = new List<TurnId>(open);
        var waited = 0;
        foreach (var id in queued)
        {
            if (await queue.CancelAsync(id, cancellationToken))
            {
                waited++;
            }
            else
            {
                // It has begun between the two looks.
                begun.Add(id);
            }
        }
        var stopped = await Task.WhenAll(begun.Select(async id => (Id: id, Was: await EndAsync(id, cancellationToken))));
        foreach (var (id, _) in stopped.Where(static one => one.Was))
        {
            await FollowUpAsync(id, turn => WriteDownAsync(turn, by));
        }
        return (stopped.Count(static one => one.Was), waited);
    }

    private async Task<bool> EndAsync(TurnId id, CancellationToken cancellationToken)
    {
        while (!await running.StopAsync(id) && !await queue.CancelAsync(id, cancellationToken))
        {
            switch (await turns.RequestStopAsync(id, cancellationToken))
            {
                case StopOutcome.Requested:
                    return true;
                case StopOutcome.Over:
                    return false;
                default:
                    var outcome = new TurnOutcome(TurnEnd.Cancelled, 0, default, null) { Code = "STOPPED", Message = "Stopped by the user." };
                    if (await turns.FindAsync(id, cancellationToken) is { } turn && await closeAsync(turn, outcome, cancellationToken))
                    {
                        return true;
                    }
                    break; // Somebody took it up between the two looks.
            }
        }
        return true;
    }

    // Nobody awaits more than the end itself: what goes wrong behind it is written down.
    private async Task FollowUpAsync(TurnId id, Func<Turn, Task> doAsync)
    {
        try
        {
            if (await turns.FindAsync(id, CancellationToken.None) is { } turn)
            {
                await doAsync(turn);
            }
        }
        catch (Exception e)
        {
            log.TurnFailed(id, "stop", e);
        }
    }

    private Task WriteDownAsync(Turn turn, string by) =>
        audit.AppendAsync(new("turn.stopped", "turn", turn.Id.ToString(), by, AuditDetails.Of(("session_id", turn.SessionId.ToString())), "ok"), CancellationToken.None);
}
