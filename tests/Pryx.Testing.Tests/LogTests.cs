using System.Text.Json.Nodes;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task The_log_holds_each_request_and_answer_but_no_key()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var home = new TempHome();
        var path = home.PathOf("log.jsonl");
        await using (var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("grep", "{}")) with { Usage = new(7, 3) }), cancellationToken, logFile: path))
        {
            using var dialog = new Dialog(provider);
            await dialog.AnswerAsync("anthropic", Dialog.First("anthropic"), cancellationToken);
            await dialog.AnswerAsync("openai-chat", new JsonObject { ["stream"] = true }, cancellationToken);
        }

        Assert.DoesNotContain("secret-key", await File.ReadAllTextAsync(path, cancellationToken), StringComparison.Ordinal);
        var lines = (await File.ReadAllLinesAsync(path, cancellationToken)).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["request", "answer", "request", "answer"], lines.Select(line => (string)line["type"]!));
        Assert.Equal("go", (string)lines[0]["body"]!["messages"]![0]!["content"]![0]!["text"]!);
        Assert.InRange((DateTimeOffset)lines[1]["first_content_at"]!, (DateTimeOffset)lines[0]["at"]!, (DateTimeOffset)lines[1]["at"]!);
        Assert.Equal(("completed", 200, "grep", 7), ((string)lines[1]["outcome"]!, (int)lines[1]["status"]!, (string)lines[1]["calls"]![0]!, (int)lines[1]["usage"]!["input"]!));
        Assert.Equal(("rejected", 400), ((string)lines[3]["outcome"]!, (int)lines[3]["status"]!));
        Assert.NotEmpty(lines[3]["violations"]!.AsArray());
    }

    [Fact]
    public async Task The_program_prints_its_address_plays_the_script_and_logs()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var home = new TempHome();
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Pryx.FakeProvider.exe" : "Pryx.FakeProvider");
        await using var process = await RunProcess.StartAsync(program, ["--script", "tool", "--port-file", home.PathOf("port"), "--log", home.PathOf("log"), "--delay-ms", "1", "--warm"], new(), cancellationToken);
        await process.WaitForOutputAsync("\n", cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler());
        var url = new Uri(process.Stdout.Trim());

        var answer = await http.PostAsync(new Uri(url, "/api/chat"), new StringContent(Dialog.First("ollama").ToJsonString()), cancellationToken);

        Assert.Contains("echo hello", await answer.Content.ReadAsStringAsync(cancellationToken), StringComparison.Ordinal);
        Assert.Equal(url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), home.Read("port"));
        process.Signal(15);
        Assert.Equal(0, (await process.WaitAsync(cancellationToken)).ExitCode);
        Assert.Equal(2, home.Read("log").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
