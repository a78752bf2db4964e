using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Turns;

/// <summary>Gives the calls of a turn that ends before its time their one result each.</summary>
public static class OpenCalls
{
    /// <summary>The result of a call that had started when its process died.</summary>
    public const string Interrupted =
        "interrupted: Pryx ended while this call was running, its outcome is unknown. It was not run again. Check what it did before you repeat it.";

    /// <param name="why">As the model of a later turn reads it.</param>
    /// <param name="outcomeUnknown">Calls that had started when a process died; null when none did.</param>
    /// <returns>The last step that has a stored reply.</returns>
    public static async Task<int> CancelAsync(ITurnJournal journal, TurnId turn, string why, IReadOnlySet<string>? outcomeUnknown, CancellationToken cancellationToken)
    {
        var state = TurnState.Of(turn, await journal.ReadItemsAsync(cancellationToken));
        foreach (var call in state.PendingCalls)
        {
            if (outcomeUnknown?.Contains(call.CallId) == true)
            {
                await journal.CommitResultAsync(call, ToolCallRunner.Unfinished(call, ToolStatus.Interrupted, Interrupted), cancellationToken);
                continue;
            }
            await journal.CommitResultAsync(call, ToolCallRunner.Unfinished(call, ToolStatus.Cancelled, $"cancelled: {why}"), cancellationToken);
        }
        return state.LastStep;
    }
}
