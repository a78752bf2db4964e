using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Tests.Commands.Run;

public sealed class ExitCodeTests
{
    [Theory]
    [Requirement("SRV1", "exit code reflects result")]
    [InlineData("completed", null, 0, 0)]
    [InlineData("failed", "INTERNAL", 0, 1)]
    [InlineData("failed", "TOOL_FAILED", 0, 1)]
    [InlineData("failed", "PROVIDER_AUTHENTICATION", 0, 4)]
    [InlineData("failed", "PROVIDER_RATE_LIMITED", 0, 4)]
    [InlineData("limited", "MAX_STEPS", 0, 5)]
    [InlineData("limited", "MAX_COST", 0, 5)]
    [InlineData("limited", "TIMEOUT", 0, 5)]
    [InlineData("cancelled", "STOPPED", 0, 130)]
    [InlineData("completed", null, 1, 3)]
    [InlineData("failed", "PROVIDER_NETWORK", 2, 3)]
    [InlineData("limited", "MAX_STEPS", 1, 3)]
    [InlineData("cancelled", "STOPPED", 1, 130)]
    public async Task The_way_a_turn_ended_is_the_exit_code(string outcome, string? code, int denied, int expected)
    {
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Ends(outcome, code, "what happened", denied);
                return Task.CompletedTask;
            },
        });

        Assert.Equal(expected, await terminal.RunAsync("run", "-q", "hi"));
        Assert.Equal(outcome == "completed" ? 0 : 1, terminal.Error.ToString().Split("what happened").Length - 1);
    }

    [Theory]
    [InlineData("PROVIDER_NOT_CONFIGURED", 4)]
    [InlineData("SESSION_BUSY", 1)]
    public async Task A_turn_that_could_not_start_says_what_to_do_next(string code, int expected)
    {
        using var terminal = new TestTerminal(new FakeClient { StartFailure = new PryxException(code, "It can not start.", "pryx provider set-key openai") });

        Assert.Equal(expected, await terminal.RunAsync("run", "hi"));
        Assert.Equal("Error: It can not start.\nNext: pryx provider set-key openai\n", terminal.Error.ToString());
        Assert.Equal("", terminal.Out.ToString());
    }

    [Theory]
    [InlineData("There is no prompt.", "run")]
    [InlineData("Unrecognized command or argument '--modle'", "run", "--modle", "x/y", "hi")]
    [InlineData("There is no routing strategy 'quickest'.", "run", "--route", "quickest", "hi")]
    [InlineData("--route and --model both choose the model.", "run", "--route", "cheapest", "-m", "x/y", "hi")]
    [InlineData("'soon' is not a duration.", "run", "--timeout", "soon", "hi")]
    [InlineData("There is no folder", "run", "-w", "nowhere", "hi")]
    [InlineData("--max-steps must be at least 1.", "run", "--max-steps", "0", "hi")]
    [InlineData("The prompt file could not be read", "run", "--file", "nowhere.txt")]
    [InlineData("The image could not be read", "run", "--image", "nowhere.png", "hi")]
    [InlineData("The output schema could not be read", "run", "--output-schema", "nowhere.json", "hi")]
    [InlineData("--continue and --session both", "run", "-c", "-s", "3f2a", "hi")]
    [InlineData("A session keeps the instructions", "run", "-c", "--system", "x", "hi")]
    [InlineData("Cannot parse argument 'many'", "run", "--max-steps", "many", "hi")]
    [InlineData("say what to do")]
    [InlineData("Required command", "session")]
    [InlineData("", "bogus")]
    public async Task A_command_line_that_makes_no_sense_ends_with_2_and_a_next_step(string message, params string[] args)
    {
        using var terminal = new TestTerminal(new FakeClient());

        Assert.Equal(2, await terminal.RunAsync(args));
        Assert.Contains(message, terminal.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", terminal.Out.ToString());
        Assert.Empty(terminal.Client.Started);
    }

    [Fact]
    public async Task A_bug_names_its_type_and_shows_its_stack_only_when_asked()
    {
        using var plain = new TestTerminal(new FakeClient { StartFailure = new InvalidOperationException("broken") });
        using var verbose = new TestTerminal(new FakeClient { StartFailure = new InvalidOperationException("broken") });

        Assert.Equal(1, await plain.RunAsync("run", "hi"));
        Assert.Equal(1, await verbose.RunAsync("run", "--verbose", "hi"));
        Assert.Equal("Error: InvalidOperationException: broken\nNext: run the same command with --verbose and report what it shows\n", plain.Error.ToString());
        Assert.Contains("   at Pryx.", verbose.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denial_for_want_of_a_person_prints_the_narrowest_flag()
    {
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Calls(1, "c1", "shell.exec", "Run dotnet test", "ask", "commands are asked", "--allow 'shell.exec:dotnet test*'");
                core.Done("c1", "shell.exec", "denied", "Denied: nobody can be asked");
                core.Calls(1, "c2", "shell.exec", "Run sh -c x", "ask", "an interpreter");
                core.Done("c2", "shell.exec", "denied", "Denied: nobody can be asked");
                core.Calls(1, "c3", "filesystem.write", "Write /etc/x", "deny", "outside workspace");
                core.Done("c3", "filesystem.write", "denied", "Denied by policy");
                core.Says(2, "I could not.");
                core.Ends(denied: 2);
                return Task.CompletedTask;
            },
        });

        Assert.Equal(3, await terminal.RunAsync("run", "-q", "test it"));
        Assert.Equal("I could not.\n", terminal.Out.ToString());
        Assert.Equal("""
            Denied: Run dotnet test (commands are asked); nobody could be asked.
            Next: add --allow 'shell.exec:dotnet test*', or run it in a terminal and answer there
            Denied: Run sh -c x (an interpreter); nobody could be asked.
            Next: run it in a terminal and answer there; no rule can allow this

            """.ReplaceLineEndings("\n"), terminal.Error.ToString());
    }
}
