using Pryx.Agent.Turns;
using Pryx.Core.Routing;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>A request that can run: its model is there, its rules can be read. Made before the input is stored.</summary>
/// <param name="Notices">What the user should know before the first step, such as why this model was chosen.</param>
public sealed record TurnPlan(RouteChoice Choice, IReadOnlyList<Notice> Notices, Func<Turn, TurnPlan, CancellationToken, Task<TurnSetup>> BuildAsync)
{
    /// <summary>The one it begins with.</summary>
    public ModelInfo Model => Choice.Model;

    /// <summary>As it is to be stored: a strategy that chose its model is named, and becomes the session's.</summary>
    public StartTurn Request(StartTurn request) => (Choice.Asked is { } asked ? request with { Model = asked } : request) with { Effort = Effort };

    /// <summary>How much is to be thought, where somebody said so in the session; it is kept for the next turn.</summary>
    public string? Effort { get; init; }

    /// <summary>Counts the input that begins the turn against the policy's limit; throws <c>RATE_LIMITED</c> when there is no room.</summary>
    public Action TakeInput { get; init; } = static () => { };

    /// <summary>Adds what needs the turn's journal.</summary>
    public Func<TurnSetup, ITurnJournal, TurnSetup> Complete { get; init; } = static (setup, _) => setup;

    public async Task<TurnSetup> SetUpAsync(Turn turn, ITurnJournal journal, CancellationToken cancellationToken)
    {
        foreach (var notice in Notices)
        {
            await journal.CommitItemAsync(notice with { TurnId = turn.Id, Provenance = Provenance.Workspace }, cancellationToken);
        }
        return Complete(await BuildAsync(turn, this, cancellationToken), journal);
    }
}
