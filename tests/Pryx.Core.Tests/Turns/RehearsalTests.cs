using Pryx.Core.Turns;

namespace Pryx.Core.Tests.Turns;

public sealed class RehearsalTests
{
    [Fact]
    public async Task A_rehearsed_reply_comes_out_as_the_event_a_surface_is_shown()
    {
        var lines = await Rehearsal.PlayAsync(TimeProvider.System, TestContext.Current.CancellationToken);

        var line = Assert.Single(lines);
        Assert.Contains("\"event\":\"message.delta\"", line, StringComparison.Ordinal);
        Assert.Contains("\"text\":\"a\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rehearsal_ends_when_its_process_is_done()
    {
        using var done = new CancellationTokenSource();
        await done.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Rehearsal.PlayAsync(TimeProvider.System, done.Token));
    }
}
