using System.Globalization;
using System.Text.Json;
using Pryx.Core.Approvals;
using Pryx.Core.Costs;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Costs;

namespace Pryx.Core.Turns;

/// <summary>Questions about money that time or a higher limit has answered: the turns that wait for them go on by themselves.</summary>
public sealed class BudgetWatch(BudgetLedger budgets, ApprovalDesk desk)
{
    /// <summary>One look.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var asked in await desk.ListPendingOfToolAsync(StoredBudget.Tool, cancellationToken))
        {
            if (await IsCoveredAsync(asked, cancellationToken))
            {
                await desk.AnswerAsync(asked.Id, ApprovalAnswer.Approve("budget") with { Text = "$0 more: the budget pays for it now" }, cancellationToken);
            }
        }
    }

    private async Task<bool> IsCoveredAsync(Approval asked, CancellationToken cancellationToken) =>
        asked is { TurnId: { } turn, Args: { } args, Rule: { } rule }
        && args.Deserialize(CostJson.Default.BudgetQuestion) is { Scope: not "price" } question
        && long.TryParse(rule.AsSpan(rule.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var needs)
        && await budgets.IsCoveredAsync(asked.SessionId, turn, question.Scope, question.Key, needs, cancellationToken);
}
