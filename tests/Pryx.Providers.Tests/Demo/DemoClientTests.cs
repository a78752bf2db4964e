using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Providers.Demo;
using Pryx.Providers.Tests.Http;

namespace Pryx.Providers.Tests.Demo;

public class DemoClientTests
{
    private static ChatOptions Tools(params string[] names) => new() { Tools = [.. names.Select(Conversation.Tool)] };

    private static readonly ChatOptions All = Tools("list_dir", "write_file", "shell_exec");

    private static Conversation Ask() => new(new ChatMessage(ChatRole.System, "x"), new ChatMessage(ChatRole.User, "Fix my program."));

    private static string Said(Conversation talk) => string.Concat(talk.Messages[^1].Contents.OfType<TextContent>().Select(text => text.Text));

    [Fact]
    public async Task The_tour_lists_writes_runs_and_says_in_every_reply_that_it_is_no_AI()
    {
        var talk = Ask();
        var list = Assert.Single(await talk.StepAsync(new DemoClient(), All));
        Assert.Equal(("list_dir", """{"path":"."}"""), (list.Name, Heard.Raw(list)));
        talk.Answer(list, "src/\nREADME.md\n(3 more; list a folder below)");

        var write = Assert.Single(await talk.StepAsync(new DemoClient(), All));
        Assert.Contains("src/, README.md in your folder", Said(talk), StringComparison.Ordinal);
        using var arguments = JsonDocument.Parse(Heard.Raw(write));
        Assert.Equal(("write_file", "pryx-tour.md"), (write.Name, arguments.RootElement.GetProperty("path").GetString()));
        Assert.NotEmpty(arguments.RootElement.GetProperty("content").GetString()!);
        talk.Answer(write, "Wrote pryx-tour.md");

        var run = Assert.Single(await talk.StepAsync(new DemoClient(), All));
        Assert.Equal("shell_exec", run.Name);
        Assert.Contains("pryx-tour.md", Heard.Raw(run), StringComparison.Ordinal);
        talk.Answer(run, "exit code 0\n-rw-r--r-- 1 me me 300 pryx-tour.md");

        Assert.Empty(await talk.StepAsync(new DemoClient(), All));
        Assert.Contains("-rw-r--r-- 1 me me 300 pryx-tour.md", Said(talk), StringComparison.Ordinal);
        Assert.Contains("pryx provider set-key", Said(talk), StringComparison.Ordinal);

        talk.Say("And now?");
        Assert.Empty(await talk.StepAsync(new DemoClient(), All));
        Assert.Equal(3, new[] { list, write, run }.Select(call => call.CallId).Distinct().Count());
        Assert.All(talk.Messages.Where(message => message.Role == ChatRole.Assistant), message =>
            Assert.StartsWith("Demo, no AI:", string.Concat(message.Contents.OfType<TextContent>().Select(text => text.Text)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Denials_are_answered_kindly_and_the_tour_goes_on()
    {
        var talk = Ask();
        for (var step = 0; step < 3; step++)
        {
            talk.Answer(Assert.Single(await talk.StepAsync(new DemoClient(), All)), "Denied by the user.", isError: true);
            Assert.Equal(step, talk.Messages.Count(message => message.Role == ChatRole.Tool) - 1);
        }
        Assert.Empty(await talk.StepAsync(new DemoClient(), All));
        Assert.Contains("that is fine", Said(talk), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_messages_give_the_same_step_and_input_in_between_does_not_restart_it()
    {
        var talk = Ask();
        talk.Answer(Assert.Single(await talk.StepAsync(new DemoClient(), All)), "a.txt");
        var first = await Heard.FromAsync(new DemoClient(), talk.Messages, All);
        var again = await Heard.FromAsync(new DemoClient(), talk.Messages, All);
        Assert.Equal(first.Summary, again.Summary);
        talk.Say("Hurry.");
        Assert.Equal("write_file", Assert.Single(await talk.StepAsync(new DemoClient(), All)).Name);
    }

    [Fact]
    public async Task Steps_without_their_tool_are_left_out()
    {
        var talk = Ask();
        Assert.Equal("shell_exec", Assert.Single(await talk.StepAsync(new DemoClient(), Tools("shell_exec"))).Name);
        Assert.Empty(await Ask().StepAsync(new DemoClient(), new()));
    }
}
