using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Events;

namespace Pryx.Commands.Run;

/// <summary>A subscription read one event at a time, beside other things to wait for. It is in force once constructed.</summary>
internal sealed class EventFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending;
    private readonly IAsyncEnumerator<PryxEvent> _events;

    public EventFeed(IPryxClient client, SessionId session, long afterVersion, bool canApprove, CancellationToken cancellationToken)
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _events = client.SubscribeAsync(session, afterVersion, canApprove, _ending.Token).GetAsyncEnumerator(_ending.Token);
        Next = _events.MoveNextAsync().AsTask();
    }

    /// <summary>True when an event can be taken; false when there will be none.</summary>
    public Task<bool> Next { get; private set; }

    /// <summary>Only after <see cref="Next"/> gave true.</summary>
    public PryxEvent Take()
    {
        var e = _events.Current;
        Next = _events.MoveNextAsync().AsTask();
        return e;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await Next; // An iterator can not be disposed while it moves.
        }
        catch (OperationCanceledException)
        {
            // We asked for it.
        }
        finally
        {
            await _events.DisposeAsync();
            _ending.Dispose();
        }
    }
}
