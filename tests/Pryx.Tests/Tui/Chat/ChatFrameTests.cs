using Pryx.Protocol.Items;
using Pryx.Tui.Input;

namespace Pryx.Tests.Tui.Chat;

/// <summary>What a chat looks like, and who gets which key.</summary>
public sealed class ChatFrameTests
{
    [Theory]
    [InlineData(60, 15)]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public async Task An_empty_chat_names_model_folder_mode_and_the_first_keys(int width, int height)
    {
        using var chat = new ChatBench(width, height);

        await chat.Bench.ShowsAsync("fake/model");

        Assert.True(chat.Frame.Split('\n').Count(static line => line.Trim().Length > 0) >= 8);
        chat.Bench.Snapshot($"chat-empty-{width}x{height}");
    }

    [Theory]
    [InlineData(60, 15)]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public async Task A_question_stands_above_the_input_with_all_its_answers(int width, int height)
    {
        using var chat = new ChatBench(width, height, (client, _) => client.Play = async core =>
        {
            core.Says(1, "I run the **tests** first:\n\n- all of them\n- then the `lint`\n");
            core.Calls(1, "c1", "shell.exec", "Run dotnet test", "ask");
            await core.AskAsync(ChatBench.Question());
        });

        await chat.SayAsync("please test", "Approval");
        chat.Bench.Advance(TimeSpan.FromSeconds(1));

        foreach (var answer in new[] { "yes, once", "no", "session", "always", "edit", "explain" })
        {
            Assert.Contains(answer, chat.Frame, StringComparison.Ordinal);
        }
        chat.Bench.Snapshot($"chat-question-{width}x{height}");
    }

    [Fact]
    public async Task A_letter_answers_the_question_once_the_keys_have_been_still()
    {
        using var chat = await AskedAsync();

        chat.Bench.Advance(TimeSpan.FromSeconds(1)).Type("y").Advance(TimeSpan.FromMilliseconds(300));

        Assert.True(Assert.Single(chat.Client.Answers).Answer.Approved);
    }

