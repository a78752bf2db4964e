using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary>Starts a turn and follows its events to the end: shows them, asks what must be asked, stops when told to.</summary>
internal sealed class TurnFollower(IPryxClient client, CommandIo io, ITurnView view, Interrupts interrupts)
{
    /// <summary>Returns what the turn added up to; its Ended is null when the process was told to end and the turn is suspended.</summary>
    /// <param name="mayBeRunning">The turn may have begun before: its questions may wait already.</param>
    public async Task<(TurnId? Turn, TurnTally Tally)> FollowAsync(SessionId session, bool mayBeRunning, Func<CancellationToken, Task<Turn>> startAsync)
    {
        var tally = new TurnTally();
        TurnId? turn = null;
        try
        {
            var after = await client.GetVersionAsync(interrupts.Any);
            // Subscribed before it starts: nothing of the turn can be missed, and its first question finds somebody to answer.
            await using var feed = new EventFeed(client, session, after, io.CanAsk, interrupts.Suspend);
            turn = (await startAsync(interrupts.Any)).Id;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(interrupts.Suspend);
            var stopping = StopWhenAskedAsync(turn.Value, ended.Token);
            try
            {
                await ShowAsync(turn.Value, feed, tally, mayBeRunning && io.CanAsk ? await client.ListPendingApprovalsAsync(session, interrupts.Suspend) : [], interrupts.Suspend);
            }
            finally
            {
                await ended.CancelAsync();
                await stopping;
            }
        }
        catch (OperationCanceledException) when (interrupts.Suspend.IsCancellationRequested)
        {
            // Another process goes on with the turn.
        }
        catch (PryxException e) when (e.Code == "CORE_GONE" && turn is not null)
        {
            throw new PryxException("CORE_GONE", "Core ended while the turn was running, and did not come back; what it had done is stored.", "pryx run --continue", e);
        }
        return (turn, tally);
    }

    private async Task ShowAsync(TurnId turn, EventFeed feed, TurnTally tally, IReadOnlyList<Approval> waiting, CancellationToken cancellationToken)
    {
        await using var cards = new CardQueue(client, io, view, cancellationToken);
        var asked = new HashSet<ApprovalId>();
        foreach (var approval in waiting.Where(approval => asked.Add(approval.Id)))
        {
            cards.Add(approval);
        }
        while (tally.Ended is null)
        {
            if (cards.Open is { } open && await Task.WhenAny(feed.Next, open) == open)
            {
                await cards.CloseAsync();
                continue;
            }
            if (!await feed.Next)
            {
                throw new PryxException("CORE_GONE", "Core ended while the turn was running; what it had done is stored.", "pryx run --continue");
            }
            var e = feed.Take();
            if (e.TurnId is { } id && id != turn)
            {
                continue;
            }
            if (e.Event == EventNames.ErrorOccurred && e.Payload?.Deserialize(ProtocolJson.Default.ErrorPayload) is { } error)
            {
                throw new PryxException(error.Code, error.Message, "when that is mended: pryx run --continue");
            }
            tally.Add(e);
            cards.Show(e);
            if (e.Event == EventNames.ApprovalNeeded && io.CanAsk && e.Payload?.Deserialize(ProtocolJson.Default.Approval) is { } shown
                && asked.Add(shown.Id) && await client.FindApprovalAsync(shown.Id, cancellationToken) is { } approval)
            {
                cards.Add(approval);
            }
            else if (e.Event == EventNames.ApprovalReviewed && e.Payload?.Deserialize(ProtocolJson.Default.ApprovalReviewedPayload) is { } reviewed)
            {
                cards.Review(reviewed);
            }
            else if (e.Event == EventNames.ApprovalResolved && e.Payload?.Deserialize(ProtocolJson.Default.ApprovalResolvedPayload) is { } resolved)
            {
                cards.Withdraw(resolved);
            }
        }
    }

    private async Task StopWhenAskedAsync(TurnId turn, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupts.Stop, ended);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, io.Time, either.Token);
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            view.Note("Stopping … (Ctrl-C again leaves at once)");
            // False means that it ended by itself in the meantime: its terminal event is on the way either way.
            await client.StopTurnAsync(turn, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The turn is over.
        }
    }
}
