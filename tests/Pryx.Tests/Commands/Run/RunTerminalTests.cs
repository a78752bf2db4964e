namespace Pryx.Tests.Commands.Run;

public sealed class RunTerminalTests
{
    [Fact]
    public async Task A_terminal_sees_the_text_as_it_streams_and_tools_between()
    {
        using var screen = new StringWriter { NewLine = "\n" };
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Delta(1, "I look ");
                core.Delta(1, "first.");
                core.Says(1, "I look first.");
                core.Calls(1, "c1", "filesystem.read", "read src/a.cs");
                core.Runs("c1", "filesystem.read", "read src/a.cs");
                core.Done("c1", "filesystem.read", "completed", "1 x");
                core.Delta(2, "It is ");
                core.Says(2, "It is fine.");
                core.Ends();
                return Task.CompletedTask;
            },
        }).WithTerminal().With(io => io with { Out = screen, Error = screen });

        Assert.Equal(0, await terminal.RunAsync("run", "look"));
        Assert.Equal("""
            I look first.
            ● read src/a.cs
            It is fine.
            1,234 in (1,000 cached) · 56 out · $0.0123 · 0.0 s · session 3f2a0000-0000-4000-8000-000000000001

            """.ReplaceLineEndings("\n"), screen.ToString());
    }

    [Fact]
    public async Task A_retry_after_streamed_text_says_that_the_text_does_not_count()
    {
        using var screen = new StringWriter { NewLine = "\n" };
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Delta(1, "Half");
                core.Retry(1, 1, 1_500, "the stream was cut");
                core.Delta(1, "Whole.");
                core.Says(1, "Whole.");
                core.Ends();
                return Task.CompletedTask;
            },
        }).WithTerminal().With(io => io with { Out = screen, Error = screen });

        await terminal.RunAsync("run", "-q", "hi");
        Assert.Equal("Half\n↻ the stream was cut: the text above does not count; asking the model again in 1.5 s (attempt 2)\nWhole.\n", screen.ToString());
    }

    [Fact]
    public async Task Streamed_text_is_made_safe_also_where_a_piece_ends_in_the_middle_of_a_line_break()
    {
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Delta(1, "a\e[31m\r");
                core.Delta(1, "\nb😀c");
                core.Says(1, "a\e[31m\r\nb😀c");
                core.Ends();
                return Task.CompletedTask;
            },
        }).WithTerminal();

        await terminal.RunAsync("run", "-q", "hi");
        Assert.Equal("a␛[31m\nb😀c\n", terminal.Out.ToString());
    }
}
