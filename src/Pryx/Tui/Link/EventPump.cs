using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Events;
using Pryx.Tui.Driver;

namespace Pryx.Tui.Link;

/// <summary>Reads a session's events beside the loop and hands them over in batches: hundreds of deltas a second are one change of the screen.</summary>
/// <param name="apply">In the loop: events in their order.</param>
internal sealed class EventPump(IPryxClient client, App app, Action<IReadOnlyList<PryxEvent>> apply)
{
    private readonly Lock _gate = new();
    private List<PryxEvent> _waiting = [];

    /// <summary>Until the connection is lost (what is thrown says so) or it is cancelled. The subscription is in force when the task of <paramref name="begun"/> ends.</summary>
    public Task RunAsync(SessionId session, long afterVersion, TaskCompletionSource begun, CancellationToken cancellationToken) => Task.Run(async () =>
    {
        var events = client.SubscribeAsync(session, afterVersion, canApprove: true, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            var next = events.MoveNextAsync();
            begun.TrySetResult();
            while (await next)
            {
                Hand(events.Current);
                next = events.MoveNextAsync();
            }
        }
        finally
        {
            begun.TrySetResult();
            await events.DisposeAsync();
        }
    }, cancellationToken);

    private void Hand(PryxEvent e)
    {
        lock (_gate)
        {
            _waiting.Add(e);
            if (_waiting.Count > 1)
            {
                return; // They have been announced.
            }
        }
        app.Post(Take);
    }

    private void Take()
    {
        List<PryxEvent> taken;
        lock (_gate)
        {
            (taken, _waiting) = (_waiting, []);
        }
        apply(taken);
    }
}
