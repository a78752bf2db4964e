using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;

namespace Pryx.Tests.Commands.Sessions;

public sealed class SessionCommandTests
{
    private const string First = "3f2a1111-0000-4000-8000-000000000001";
    private const string Second = "3f2b2222-0000-4000-8000-000000000002";

    [Fact]
    [Requirement("CLI14", "list")]
    public async Task A_list_shows_id_age_size_cost_and_title()
    {
        using var terminal = WithSessions();
        terminal.Time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(0, await terminal.RunAsync("session", "list"));
        Assert.Equal("""
            3f2a1111  3 h ago           4 msg  $0.50      Fix the ␛[31mbuild
            3f2b2222  3 h ago           4 msg  $0.50      Other

            """.ReplaceLineEndings("\n"), terminal.Out.ToString());
    }

    [Fact]
    [Requirement("CLI14", "list --json")]
    public async Task A_list_is_an_array_in_JSON()
    {
        using var terminal = WithSessions();

        Assert.Equal(0, await terminal.RunAsync("sessions", "list", "--json"));
        var list = JsonDocument.Parse(terminal.Out.ToString()).RootElement;
        Assert.Equal([First, Second], list.EnumerateArray().Select(session => session.GetProperty("id").GetString()));
    }

    [Fact]
    [Requirement("CLI14", "empty list")]
    public async Task An_empty_list_says_how_to_start_and_is_an_empty_array_in_JSON()
    {
        using var terminal = new TestTerminal(new FakeClient());
        using var json = new TestTerminal(new FakeClient());

        Assert.Equal(0, await terminal.RunAsync("session", "list"));
        Assert.Equal(0, await json.RunAsync("session", "list", "--json"));
        Assert.Equal("No sessions yet. Start one: pryx run \"what to do\"\n", terminal.Out.ToString());
        Assert.Equal("[]\n", json.Out.ToString());
    }

    [Fact]
    public async Task A_session_is_compacted_and_the_notice_is_what_is_printed()
    {
        using var terminal = WithSessions();
        terminal.Client.Play = static client =>
        {
            client.Add(new Notice("context", "Session summarized to fit context window: the oldest 12 messages became a summary."));
            client.Ends();
            return Task.CompletedTask;
        };

        Assert.Equal(0, await terminal.RunAsync("session", "compact", "3f2a", "--instructions", "keep the names"));
        Assert.Equal("Session summarized to fit context window: the oldest 12 messages became a summary.\n", terminal.Out.ToString());
        Assert.Equal("keep the names", Assert.Single(terminal.Client.Started).Compact!.Instructions);
    }

    [Theory]
    [Requirement("CLI14", "get")]
    [InlineData("show")]
    [InlineData("get")]
    [InlineData("view")]
    public async Task A_session_is_shown_with_its_items(string command)
    {
        using var terminal = WithSessions();

        Assert.Equal(0, await terminal.RunAsync("session", command, "3f2a"));
        Assert.Equal("""
            Fix the ␛[31mbuild
            Session 3f2a1111-0000-4000-8000-000000000001 · openai/gpt-4o · updated just now
            Folder /src/app
            1,000 in (10 cached) · 50 out · $0.50

            You: Fix it
            ● run_command {"command":"make"}
              ⎿ completed: ok⏎second line
              approved (once) by cli:alice

            Pryx: Fixed. ``` x

            """.ReplaceLineEndings("\n"), terminal.Out.ToString());
    }

