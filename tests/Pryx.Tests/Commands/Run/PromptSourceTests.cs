using Pryx.Commands.Run;

namespace Pryx.Tests.Commands.Run;

public sealed class PromptSourceTests
{
    [Theory]
    [InlineData("fix it", null, "", "fix it")]
    [InlineData("fix it", null, "error: x\n", "fix it\n\n<input name=\"stdin\">\nerror: x\n</input>")]
    [InlineData(null, null, "from stdin\n", "from stdin")]
    [InlineData("-", null, "from stdin\n", "from stdin")]
    [InlineData(null, "prompt.txt", "", "from the file")]
    [InlineData(null, "prompt.txt", "log\n", "from the file\n\n<input name=\"stdin\">\nlog\n</input>")]
    [InlineData("fix it", "prompt.txt", "", "fix it\n\n<input name=\"prompt.txt\">\nfrom the file\n</input>")]
    [InlineData(null, "-", "from stdin", "from stdin")]
    [InlineData(null, null, "  \n", null)]
    [InlineData("  ", null, "", null)]
    public async Task The_prompt_is_made_of_what_is_given(string? argument, string? file, string stdin, string? expected)
    {
        using var terminal = new TestTerminal(new FakeClient()).With(io => io with { OpenIn = () => new StringReader(stdin) });
        await File.WriteAllTextAsync(Path.Combine(terminal.Home.Workspace, "prompt.txt"), "from the file\n", TestContext.Current.CancellationToken);

        Assert.Equal(expected, await PromptSource.ReadAsync(terminal.Io, argument is null ? [] : [argument], file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_terminal_is_not_read_when_there_is_a_prompt()
    {
        using var terminal = new TestTerminal(new FakeClient()).WithTerminal().With(io => io with { OpenIn = () => throw new InvalidOperationException("read") });

        Assert.Equal("hi", await PromptSource.ReadAsync(terminal.Io, ["hi"], null, TestContext.Current.CancellationToken));
        Assert.Null(await PromptSource.ReadAsync(terminal.Io, [], null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pipe_that_stays_open_is_waited_for_and_said_so()
    {
        using var pipe = new BlockedReader();
        using var terminal = new TestTerminal(new FakeClient()).With(io => io with { OpenIn = () => pipe });
        var reading = PromptSource.ReadAsync(terminal.Io, ["hi"], null, TestContext.Current.CancellationToken);
        await terminal.Time.WaitForTimerAsync(TestContext.Current.CancellationToken);
        terminal.Time.Advance(TimeSpan.FromSeconds(2));
        while (terminal.Error.ToString().Length == 0)
        {
            await Task.Yield();
        }
        pipe.Close();

        Assert.Equal("hi", await reading);
        Assert.StartsWith("Waiting for stdin to end", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_much_input_is_refused()
    {
        using var terminal = new TestTerminal(new FakeClient()).With(io => io with { OpenIn = () => new StringReader(new string('x', PromptSource.Limit + 1)) });

        Assert.Equal(2, await terminal.RunAsync("run", "read this"));
        Assert.StartsWith("Error: stdin has more than 10 MB.\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    private sealed class BlockedReader : TextReader
    {
        private readonly SemaphoreSlim _closed = new(0);

        public override int Read(char[] buffer, int index, int count)
        {
            _closed.Wait(TestContext.Current.CancellationToken);
            return 0;
        }

        public override void Close() => _closed.Release();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _closed.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
