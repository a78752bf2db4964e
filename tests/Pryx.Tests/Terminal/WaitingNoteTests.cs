using Pryx.Terminal;
using Pryx.Tests.EndToEnd;

namespace Pryx.Tests.Terminal;

public sealed class WaitingNoteTests
{
    [Fact]
    public async Task What_takes_more_than_a_second_says_so_and_leaves_no_trace()
    {
        using var terminal = new TestTerminal(new FakeClient()).WithTerminal();
        var work = new TaskCompletionSource<int>();

        var waiting = new WaitingNote(terminal.Io).WhileAsync(work.Task, "Copying");
        terminal.Time.Advance(TimeSpan.FromMilliseconds(999));
        var early = terminal.Error.ToString();
        terminal.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Until.TrueAsync(() => terminal.Error.ToString().Contains("Copying … 1 s", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        work.SetResult(7);

        Assert.Equal((7, ""), (await waiting, early));
        Assert.EndsWith("\r\e[K", terminal.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", terminal.Out.ToString());
    }

    [Fact]
    public async Task A_pipe_hears_nothing()
    {
        using var terminal = new TestTerminal(new FakeClient());
        var work = new TaskCompletionSource<int>();

        var waiting = new WaitingNote(terminal.Io).WhileAsync(work.Task);
        terminal.Time.Advance(TimeSpan.FromSeconds(5));
        work.SetResult(7);

        Assert.Equal((7, ""), (await waiting, terminal.Error.ToString()));
    }
}
