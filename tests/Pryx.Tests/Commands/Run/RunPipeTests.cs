namespace Pryx.Tests.Commands.Run;

public sealed class RunPipeTests
{
    private const string Summary = "1,234 in (1,000 cached) · 56 out · $0.0123 · 0.0 s · session 3f2a0000-0000-4000-8000-000000000001\n";

    [Fact]
    public async Task A_pipe_gets_the_final_answer_and_nothing_else()
    {
        using var terminal = Playing(core =>
        {
            core.Delta(1, "I look ");
            core.Delta(1, "first.");
            core.Says(1, "I look first.");
            core.Calls(1, "c1", "filesystem.read", "read src/a.cs");
            core.Runs("c1", "filesystem.read", "read src/a.cs");
            core.Done("c1", "filesystem.read", "completed", "1 x");
            core.Delta(2, "It is ");
            core.Delta(2, "fine.");
            core.Says(2, "It is fine.");
            core.Ends();
        });

        Assert.Equal(0, await terminal.RunAsync("run", "look at it"));
        Assert.Equal("It is fine.\n", terminal.Out.ToString());
        Assert.Equal("I look first.\n● read src/a.cs\n" + Summary, terminal.Error.ToString());
        Assert.True(terminal.Client.IsDisposed);
    }

    [Fact]
    public async Task Text_streamed_before_a_retry_is_not_printed_into_a_pipe()
    {
        using var terminal = Playing(core =>
        {
            core.Delta(1, "Half an ans");
            core.Retry(1, 1, 2_000, "the stream was cut");
            core.Delta(1, "A whole answer.");
            core.Says(1, "A whole answer.");
            core.Ends();
        });

        Assert.Equal(0, await terminal.RunAsync("run", "hi"));
        Assert.Equal("A whole answer.\n", terminal.Out.ToString());
        Assert.StartsWith("↻ the stream was cut: asking the model again in 2 s (attempt 2)\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_whose_deltas_were_all_dropped_is_printed_from_the_stored_item()
    {
        using var terminal = Playing(core =>
        {
            core.Says(1, "Stored\nanswer\n");
            core.Ends();
        });

        await terminal.RunAsync("run", "hi");
        Assert.Equal("Stored\nanswer\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task Into_a_pipe_goes_the_reply_as_it_is_also_with_escape_sequences()
    {
        using var terminal = Playing(core =>
        {
            core.Says(1, "a\e[31mb");
            core.Ends();
        });

        await terminal.RunAsync("run", "hi");
        Assert.Equal("a\e[31mb\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task Quiet_leaves_only_the_answer()
    {
        using var terminal = Playing(core =>
        {
            core.Says(1, "Looking.");
            core.Calls(1, "c1", "filesystem.read", "read a");
            core.Runs("c1", "filesystem.read", "read a");
            core.Says(2, "Yes.");
            core.Ends();
        });

        Assert.Equal(0, await terminal.RunAsync("run", "-q", "hi"));
        Assert.Equal("Yes.\n", terminal.Out.ToString());
        Assert.Equal("", terminal.Error.ToString());
    }

    [Fact]
    public async Task A_failed_and_a_denied_tool_are_shown_with_their_reason()
    {
        using var terminal = Playing(core =>
        {
            core.Calls(1, "c1", "filesystem.write", "write /etc/x", "deny", "outside workspace");
            core.Done("c1", "filesystem.write", "denied", "Denied by policy: outside workspace");
            core.Calls(1, "c2", "shell.exec", "run make");
            core.Runs("c2", "shell.exec", "run make");
            core.Done("c2", "shell.exec", "failed", "exit code 2\nno rule");
            core.Says(2, "Could not.");
            core.Ends();
        });

        await terminal.RunAsync("run", "hi");
        Assert.Equal("""
            ✗ write /etc/x (denied: outside workspace)
              ⎿ denied: Denied by policy: outside workspace
            ● run make
              ⎿ failed: exit code 2

            """.ReplaceLineEndings("\n") + Summary, terminal.Error.ToString());
    }

    [Fact]
    public async Task What_a_tool_says_can_not_write_escape_sequences_to_the_terminal()
    {
        using var terminal = Playing(core =>
        {
            core.Calls(1, "c1", "shell.exec", "run \e]0;owned\a ls");
            core.Runs("c1", "shell.exec", "run \e]0;owned\a ls");
            core.Done("c1", "shell.exec", "failed", "\e[2J\u202Egnp.exe");
            core.Says(2, "Done.");
            core.Ends();
        });

        await terminal.RunAsync("run", "hi");
        Assert.DoesNotContain('\e', terminal.Error.ToString());
        Assert.DoesNotContain('\u202E', terminal.Error.ToString());
        Assert.Contains("● run ␛]0;owned␇ ls\n  ⎿ failed: ␛[2J<U+202E>gnp.exe\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reasoning_is_shown_only_when_asked_for()
    {
        static void Play(FakeClient core)
        {
            core.Thought(1, "Hmm, ");
            core.Thought(1, "easy.");
            core.Says(1, "4");
            core.Ends();
        }
        using var without = Playing(Play);
        using var with = Playing(Play);

        await without.RunAsync("run", "2+2");
        await with.RunAsync("run", "--thinking", "2+2");
        Assert.DoesNotContain("Hmm", without.Error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Hmm, easy.\n", with.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("4\n", with.Out.ToString());
    }

    [Fact]
    public async Task The_subscription_stands_before_the_turn_starts_and_asks_for_new_events_only()
    {
        using var terminal = Playing(core =>
        {
            core.OfAnotherTurn(new Protocol.Items.Reply("not mine"));
            core.Says(1, "Mine.");
            core.Ends();
        });

        await terminal.RunAsync("run", "hi");
        Assert.Equal(["subscribe", "start"], terminal.Client.Log);
        Assert.Equal(7, terminal.Client.AfterVersion);
        Assert.False(terminal.Client.CanApprove);
        Assert.Equal("Mine.\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task An_unknown_price_is_said_to_be_unknown()
    {
        using var terminal = Playing(core =>
        {
            core.Says(1, "Hi.");
            core.Ends(cost: null);
        });

        await terminal.RunAsync("run", "hi");
        Assert.Contains(" · cost unknown · ", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_options_reach_the_turn()
    {
        using var terminal = Playing(core => core.Ends());
        await terminal.RunAsync("run", "-m", "openai/gpt-4o", "--policy", "ask", "--allow", "a:b", "--allow", "c:d", "--approve-all", "--max-steps", "5",
            "--max-cost", "0.5", "--timeout", "1m30s", "--system", "be brief", "--local", "do", "it");

        var turn = Assert.Single(terminal.Client.Started);
        Assert.Equal(("openai/gpt-4o", "ask", true, 5, 0.5m, TimeSpan.FromSeconds(90)), (turn.Model, turn.Policy, turn.ApproveAll, turn.MaxSteps, turn.MaxCostUsd, turn.Timeout));
        Assert.Equal(["a:b", "c:d"], turn.Allow);
        Assert.Equal(("do it", "cli", "cli:alice"), (turn.Text, turn.Surface, turn.Principal));
        Assert.Equal(("be brief", terminal.Home.Workspace), (terminal.Client.Created!.SystemPrompt, terminal.Client.Created.Workspace));
        Assert.True(terminal.Connected!.IsLocal);
    }

    private static TestTerminal Playing(Action<FakeClient> play) => new(new FakeClient
    {
        Play = core =>
        {
            play(core);
            return Task.CompletedTask;
        },
    });
}
