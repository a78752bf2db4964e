using Pryx.Protocol.Sessions;

namespace Pryx.Tests.Commands.Run;

public sealed class ContinueTests
{
    private const string Id = "3f2a0000-0000-4000-8000-000000000001";

    [Fact]
    public async Task Continue_finishes_the_open_turn_without_a_prompt()
    {
        using var terminal = WithSession(hasOpenTurn: true);

        Assert.Equal(0, await terminal.RunAsync("run", "--continue"));
        Assert.Equal(["subscribe", "resume"], terminal.Client.Log);
        Assert.Null(Assert.Single(terminal.Client.Started).Text);
        Assert.Null(terminal.Client.Created);
        Assert.Equal("Done.\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task Continue_with_a_prompt_finishes_the_open_turn_first()
    {
        using var terminal = WithSession(hasOpenTurn: true);

        Assert.Equal(0, await terminal.RunAsync("run", "-c", "and now this"));
        Assert.Equal(["subscribe", "resume", "subscribe", "start"], terminal.Client.Log);
        Assert.Equal([null, "and now this"], terminal.Client.Started.Select(turn => turn.Text));
        Assert.Equal("Done.\nDone.\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task A_prompt_does_not_follow_an_open_turn_that_fails_again()
    {
        using var terminal = WithSession(hasOpenTurn: true);
        terminal.Client.Play = core =>
        {
            core.Ends("failed", "PROVIDER_NETWORK", "No connection.");
            return Task.CompletedTask;
        };

        Assert.Equal(4, await terminal.RunAsync("run", "-c", "and now this"));
        Assert.Equal(["subscribe", "resume"], terminal.Client.Log);
    }

    [Fact]
    public async Task Continue_goes_on_with_the_latest_session_of_the_folder()
    {
        using var terminal = WithSession(hasOpenTurn: false);

        Assert.Equal(0, await terminal.RunAsync("run", "-c", "more"));
        Assert.Equal(Id, Assert.Single(terminal.Client.Started).SessionId.ToString());
    }

    [Fact]
    public async Task Continue_without_a_prompt_goes_on_with_a_turn_that_a_limit_has_ended()
    {
        using var terminal = WithSession(hasOpenTurn: false);
        terminal.Client.LastTurn = new Turn { Id = FakeClient.FixedTurn, SessionId = FakeClient.FixedSession, Model = "fake/model", Status = TurnStatus.Limited, ErrorCode = "BUDGET_EXCEEDED" };

        Assert.Equal(0, await terminal.RunAsync("run", "--continue", "--max-cost", "2"));
        var started = Assert.Single(terminal.Client.Started);
        Assert.Equal(("Go on.", 2m), (started.Text, started.MaxCostUsd));
        Assert.Contains("ended at a limit (BUDGET_EXCEEDED)", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("high", 0)]
    [InlineData("4000", 0)]
    [InlineData("much", 2)]
    public async Task An_effort_is_passed_on_or_refused(string effort, int code)
    {
        using var terminal = WithSession(hasOpenTurn: false);

        Assert.Equal(code, await terminal.RunAsync("run", "-c", "more", "--effort", effort));
        Assert.Equal(code == 0 ? [effort] : [], terminal.Client.Started.Select(static turn => turn.Effort));
    }

    [Theory]
    [InlineData(false, 1, "There is no session in ", "Next: pryx run \"what to do\"\n")]
    [InlineData(true, 2, "has no open turn to finish.", "Next: pryx run --continue \"what to do next\"\n")]
    public async Task With_nothing_to_continue_it_says_what_to_type(bool hasSession, int code, string message, string next)
    {
        using var terminal = hasSession ? WithSession(hasOpenTurn: false) : new TestTerminal(new FakeClient());

        Assert.Equal(code, await terminal.RunAsync("run", "--continue"));
        Assert.Contains(message, terminal.Error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(next, terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Id, 0)]
    [InlineData("3f2a", 0)]
    [InlineData("3F2A0000-00", 0)]
    [InlineData("3f2", 1)]
    [InlineData("beef", 1)]
    [InlineData("3f2a0000-0000-4000-8000-00000000beef", 1)]
    public async Task A_session_is_found_by_its_id_or_a_beginning_of_it(string id, int code)
    {
        using var terminal = WithSession(hasOpenTurn: false);

        Assert.Equal(code, await terminal.RunAsync("run", "--session", id, "hi"));
        if (code != 0)
        {
            Assert.Equal($"Error: There is no session '{id}'.\nNext: pryx session list\n", terminal.Error.ToString());
        }
    }

    private static TestTerminal WithSession(bool hasOpenTurn)
    {
        var terminal = new TestTerminal(new FakeClient
        {
            OpenTurn = hasOpenTurn ? new Turn { Id = FakeClient.FixedTurn, SessionId = FakeClient.FixedSession, Model = "fake/model" } : null,
            Play = core =>
            {
                core.Says(1, "Done.");
                core.Ends();
                return Task.CompletedTask;
            },
        });
        terminal.Client.Sessions.Add(FakeClient.SessionOf(Id, "Earlier", terminal.Home.Workspace));
        return terminal;
    }
}
