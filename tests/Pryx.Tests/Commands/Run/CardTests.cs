using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Tests.Commands.Run;

public sealed class CardTests
{
    private static readonly ApprovalId Id = new(Guid.Parse("a0000000-0000-4000-8000-000000000003"));

    [Fact]
    public async Task A_command_card_shows_the_command_the_reason_the_rule_and_what_each_answer_covers()
    {
        var (text, answer) = await AnswerAsync(Command() with { FolderGrant = "edit files and run sandboxed commands here" }, "y");

        Assert.Equal("""
            ── Approval ────────────────────────────────────────────────────────────
              shell.exec: Run dotnet test --filter A

                $ dotnet test --filter A

              Why: commands are asked one by one, no sandbox works here
              Rule: mode:workspace-only

              y  yes, once
              n  no
              f  yes, and from now on in this folder: edit files and run sandboxed
                 commands here
              s  yes, for this session: shell.exec:dotnet test*
              a  yes, always: shell.exec:dotnet test*
              e  edit the arguments; you are asked about the new ones
              Answer: y

            """.ReplaceLineEndings("\n"), text);
        Assert.Equal((true, GrantDuration.Once, "cli:alice"), (answer.Approved, answer.Duration, answer.AnsweredBy));
    }

    [Theory]
    [InlineData("y", true, GrantDuration.Once, false, null)]
    [InlineData("Y", true, GrantDuration.Once, false, null)]
    [InlineData("s", true, GrantDuration.Session, false, null)]
    [InlineData("a", true, GrantDuration.Forever, false, null)]
    [InlineData("f", true, GrantDuration.Forever, true, null)]
    [InlineData("n\n", false, GrantDuration.Once, false, null)]
    [InlineData("nnot noo\bw\n", false, GrantDuration.Once, false, "not now")]
    [InlineData("n\e", false, GrantDuration.Once, false, null)]
    [InlineData("\nq y", true, GrantDuration.Once, false, null)]
    public async Task A_key_is_an_answer_and_a_stray_one_is_none(string keys, bool approved, GrantDuration duration, bool takesFolder, string? reason)
    {
        var (_, answer) = await AnswerAsync(Command() with { FolderGrant = "this folder" }, keys);

        Assert.Equal((approved, duration, takesFolder, reason), (answer.Approved, answer.Duration, answer.TakesFolderGrant, answer.Reason));
    }

    [Fact]
    public async Task Session_and_always_are_not_offered_without_a_pattern()
    {
        var (text, answer) = await AnswerAsync(Command() with { Pattern = null }, "say");

        Assert.DoesNotContain("always", text, StringComparison.Ordinal);
        Assert.DoesNotContain("this session", text, StringComparison.Ordinal);
        Assert.Contains("type one of y, n, e\n", text, StringComparison.Ordinal);
        Assert.Equal(GrantDuration.Once, answer.Duration);
    }

