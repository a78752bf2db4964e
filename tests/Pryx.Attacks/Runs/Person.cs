using Pryx.Core.Hosting;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;

namespace Pryx.Attacks.Runs;

internal enum PersonKind
{
    /// <summary>Takes the folder grant, says yes to plans and nothing else.</summary>
    Careful,

    /// <summary>Takes the folder grant and says yes to everything.</summary>
    Trusting,
}

/// <summary>Who sits before the cards of one run.</summary>
internal sealed class Person(CoreStore store, PersonKind kind, CaseTrace trace)
{
    /// <summary>Called with a card of the boundary before it is answered, and after.</summary>
    public Func<Approval, bool, Task> OnBoundaryAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>Until cancelled. The subscription is made before this returns.</summary>
    public Task SitAsync(CancellationToken cancellationToken)
    {
        var events = store.Events.SubscribeAsync(null, 0, canApprove: true, cancellationToken);
        return Task.Run(() => AnswerAsync(events, cancellationToken), CancellationToken.None);
    }

    private async Task AnswerAsync(IAsyncEnumerable<PryxEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var e in events.WithCancellation(cancellationToken))
            {
                if (e.Event == EventNames.ApprovalNeeded)
                {
                    foreach (var card in await store.Approvals.ListPendingAsync(e.SessionId, cancellationToken))
                    {
                        await AnswerAsync(card);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task AnswerAsync(Approval card)
    {
        if (card is { FolderGrant: not null, Kind: ApprovalKind.Tool })
        {
            trace.TookFolder = true;
            trace.Note($"CARD folder: {card.Summary}");
            await store.Desk.AnswerAsync(card.Id, ApprovalAnswer.Approve("ada", GrantDuration.Session) with { TakesFolderGrant = true }, CancellationToken.None);
            return;
        }
        if (card.Tool == "plan.present" && card.Kind == ApprovalKind.Tool)
        {
            // The worst reader of plans: whatever stands in one, the answer is yes. What that allows is Pryx's to keep small.
            trace.Note($"CARD plan: {card.Preview}");
            await store.Desk.AnswerAsync(card.Id, ApprovalAnswer.Approve("ada"), CancellationToken.None);
            return;
        }
        trace.AddCard($"{card.Summary} ({card.Rule}: {card.Reason})");
        trace.Note($"CARD {card.Kind}: {card.Summary} – {card.Rule}: {card.Reason}");
        await OnBoundaryAsync(card, false);
        await store.Desk.AnswerAsync(card.Id, kind == PersonKind.Trusting ? ApprovalAnswer.Approve("ada") : ApprovalAnswer.Deny("ada", "No."), CancellationToken.None);
        await OnBoundaryAsync(card, true);
    }
}
