using System.Collections.Concurrent;
using Pryx.Agent.Approvals;
using Pryx.Core.Events;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Approvals;

/// <summary>
/// Where questions wait for a person. A question is stored before anybody sees it and an answer before anybody acts on it;
/// any surface answers, in any process that has the store open, and the first one counts.
/// </summary>
public sealed class ApprovalDesk(ApprovalStore store, EventLog events) : IApprovals
{
    // An answer given in another process is found by looking; one given in this process wakes the waiter at once.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Return = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReturnLook = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<ApprovalId, TaskCompletionSource> _waiting = [];
    private long _returnEnds;

    internal ApprovalStore Store => store;

    private TimeProvider Time => events.Time;

    /// <summary>Told of every answer that counts to a question of a turn, after it is stored: a parked turn goes on with it.</summary>
    public Func<TurnId, Task> OnAnswered { get; set; } = static _ => Task.CompletedTask;

    /// <summary>
    /// Turns go on that another process has left: the surfaces that followed them were thrown off with it and need a moment to come back.
    /// For ten seconds a question waits for one of them before it is answered for want of a person.
    /// </summary>
    public void ExpectReturn() => Volatile.Write(ref _returnEnds, (Time.GetUtcNow() + Return).UtcTicks);

    public Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken) => AskAsync(approval, parks: false, cancellationToken);

    /// <summary>A cancelled wait leaves the question as it is: whoever ends the turn takes it back, whoever goes on with it asks again.</summary>
    /// <param name="parks">What happens when its time is over: true leaves it open, false closes it with an answer marked IsTimedOut.</param>
    /// <exception cref="ParkedException">Its time is over, and it parks.</exception>
    public async Task<ApprovalAnswer> AskAsync(Approval approval, bool parks, CancellationToken cancellationToken)
    {
        approval = approval with { CreatedAt = approval.CreatedAt == default ? Time.GetUtcNow() : approval.CreatedAt };
        ApprovalState asked;
        if (await HasApproverAsync(approval, cancellationToken))
        {
            asked = await store.AskAsync(approval, cancellationToken);
        }
        else
        {
            var nobody = new ApprovalAnswer { Approved = false, AnsweredBy = "nobody", Reason = "Nobody is there to ask.", IsForWantOfPerson = true };
            asked = await store.DenyForWantOfPersonAsync(approval, nobody, cancellationToken);
        }
        return asked.Answer ?? await WaitAsync(asked.Approval, parks, cancellationToken);
    }

    /// <summary>Stores the question with an answer that was given beforehand; one that somebody has given meanwhile stands.</summary>
    public async Task<ApprovalAnswer> RecordAsync(Approval approval, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        var asked = await store.AskAsync(approval, cancellationToken);
        if (asked.Answer is { } given)
        {
            return given;
        }
        await AnswerAsync(asked.Approval.Id, answer, cancellationToken);
        return (await store.FindAsync(asked.Approval.Id, cancellationToken))?.Answer ?? answer;
    }

    /// <summary>False when somebody else has answered, or the question is gone.</summary>
    public async Task<bool> AnswerAsync(ApprovalId id, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        var answered = await store.AnswerAsync(id, answer.Approved ? "approved" : "denied", answer, cancellationToken);
        if (_waiting.TryGetValue(id, out var waiter))
        {
            waiter.TrySetResult();
        }
        if (answered?.TurnId is { } turn)
        {
            await OnAnswered(turn);
        }
        return answered is not null;
    }

    /// <summary>As <see cref="AnswerAsync"/>, for whoever must be told why it did not count.</summary>
    /// <returns>The question, and the answer as it now stands: without what the question did not offer.</returns>
    /// <exception cref="PryxException">APPROVAL_NOT_FOUND; ALREADY_ANSWERED, with who was first; VALIDATION_ERROR: the answer does not fit the question.</exception>
    public async Task<ApprovalState> ResolveAsync(ApprovalId id, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        var asked = await store.FindAsync(id, cancellationToken)
            ?? throw new PryxException("APPROVAL_NOT_FOUND", $"There is no question {id}.", "GET /api/v1/approvals/pending lists those that wait.");
        if (asked.IsPending)
        {
            answer = OpenApproval.Fit(asked.Approval, answer);
        }
        if (!await AnswerAsync(id, answer, cancellationToken))
        {
            throw OpenApproval.TooLate(await store.FindAsync(id, cancellationToken) ?? asked);
        }
        return asked with { State = answer.Approved ? "approved" : "denied", Answer = answer };
    }

    /// <summary>Questions of a tool that nobody has answered.</summary>
    public Task<IReadOnlyList<Approval>> ListPendingOfToolAsync(string tool, CancellationToken cancellationToken) => store.ListPendingOfToolAsync(tool, cancellationToken);

    private async Task<bool> HasApproverAsync(Approval approval, CancellationToken cancellationToken)
    {
        if (events.HasApprover(approval.SessionId))
        {
            return true;
        }
        var answering = await store.ListAnsweringAsync(approval.SessionId, cancellationToken);
        while (!answering.Any(events.HasApprover))
        {
            // One that was asked before is open, or has its answer: there is nothing to wait for.
            if (Time.GetUtcNow().UtcTicks >= Volatile.Read(ref _returnEnds) || await store.WasAskedAsync(approval, cancellationToken))
            {
                return false;
            }
            await Task.Delay(ReturnLook, Time, cancellationToken);
        }
        return true;
    }

    private async Task<ApprovalAnswer> WaitAsync(Approval approval, bool parks, CancellationToken cancellationToken)
    {
        var waiter = _waiting.GetOrAdd(approval.Id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            while (true)
            {
                // Looked up before waiting: the answer may have come between the question and here.
                var state = await store.FindAsync(approval.Id, cancellationToken);
                if (state is not { IsPending: true })
                {
                    return state?.Answer ?? ApprovalAnswer.Deny("engine", "The question was withdrawn.");
                }
                var left = approval.ExpiresAt is { } expires ? expires - Time.GetUtcNow() : LookInterval;
                if (left <= TimeSpan.Zero)
                {
                    if (parks)
                    {
                        throw new ParkedException();
                    }
                    await store.AnswerAsync(approval.Id, "expired", ApprovalAnswer.Deny("timeout", "approval timed out") with { IsTimedOut = true }, cancellationToken);
                    continue;
                }
                await WaitForWordAsync(waiter.Task, left < LookInterval ? left : LookInterval, cancellationToken);
            }
        }
        finally
        {
            _waiting.TryRemove(approval.Id, out _);
        }
    }

    // Its own source ends the timer as soon as the word has come.
    private async Task WaitForWordAsync(Task word, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(word, Task.Delay(atMost, Time, timer.Token));
        await timer.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