    [Fact]
    public async Task A_long_diff_is_cut_to_the_screen_and_shown_whole_on_d()
    {
        var diff = "--- a/x\n+++ b/x\n@@ -1,40 +1,40 @@\n" + string.Join('\n', Enumerable.Range(1, 40).Select(i => $"+line {i}"));
        var (text, _) = await AnswerAsync(Command() with { Preview = diff, PreviewKind = PreviewKind.Diff }, "dy", height: 24);

        Assert.Contains("    +line 7\n    … 33 more lines, press d to see all\n", text, StringComparison.Ordinal);
        Assert.Contains("    +line 40\n", text[text.IndexOf("Answer: d", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_diff_is_coloured_where_colours_are_wanted()
    {
        var approval = Command() with { Preview = "@@ -1 +1 @@\n-old\n+new", PreviewKind = PreviewKind.Diff };
        var (text, _) = await AnswerAsync(approval, "y", change: terminal => terminal.With(io => io with { Environment = io.Environment with { WantsNoColor = false } }));

        Assert.Contains("\e[31m-old\e[0m\n", text, StringComparison.Ordinal);
        Assert.Contains("\e[32m+new\e[0m\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_text_can_neither_hide_nor_recolour_anything()
    {
        var (text, _) = await AnswerAsync(Command() with { Preview = "ls\r\e[2K\e[8mrm -rf ~\u202E\u200B", Summary = "Run \e[1A ls" }, "y");

        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain('\r', text);
        Assert.Contains("$ ls␍␛[2K␛[8mrm -rf ~<U+202E><U+200B>\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_narrow_terminal_shows_the_whole_command_wrapped()
    {
        var command = "dotnet test --filter " + string.Join('|', Enumerable.Range(1, 20).Select(i => $"Name{i}"));
        var (text, _) = await AnswerAsync(Command() with { Preview = command }, "y", width: 60);

        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 60, line));
        Assert.Contains(command.Replace(" ", "", StringComparison.Ordinal), text.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edited_arguments_come_back_as_they_were_typed()
    {
        var (_, answer) = await AnswerAsync(Command(), "e", change: terminal => terminal.With(io => io with
        {
            EditAsync = (text, _, _) => Task.FromResult<string?>(text.Replace("--filter A", "--filter B", StringComparison.Ordinal)),
        }));

        Assert.True(answer.Approved);
        Assert.Equal("dotnet test --filter B", answer.EditedArgs!.Value.GetProperty("command").GetString());
    }

    [Fact]
    public async Task Arguments_that_are_no_longer_JSON_change_nothing_and_the_question_stands()
    {
        var (text, answer) = await AnswerAsync(Command(), "e}\nn\n");

        Assert.Contains("That is not JSON", text, StringComparison.Ordinal);
        Assert.False(answer.Approved);
    }

    [Theory]
    [InlineData("2\n", "blue", true)]
    [InlineData("dark green\n", "dark green", true)]
    [InlineData("9\n", "9", true)]
    [InlineData("\n", null, false)]
    [InlineData("\e", null, false)]
    public async Task A_question_of_the_model_takes_a_number_or_own_words(string keys, string? expected, bool approved)
    {
        var (text, answer) = await AnswerAsync(Command() with { Kind = ApprovalKind.Question, Summary = "Which colour?", Choices = ["red", "blue"] }, keys);

        Assert.Contains("  Which colour?\n  1  red\n  2  blue\n  Answer (1-2, or your own words): ", text, StringComparison.Ordinal);
        Assert.Equal((expected, approved), (answer.Text, answer.Approved));
    }

    [Fact]
    public async Task Keys_typed_before_the_card_are_not_taken_for_an_answer()
    {
        using var terminal = new TestTerminal(new FakeClient()).WithTerminal();
        terminal.Keys.Type("yyy");
        terminal.Keys.Shown = () => terminal.Keys.Type("n\n");
        terminal.Client.Play = async core =>
        {
            await core.AskAsync(Command());
            core.Ends();
        };

        await terminal.RunAsync("run", "test");
        Assert.False(Assert.Single(terminal.Client.Answers).Answer.Approved);
    }

    [Fact]
    public async Task A_card_answered_elsewhere_says_so_and_goes()
    {
        using var terminal = new TestTerminal(new FakeClient()).WithTerminal();
        terminal.Client.Play = async core =>
        {
            var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            terminal.Keys.Shown = shown.SetResult;
            _ = core.AskAsync(Command());
            await shown.Task;
            core.Runs("c1", "shell.exec", "Run dotnet test");
            core.Resolves(Id, approved: true, by: "web:bob");
            core.Says(2, "Green.");
            core.Ends();
        };

        Assert.Equal(0, await terminal.RunAsync("run", "test"));
        Assert.Empty(terminal.Client.Answers);
        var text = terminal.Error.ToString();
        Assert.Contains("  approved elsewhere by web:bob\n● Run dotnet test\n", text, StringComparison.Ordinal);
        Assert.Equal("Green.\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task A_second_question_waits_for_the_first_card()
    {
        using var terminal = new TestTerminal(new FakeClient()).WithTerminal();
        terminal.Keys.Shown = () => terminal.Keys.Type("y");
        terminal.Client.Play = async core =>
        {
            await Task.WhenAll(core.AskAsync(Command()), core.AskAsync(Command() with { Id = ApprovalId.New(), Summary = "Run make" }));
            core.Ends();
        };

        Assert.Equal(0, await terminal.RunAsync("run", "test"));
        Assert.Equal(2, terminal.Client.Answers.Count);
        Assert.True(terminal.Error.ToString().IndexOf("Run make", StringComparison.Ordinal) > terminal.Error.ToString().IndexOf("Answer: y", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proposal_shows_what_it_would_and_would_not_cover_and_is_taken_with_one_key()
    {
        var proposal = new GrantProposal("shell.exec:dotnet test*", "host", "/w", 90, 3)
        {
            WouldCover = ["dotnet test --filter A"],
            WouldNotCover = [new("dotnet test; rm -rf ~", "ask", "asked one by one"), new("dotnet nuget push x", "deny", "no")],
        };
        var (text, answer) = await AnswerAsync(Command() with { Proposal = proposal }, "g");

        Assert.Contains("would cover      dotnet test --filter A\n", text, StringComparison.Ordinal);
        Assert.Contains("would not cover  dotnet test; rm -rf ~ (asked)\n", text, StringComparison.Ordinal);
        Assert.Contains("would not cover  dotnet nuget push x (denied)\n", text, StringComparison.Ordinal);
        Assert.Contains("g  yes, and from now on in this folder, for 90 days:", text, StringComparison.Ordinal);
        Assert.Equal((true, true, false), (answer.Approved, answer.TakesProposal, answer.TakesFolderGrant));
        Assert.False((await AnswerAsync(Command(), "gy")).Answer.TakesProposal);
    }

    private static Approval Command() => new()
    {
        Id = Id,
        SessionId = FakeClient.FixedSession,
        Kind = ApprovalKind.Tool,
        Tool = "shell.exec",
        Args = JsonDocument.Parse("""{"command":"dotnet test --filter A"}""").RootElement,
        Summary = "Run dotnet test --filter A",
        Preview = "dotnet test --filter A",
        PreviewKind = PreviewKind.Command,
        Reason = "commands are asked one by one, no sandbox works here",
        Rule = "mode:workspace-only",
        Pattern = "shell.exec:dotnet test*",
    };

    private static async Task<(string Text, ApprovalAnswer Answer)> AnswerAsync(Approval approval, string keys, int width = 73, int height = 40, Action<TestTerminal>? change = null)
    {
        using var terminal = new TestTerminal(new FakeClient()).WithTerminal(width, height);
        change?.Invoke(terminal);
        terminal.Keys.Shown = () => terminal.Keys.Type(keys);
        terminal.Client.Play = async core =>
        {
            await core.AskAsync(approval);
            core.Ends();
        };
        Assert.Equal(0, await terminal.RunAsync("run", "-q", "test"));
        Assert.True(terminal.Client.CanApprove);
        return (terminal.Error.ToString(), Assert.Single(terminal.Client.Answers).Answer);
    }
}
