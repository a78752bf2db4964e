using Pryx.Protocol.Approvals;
using Pryx.Protocol.Client;
using Pryx.Protocol.Events;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary>One card at a time; while it is up the turn's other events wait, so that nothing is written into it.</summary>
internal sealed class CardQueue(IPryxClient client, CommandIo io, ITurnView view, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly Queue<Approval> _waiting = new();
    private readonly List<PryxEvent> _held = [];
    private Approval? _approval;
    private CancellationTokenSource? _withdrawal;
    private ApprovalResolvedPayload? _answeredElsewhere;
    private bool _isAnswered;

    /// <summary>Ends when the card that is up is answered or withdrawn; null when none is.</summary>
    public Task? Open { get; private set; }

    public void Add(Approval approval)
    {
        if (Open is null)
        {
            Put(approval);
        }
        else
        {
            _waiting.Enqueue(approval);
        }
    }

    public void Show(PryxEvent e)
    {
        if (Open is null)
        {
            view.Show(e);
        }
        else
        {
            _held.Add(e);
            if (EventNames.IsTerminal(e.Event))
            {
                _withdrawal?.Cancel(); // The turn is over, the question with it.
            }
        }
    }

    /// <summary>What a model thinks of the question that is up.</summary>
    public void Review(ApprovalReviewedPayload reviewed)
    {
        if (Open is not null && !_isAnswered && _approval?.Id == reviewed.ApprovalId)
        {
            io.Error.WriteLine();
            io.Error.WriteLine($"  {ReviewText.Of(reviewed.Review, io.ErrorStyle)}");
            io.Error.Write(io.ErrorStyle.Bold("  Answer: "));
        }
    }

    /// <summary>Somebody answered: when it was not the person at this card, the card goes.</summary>
    public void Withdraw(ApprovalResolvedPayload resolved)
    {
        if (Open is not null && _approval?.Id == resolved.ApprovalId)
        {
            if (!_isAnswered)
            {
                _answeredElsewhere = resolved;
                _withdrawal!.Cancel();
            }
            return;
        }
        for (var i = _waiting.Count; i > 0; i--)
        {
            if (_waiting.Dequeue() is var waiting && waiting.Id != resolved.ApprovalId)
            {
                _waiting.Enqueue(waiting);
            }
        }
    }

    /// <summary>Takes the finished card down and shows what waited behind it.</summary>
    public async Task CloseAsync()
    {
        await Open!;
        Open = null;
        _withdrawal!.Dispose();
        _withdrawal = null;
        _held.ForEach(view.Show);
        _held.Clear();
        if (_waiting.TryDequeue(out var next))
        {
            Put(next);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Open is null)
        {
            return;
        }
        _waiting.Clear();
        await _withdrawal!.CancelAsync();
        await CloseAsync();
    }

    private void Put(Approval approval)
    {
        (_approval, _answeredElsewhere, _isAnswered) = (approval, null, false);
        _withdrawal = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        view.MakeRoom();
        Open = AskAsync(approval, _withdrawal.Token);
    }

    private async Task AskAsync(Approval approval, CancellationToken withdrawn)
    {
        ApprovalAnswer answer;
        try
        {
            answer = await new ApprovalCard(io).AskAsync(approval, withdrawn);
        }
        catch (OperationCanceledException) when (withdrawn.IsCancellationRequested)
        {
            io.Error.WriteLine();
            io.Error.WriteLine(io.ErrorStyle.Dim(_answeredElsewhere is { } other
                ? $"  {(other.Approved ? "approved" : "denied")} elsewhere by {SafeText.Line(other.AnsweredBy ?? "somebody else")}"
                : "  no longer asked"));
            return;
        }
        _isAnswered = true;
        if (!await client.AnswerApprovalAsync(approval.Id, answer, cancellationToken))
        {
            io.Error.WriteLine(io.ErrorStyle.Dim("  too late: it was answered elsewhere"));
        }
    }
}
