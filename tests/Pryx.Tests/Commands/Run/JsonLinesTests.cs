using System.Text.Json;

namespace Pryx.Tests.Commands.Run;

public sealed class JsonLinesTests
{
    [Fact]
    public async Task Each_event_is_a_line_and_the_result_is_the_last()
    {
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Delta(1, "Hi");
                core.Says(1, "Hi.\n");
                core.Ends();
                return Task.CompletedTask;
            },
        });

        Assert.Equal(0, await terminal.RunAsync("run", "--json", "hi"));
        var lines = terminal.Out.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["message.delta", "item.added", "turn.completed"], lines.SkipLast(1).Select(line => line.GetProperty("event").GetString()));
        Assert.All(lines.SkipLast(1), line => Assert.Equal("event", line.GetProperty("type").GetString()));
        Assert.Equal("""{"type":"event","event":"message.delta","session_id":"3f2a0000-0000-4000-8000-000000000001","turn_id":"7e110000-0000-4000-8000-000000000002","payload":{"step":1,"text":"Hi"},"timestamp":"2026-01-01T00:00:00+00:00","version":0}""",
            lines[0].GetRawText());
        Assert.Equal("""{"type":"result","outcome":"completed","exit_code":0,"session_id":"3f2a0000-0000-4000-8000-000000000001","turn_id":"7e110000-0000-4000-8000-000000000002","text":"Hi.\n","steps":1,"usage":{"input":1234,"output":56,"cached":1000,"cache_write":0,"reasoning":0},"cost_usd":0.0123,"duration_ms":0,"denied":[]}""",
            lines[^1].GetRawText());
        Assert.Equal("", terminal.Error.ToString());
    }

    [Fact]
    public async Task The_result_names_what_was_denied_and_what_would_have_allowed_it()
    {
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Calls(1, "c1", "shell.exec", "Run make", "ask", "commands are asked", "--allow shell.exec:make");
                core.Done("c1", "shell.exec", "denied", "Denied");
                core.Ends(denied: 1);
                return Task.CompletedTask;
            },
        });

        Assert.Equal(3, await terminal.RunAsync("run", "--json", "hi"));
        var result = JsonDocument.Parse(terminal.Out.ToString().TrimEnd('\n').Split('\n')[^1]).RootElement;
        Assert.Equal(3, result.GetProperty("exit_code").GetInt32());
        Assert.Equal("""[{"tool":"shell.exec","summary":"Run make","reason":"commands are asked","allow":"--allow shell.exec:make"}]""", result.GetProperty("denied").GetRawText());
    }

    [Theory]
    [InlineData("""{"age":3}""", 0, """{"age":3}""", null)]
    [InlineData("```json\n{\"age\":3}\n```", 0, """{"age":3}""", null)]
    [InlineData("""{"age":"three"}""", 1, "", "The reply does not satisfy the output schema: /age must be integer, not string")]
    [InlineData("It is three.", 1, "", "The reply does not satisfy the output schema: it is not JSON")]
    public async Task With_a_schema_stdout_is_JSON_that_satisfies_it_or_empty(string reply, int code, string output, string? error)
    {
        using var terminal = new TestTerminal(new FakeClient
        {
            Play = core =>
            {
                core.Delta(1, reply);
                core.Says(1, reply);
                core.Ends();
                return Task.CompletedTask;
            },
        }).WithTerminal();
        await File.WriteAllTextAsync(Path.Combine(terminal.Home.Workspace, "schema.json"),
            """{"type":"object","required":["age"],"properties":{"age":{"type":"integer"}}}""", TestContext.Current.CancellationToken);

        Assert.Equal(code, await terminal.RunAsync("run", "-q", "--output-schema", "schema.json", "how old"));
        Assert.Equal(output, terminal.Out.ToString().TrimEnd('\n'));
        Assert.Contains(error ?? "", terminal.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("object", terminal.Client.Started[0].OutputSchema!.Value.GetProperty("type").GetString());
    }
}
