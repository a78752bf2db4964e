using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Tui.Driver;
using Pryx.Tui.Link;

namespace Pryx.Tui.Chat;

/// <summary>
/// Keeps a chat's state true: loads a session's end, follows its events, and after a lost connection goes on at the last version, so that
/// nothing is missed and nothing is shown twice.
/// </summary>
internal sealed class ChatFeed(ICoreLink core, LinkWatch link, ChatState state, App app, TimeProvider time) : IDisposable
{
    private const int FirstPage = 200;
    private CancellationTokenSource _following = new();
    private bool _isFetching;

    /// <summary>The session's beginning has not been fetched.</summary>
    public bool HasEarlier { get; private set; }

    /// <summary>In the loop, after events have changed the state.</summary>
    public event Action<IReadOnlyList<PryxEvent>>? Changed;

    /// <summary>Shows another session from now on; it appears as soon as it has been read.</summary>
    public void Follow(SessionId session)
    {
        Leave();
        var token = _following.Token;
        app.Start(() => FollowAsync(session, isNew: false, token));
    }

    /// <summary>A session that was just made: there is nothing to read. Returns once its events are subscribed to.</summary>
    public async Task FollowNewAsync(SessionId session, CancellationToken cancellationToken)
    {
        Leave();
        var token = _following.Token;
        state.Version = await core.Client.GetVersionAsync(cancellationToken);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Start(() => FollowAsync(session, isNew: true, token, begun));
        await begun.Task.WaitAsync(cancellationToken);
    }

    public void Leave()
    {
        _following.Cancel();
        _following.Dispose();
        _following = new CancellationTokenSource();
    }

    /// <summary>Fetches the page before what is here; false when there is none.</summary>
    public async Task<bool> FetchEarlierAsync(CancellationToken cancellationToken)
    {
        if (!HasEarlier || _isFetching || state.Session is not { } session)
        {
            return false;
        }
        _isFetching = true;
        try
        {
            var page = await core.ItemsAsync(session.Id, FirstPage, state.Transcript.FirstSeq, cancellationToken);
            HasEarlier = page.Items.Count == FirstPage;
            return state.Transcript.Prepend(page.Items) > 0;
        }
        catch (PryxException)
        {
            link.Doubt();
            return false;
        }
        finally
        {
            _isFetching = false;
        }
    }

    public void Dispose() => _following.Dispose();

    private async Task FollowAsync(SessionId id, bool isNew, CancellationToken cancellationToken, TaskCompletionSource? begun = null)
    {
        var isRead = isNew;
        var pump = new EventPump(core.Client, app, events =>
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                Apply(events);
            }
        });
        while (true)
        {
            try
            {
                await link.WhenReadyAsync(cancellationToken);
                if (!isRead)
                {
                    await ReadAsync(id, cancellationToken);
                    isRead = true;
                }
                else if (!isNew)
                {
                    // What was asked and answered meanwhile comes as events; a question's exact arguments do not.
                    state.SetApprovals(await core.Client.ListPendingApprovalsAsync(id, cancellationToken));
                }
                isNew = false;
                app.Invalidate();
                await pump.RunAsync(id, state.Version, begun ?? new(), cancellationToken);
            }
            catch (PryxException e) when (e.Code is "CORE_GONE" or "UNAUTHORIZED" || e.Code.StartsWith("HTTP_5", StringComparison.Ordinal))
            {
                link.Doubt();
                state.Transcript.EndStreams(time.GetUtcNow());
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
            }
            catch (PryxException e)
            {
                begun?.TrySetException(e);
                state.Transcript.Put(new ErrorEntry(e.Message) { Code = e.Code, Next = e.Next, TraceId = e.TraceId, At = time.GetUtcNow() });
                app.Invalidate();
                return;
            }
        }
    }

    private async Task ReadAsync(SessionId id, CancellationToken cancellationToken)
    {
        var session = await core.Client.FindSessionAsync(id, cancellationToken) ?? throw new PryxException("SESSION_NOT_FOUND", "There is no such session any more.", "/sessions shows those there are");
        // First the version: what happens while the rest is read comes as events, and what is known already is not shown twice.
        var version = await core.Client.GetVersionAsync(cancellationToken);
        var page = await core.ItemsAsync(id, FirstPage, null, cancellationToken);
        var turn = await core.Client.FindOpenTurnAsync(id, cancellationToken);
        var approvals = await core.Client.ListPendingApprovalsAsync(id, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        state.Begin(session);
        HasEarlier = page.Items.Count == FirstPage;
        foreach (var item in page.Items)
        {
            state.Transcript.Add(item);
        }
        state.Version = version;
        state.SetOpenTurn(turn);
        state.SetApprovals(approvals);
        Changed?.Invoke([]);
    }

    private void Apply(IReadOnlyList<PryxEvent> events)
    {
        foreach (var e in events)
        {
            state.Apply(e);
        }
        Changed?.Invoke(events);
        app.Invalidate();
    }
}
