using Pryx.Protocol.Errors;
using Pryx.Tui.Driver;

namespace Pryx.Tui.Link;

/// <summary>Whether Core answers: asked every five seconds, told at once when a call fails, and connected again without an end.</summary>
internal sealed class LinkWatch(ICoreLink core, App app, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private TaskCompletionSource _ready = New();
    private TaskCompletionSource _doubt = New();

    public LinkState State { get; private set; } = LinkState.Connecting;

    /// <summary>Why there is none; null while there is one, or nobody knows yet.</summary>
    public PryxException? Failure { get; private set; }

    /// <summary>Since when Core has been away; UTC.</summary>
    public DateTimeOffset LostAt { get; private set; }

    /// <summary>In the loop: Core has come, also after it was away (true).</summary>
    public event Action<bool>? Connected;

    /// <summary>In the loop: Core has gone.</summary>
    public event Action? Lost;

    public Task WhenReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>A call has failed for want of Core: look now.</summary>
    public void Doubt() => _doubt.TrySetResult();

    /// <summary>Until cancelled; runs in the loop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wasReady = false;
        while (true)
        {
            try
            {
                await core.ConnectAsync(cancellationToken);
                (State, Failure) = (LinkState.Ready, null);
                _ready.TrySetResult();
                Connected?.Invoke(wasReady);
                wasReady = true;
                app.Invalidate();
                await LostAsync(cancellationToken);
                (State, LostAt, _ready) = (LinkState.Lost, time.GetUtcNow(), New());
                Lost?.Invoke();
            }
            catch (PryxException e)
            {
                (State, Failure) = (wasReady ? LinkState.Lost : LinkState.Failed, e);
                app.Invalidate();
                await Task.Delay(Retry, time, cancellationToken);
            }
            app.Invalidate();
        }
    }

    private async Task LostAsync(CancellationToken cancellationToken)
    {
        do
        {
            _doubt = New();
            await Task.WhenAny(_doubt.Task, Task.Delay(Poll, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (await core.AnswersAsync(cancellationToken));
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal enum LinkState
{
    Connecting,
    Ready,

    /// <summary>It was there and is awaited.</summary>
    Lost,

    /// <summary>There was none, and none could be started; it is tried again.</summary>
    Failed,
}