    [Fact]
    public async Task Words_that_were_being_typed_when_the_question_came_go_to_the_input()
    {
        using var chat = await AskedAsync();

        chat.Bench.Type("yes and now").Advance(TimeSpan.FromSeconds(2));

        Assert.Empty(chat.Client.Answers);
        Assert.Contains("yes and now", chat.Frame, StringComparison.Ordinal);
        Assert.Contains("Alt+y", chat.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_that_begins_with_an_answers_letter_is_a_word()
    {
        using var chat = await AskedAsync();

        chat.Bench.Advance(TimeSpan.FromSeconds(2)).Type("no way").Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(chat.Client.Answers);
        Assert.Contains("no way", chat.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alt_answers_while_something_is_typed_and_a_refusal_takes_it_as_its_reason()
    {
        using var chat = await AskedAsync();

        chat.Bench.Type("use make instead").Press(Key.Alt('n')).Advance(TimeSpan.FromMilliseconds(300));

        var answer = Assert.Single(chat.Client.Answers).Answer;
        Assert.False(answer.Approved);
        Assert.Equal("use make instead", answer.Reason);
    }

    [Fact]
    public async Task Another_surfaces_answer_takes_the_card_away()
    {
        using var chat = await AskedAsync();

        chat.Client.Resolves(ChatBench.Question().Id, approved: true, "web:alice");

        await chat.Bench.UntilAsync(() => !chat.Frame.Contains("Approval", StringComparison.Ordinal), "The card stayed");
        Assert.Empty(chat.Client.Answers);
    }

    [Fact]
    public async Task A_failed_turn_says_why_what_next_and_its_trace()
    {
        using var chat = new ChatBench(prepare: (client, _) => client.Play = core =>
        {
            core.Ends("failed", "PROVIDER_UNAVAILABLE", "The provider answers nothing.");
            return Task.CompletedTask;
        });

        await chat.SayAsync("hello", "The provider answers nothing.");

        Assert.Contains("PROVIDER_UNAVAILABLE", chat.Frame, StringComparison.Ordinal);
        Assert.Contains("→", chat.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_Core_is_away_that_is_said_and_what_is_typed_stays()
    {
        using var chat = new ChatBench();
        await chat.Bench.ShowsAsync("fake/model");
        chat.Bench.Type("a long thought");

        chat.Link.IsAway = true;
        chat.Bench.Advance(TimeSpan.FromSeconds(6));
        await chat.Bench.ShowsAsync("Core is away");
        Assert.Contains("a long thought", chat.Frame, StringComparison.Ordinal);

        chat.Link.IsAway = false;
        chat.Bench.Advance(TimeSpan.FromSeconds(3));
        await chat.Bench.UntilAsync(() => !chat.Frame.Contains("Core is away", StringComparison.Ordinal), "Core did not come back");
        Assert.Contains("a long thought", chat.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escape_sequences_of_a_model_are_shown_and_do_nothing()
    {
        using var chat = new ChatBench(prepare: (client, _) => client.Play = core =>
        {
            core.Says(1, "before \u001b[2J\u001b]0;owned\u0007 after\u202Egnp.exe");
            core.Ends();
            return Task.CompletedTask;
        });

        await chat.SayAsync("hello", "after");

        Assert.DoesNotContain('\u001b', chat.Frame);
        Assert.DoesNotContain('\u202E', chat.Frame);
    }

    [Fact]
    public async Task Slash_completes_commands_and_those_of_files()
    {
        using var chat = new ChatBench();
        await chat.Bench.ShowsAsync("fake/model");

        chat.Bench.Type("/rev");

        Assert.Contains("/review", chat.Frame, StringComparison.Ordinal);
        Assert.Contains("Reviews a file", chat.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_resumed_shows_its_end_and_its_tools()
    {
        using var chat = new ChatBench(session: FakeClient.FixedSession, prepare: (client, _) =>
        {
            client.Sessions.Add(FakeClient.SessionOf(FakeClient.FixedSession.ToString(), "Tidy up") with { Id = FakeClient.FixedSession });
            client.Items.AddRange(
            [
                new UserMessage("list the files") { TurnId = FakeClient.FixedTurn, CreatedAt = FakeClient.Then },
                new ToolCall("c1", "list_dir", "filesystem.list", """{"path":"src"}""") { TurnId = FakeClient.FixedTurn, CreatedAt = FakeClient.Then, Step = 1 },
                new ToolResult("c1", ToolStatus.Completed, "a.cs\nb.cs\n") { TurnId = FakeClient.FixedTurn, CreatedAt = FakeClient.Then, Step = 1 },
                new Reply("Two files:\n\n| file | lines |\n|---|--:|\n| a.cs | 12 |\n| b.cs | 7 |\n\n```cs\nvar x = 1; // one\n```\n") { TurnId = FakeClient.FixedTurn, CreatedAt = FakeClient.Then, Step = 2 },
            ]);
        });

        await chat.Bench.ShowsAsync("b.cs │");

        Assert.Contains("List src", chat.Frame, StringComparison.Ordinal);
        chat.Bench.Snapshot("chat-resumed-80x24");
    }

    [Theory]
    [InlineData(60, 15)]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public async Task Sessions_and_help_are_reached_by_number(int width, int height)
    {
        using var chat = new ChatBench(width, height, (client, _) =>
        {
            client.Sessions.Add(FakeClient.SessionOf("3f2a0000-0000-4000-8000-000000000011", "Tidy up", "/home/you/project"));
            client.Sessions.Add(FakeClient.SessionOf("3f2a0000-0000-4000-8000-000000000012", "Write the guide", "/home/you/project"));
        });
        await chat.Bench.ShowsAsync("fake/model");

        chat.Bench.Press(Key.Alt('2'));
        await chat.Bench.ShowsAsync("Write the guide");
        chat.Bench.Snapshot($"sessions-{width}x{height}");

        chat.Bench.Press(Key.Of('?'));
        await chat.Bench.ShowsAsync("Everywhere");
        chat.Bench.Snapshot($"help-{width}x{height}");
    }

    private static async Task<ChatBench> AskedAsync()
    {
        var chat = new ChatBench(prepare: (client, _) => client.Play = async core =>
        {
            core.Calls(1, "c1", "shell.exec", "Run dotnet test", "ask");
            await core.AskAsync(ChatBench.Question());
        });
        await chat.SayAsync("please test", "Approval");
        return chat;
    }
}
