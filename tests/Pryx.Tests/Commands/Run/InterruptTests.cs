namespace Pryx.Tests.Commands.Run;

public sealed class InterruptTests
{
    [Fact]
    public async Task Ctrl_C_stops_the_turn_and_waits_until_that_is_stored()
    {
        using var terminal = new TestTerminal(new FakeClient());
        terminal.Client.Play = async core =>
        {
            core.Delta(1, "One, two");
            terminal.Interrupts.OnInterrupt();
            await core.Stopped.Task;
            core.Says(1, "One, two", isPartial: true);
            core.Ends("cancelled", "STOPPED", "Stopped by the user.");
        };

        Assert.Equal(130, await terminal.RunAsync("run", "count"));
        Assert.Equal("One, two\n", terminal.Out.ToString());
        Assert.StartsWith("Stopping … (Ctrl-C again leaves at once)\n", terminal.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Cancelled: Stopped by the user.\n", terminal.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(terminal.Exits);
    }

    [Fact]
    public async Task A_second_Ctrl_C_leaves_at_once()
    {
        using var terminal = new TestTerminal(new FakeClient());
        terminal.Client.Play = async core =>
        {
            terminal.Interrupts.OnInterrupt();
            await core.Stopped.Task;
            terminal.Interrupts.OnInterrupt();
            core.Ends("cancelled");
        };

        await terminal.RunAsync("run", "count");
        Assert.Equal([130], terminal.Exits);
    }

    [Fact]
    public async Task Being_told_to_end_suspends_the_turn_instead_of_stopping_it()
    {
        using var terminal = new TestTerminal(new FakeClient());
        terminal.Client.Play = core =>
        {
            core.Delta(1, "One");
            terminal.Interrupts.OnTerminate();
            return Task.CompletedTask;
        };

        Assert.Equal(130, await terminal.RunAsync("run", "count"));
        Assert.False(terminal.Client.Stopped.Task.IsCompleted);
        Assert.True(terminal.Client.IsDisposed);
        Assert.Contains("Suspended: The turn is suspended; 'pryx run --continue' goes on with it.\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_before_the_turn_has_started_ends_the_command()
    {
        using var terminal = new TestTerminal(new FakeClient());
        terminal.With(io => io with
        {
            ConnectAsync = (_, cancellationToken) =>
            {
                terminal.Interrupts.OnInterrupt();
                return Task.FromCanceled<Protocol.Client.IPryxClient>(cancellationToken);
            },
        });

        Assert.Equal(130, await terminal.RunAsync("run", "hi"));
        Assert.Equal("Error: Stopped.\n", terminal.Error.ToString());
    }
}
