using System.Text.Json;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>What goes in and out of a run as text: prompts and <c>--json</c>.</summary>
public sealed class OutputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("ARC4", "valid JSON")]
    [Requirement("ARC4", "version monotonic")]
    public async Task Json_lines_parse_with_rising_versions_one_terminal_event_and_the_result_last()
    {
        await using var provider = await FakeProvider.StartAsync(ScriptFile.Load("five-steps"), Cancellation);
        using var person = Person.At(provider);
        SmallProject.WriteTo(person.Folder);

        var run = await person.RunAsync("--json", "--approve-all", SmallProject.Prompt);

        Assert.True(run.ExitCode == 0, run.Stderr);
        var lines = run.Lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        var events = lines[..^1];
        Assert.All(events, e => Assert.Equal("event", e.GetProperty("type").GetString()));
        Assert.All(events, e => Assert.True(e.TryGetProperty("session_id", out _) && e.TryGetProperty("turn_id", out _) && e.TryGetProperty("timestamp", out _)));
        var versions = events.Select(e => e.GetProperty("version").GetInt64()).Where(version => version > 0).ToList();
        Assert.True(versions.Count > 20);
        Assert.Equal(versions.Distinct().Order(), versions);
        var names = events.Select(e => e.GetProperty("event").GetString()!).ToList();
        Assert.Equal("turn.started", names.First(name => name.StartsWith("turn.", StringComparison.Ordinal)));
        Assert.Equal("turn.completed", Assert.Single(names, name => name is "turn.completed" or "turn.failed" or "turn.cancelled" or "turn.limited"));
        Assert.Equal(5, names.Count(name => name == "step.completed"));
        Assert.Equal(4, names.Count(name => name == "tool.complete"));
        Assert.Contains("message.delta", names);

        var result = lines[^1];
        Assert.Equal("result", result.GetProperty("type").GetString());
        Assert.Equal("completed", result.GetProperty("outcome").GetString());
        Assert.Equal(0, result.GetProperty("exit_code").GetInt32());
        Assert.Equal(5, result.GetProperty("steps").GetInt32());
        Assert.Equal("The function add subtracted; it adds now, and the test passes.", result.GetProperty("text").GetString());
        Assert.Equal(provider.Usage.Input, result.GetProperty("usage").GetProperty("input").GetInt64());
    }

    [Fact]
    public async Task Prompt_comes_from_words_a_file_and_stdin()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("prompt.txt", "from the file");

        Assert.Equal(0, (await person.RunAsync("two", "words")).ExitCode);
        Assert.Equal(0, (await person.RunAsync("--file", "prompt.txt")).ExitCode);
        Assert.Equal(0, (await person.PryxAsync(["run", "-m", Models.Chat], stdin: "from stdin\n")).ExitCode);
        Assert.Equal(0, (await person.PryxAsync(["run", "-m", Models.Chat, "review this"], stdin: "a diff\n")).ExitCode);

        Assert.Equal(
            ["two words", "from the file", "from stdin", "review this\n\n<input name=\"stdin\">\na diff\n</input>"],
            provider.ModelRequests.Select(request => request.LastUserText));
    }

    [Fact]
    [Requirement("T6.2", "multi-turn")]
    public async Task Later_turns_of_a_session_hold_the_earlier_ones_and_its_instructions()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("First answer."), Says("Second answer."), Says("Third answer."));
        using var person = Person.At(provider);

        Assert.Equal(0, (await person.RunAsync("--system", "Answer like a pirate.", "first question")).ExitCode);
        Assert.Equal(0, (await person.RunAsync("--continue", "second question")).ExitCode);
        var id = (await person.ShowSessionAsync()).GetProperty("session").GetProperty("id").GetString()!;
        Assert.Equal(0, (await person.RunAsync("--session", id[..6], "third question")).ExitCode);

        Assert.Equal(
            ["first question", "First answer.", "second question", "Second answer.", "third question"],
            provider.ModelRequests[2].Messages.Where(message => message.Role is not "system").Select(message => message.Text));
        Assert.All(provider.ModelRequests, request => Assert.Contains("Answer like a pirate.", request.System, StringComparison.Ordinal));
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("T6.6", "applies to new messages")]
    public async Task Another_model_goes_on_with_the_session_on_another_wire()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);

        Assert.Equal(0, (await person.RunAsync("first question")).ExitCode);
        Assert.Equal(0, (await person.PryxAsync("run", "--continue", "-m", Models.Anthropic, "second question")).ExitCode);

        Assert.Equal(["openai-chat", "anthropic"], provider.ModelRequests.Select(request => request.Wire));
        Assert.Equal(["first question", "Yes.", "second question"], provider.ModelRequests[1].Messages.Where(message => message.Role is not "system").Select(message => message.Text));
        Assert.Empty(provider.Violations);
    }

    [Theory]
    [InlineData(Models.Chat)]
    [InlineData(Models.Responses)]
    [InlineData(Models.Anthropic)]
    [InlineData(Models.Ollama)]
    public async Task Image_reaches_the_model_on_each_wire(string model)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("A red dot."));
        using var person = Person.At(provider);
        // One red pixel.
        await File.WriteAllBytesAsync(person.Home.PathOf("dot.png"), Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="), Cancellation);

        var run = await person.PryxAsync("run", "-m", model, "--image", "dot.png", "what is this?");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal(1, Assert.Single(provider.ModelRequests).Messages.Single(message => message.Role == "user").Images);
        Assert.Empty(provider.Violations);
    }
}
