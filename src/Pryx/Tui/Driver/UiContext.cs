namespace Pryx.Tui.Driver;

/// <summary>What is awaited in a view goes on in the loop, so that views need no locks.</summary>
internal sealed class UiContext(Action<Action> post) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => post(() => d(state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Only Post: a view must not wait for the loop.");

    public override SynchronizationContext CreateCopy() => this;
}