    [Fact]
    public async Task Verbose_shows_reasoning_and_whole_results()
    {
        using var terminal = WithSessions();

        await terminal.RunAsync("session", "show", "3f2a", "--verbose");
        Assert.Contains("\nLet me see.\n", terminal.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("  completed:\nok\nsecond line\n", terminal.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show")]
    [InlineData("export")]
    [InlineData("fork")]
    [InlineData("delete")]
    public async Task A_session_that_does_not_exist_ends_with_1_and_the_next_command(string command)
    {
        using var terminal = WithSessions();

        Assert.Equal(1, await terminal.RunAsync("session", command, "beef"));
        Assert.Equal("Error: There is no session 'beef'.\nNext: pryx session list\n", terminal.Error.ToString());
    }

    [Fact]
    public async Task A_beginning_that_two_sessions_share_is_refused()
    {
        using var terminal = WithSessions();
        terminal.Client.Sessions.Add(FakeClient.SessionOf("3f2a9999-0000-4000-8000-000000000003", "Third"));

        Assert.Equal(1, await terminal.RunAsync("session", "show", "3f2a"));
        Assert.StartsWith("Error: 2 sessions begin with '3f2a'.\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("CLI14", "export")]
    public async Task An_export_holds_every_item_in_JSON_and_can_not_be_broken_out_of_in_Markdown()
    {
        using var json = WithSessions();
        using var markdown = WithSessions();

        Assert.Equal(0, await json.RunAsync("session", "export", "3f2a"));
        Assert.Equal(0, await markdown.RunAsync("session", "export", "3f2a", "--format", "markdown", "--output", "talk.md"));
        var exported = JsonDocument.Parse(json.Out.ToString()).RootElement;
        Assert.Equal(First, exported.GetProperty("session").GetProperty("id").GetString());
        Assert.Equal(["user_message", "reasoning", "tool_call", "tool_result", "approval", "reply"],
            exported.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        var text = await File.ReadAllTextAsync(Path.Combine(markdown.Home.Workspace, "talk.md"), TestContext.Current.CancellationToken);
        Assert.Contains("\n## User\n\nFix it\n", text, StringComparison.Ordinal);
        Assert.Contains("### Tool call: run_command\n\n```json\n{\"command\":\"make\"}\n```\n", text, StringComparison.Ordinal);
        Assert.Contains("*Approved (once) by cli:alice*", text, StringComparison.Ordinal);
        Assert.Equal("", markdown.Out.ToString());
    }

    [Fact]
    public async Task An_unknown_format_is_a_usage_error()
    {
        using var terminal = WithSessions();
        Assert.Equal(2, await terminal.RunAsync("session", "export", "3f2a", "--format", "pdf"));
    }

    [Theory]
    [Requirement("CLI14", "delete")]
    [InlineData("delete", "yes\n", false, 0)]
    [InlineData("rm", "y\n", false, 1)]
    [InlineData("remove", "", false, 1)]
    [InlineData("delete", "", true, 0)]
    public async Task Deleting_wants_yes_or_force(string command, string answer, bool isForced, int code)
    {
        using var terminal = WithSessions().With(io => io with { OpenIn = () => new StringReader(answer) });

        Assert.Equal(code, await terminal.RunAsync(isForced ? ["session", command, First, "--force"] : ["session", command, First]));
        Assert.Equal(code == 0 ? 1 : 2, terminal.Client.Sessions.Count);
        Assert.Equal(isForced ? "" : "Delete \"Fix the ␛[31mbuild\" with everything in it? Type 'yes': ", terminal.Error.ToString().Replace("Not deleted.\n", "", StringComparison.Ordinal));
    }

    [Fact]
    [Requirement("CLI14", "fork")]
    public async Task A_fork_names_the_new_session_and_how_to_go_on()
    {
        using var terminal = WithSessions();

        Assert.Equal(0, await terminal.RunAsync("session", "fork", "3f2b", "--title", "Another way"));
        Assert.Equal($"Forked into {FakeClient.FixedSession}: Another way\nGo on with: pryx run --session {FakeClient.FixedSession} \"what to do\"\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task A_search_shows_where_the_words_are()
    {
        using var terminal = WithSessions();
        terminal.Client.Hits.Add(new SessionHit(new SessionId(Guid.Parse(First)), "Fix", FakeClient.Then, "reply", "the «retry» policy\nof"));

        Assert.Equal(0, await terminal.RunAsync("session", "search", "retry", "policy"));
        Assert.Equal("3f2a1111  just now      Fix\n          reply: the «retry» policy⏎of\n", terminal.Out.ToString());
    }

    [Fact]
    public async Task A_search_without_hits_says_what_to_try()
    {
        using var terminal = WithSessions();
        Assert.Equal(0, await terminal.RunAsync("session", "search", "nothing"));
        Assert.StartsWith("Nothing found for \"nothing\".", terminal.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_examples_and_is_on_stdout()
    {
        using var terminal = new TestTerminal(new FakeClient());

        Assert.Equal(0, await terminal.RunAsync("session", "--help"));
        Assert.Contains("Examples:\n  pryx session list\n", terminal.Out.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal("", terminal.Error.ToString());
    }

    private static TestTerminal WithSessions()
    {
        var terminal = new TestTerminal(new FakeClient());
        terminal.Client.Sessions.Add(FakeClient.SessionOf(First, "Fix the \e[31mbuild", "/src/app"));
        terminal.Client.Sessions.Add(FakeClient.SessionOf(Second, "Other"));
        terminal.Client.Items.AddRange(
        [
            new UserMessage("Fix it"),
            new Reasoning("Let me see."),
            new ToolCall("c1", "run_command", "shell.exec", """{"command":"make"}"""),
            new ToolResult("c1", ToolStatus.Completed, "ok\nsecond line"),
            new ApprovalRecord(ApprovalId.New(), "c1", true, "once") { AnsweredBy = "cli:alice" },
            new Reply("Fixed. ``` x"),
        ]);
        return terminal;
    }
}
