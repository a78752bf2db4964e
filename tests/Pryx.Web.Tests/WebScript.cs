using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Web.Tests;

/// <summary>What the model answers, told from the message: each test has its own word.</summary>
internal static class WebScript
{
    public const string Hostile = """
        Before <script>window.pwned = 1</script> <img src=x onerror="window.pwned = 2"> <svg onload="window.pwned = 3"><circle r="99999"/></svg>

        [a](javascript:window.pwned=4) [b](data:text/html,<script>window.pwned=5</script>) [c](vbscript:x) [fine](https://example.org/fine)

        ![spy](https://spy.example.org/pixel.png) <iframe src="https://spy.example.org"></iframe> <style>*{display:none}</style>

        <a href="javascript:window.pwned=6" onclick="window.pwned=7">d</a> access‮drowssap‬level <form action="https://spy.example.org"><input name=a></form>

        ```html
        <script>window.pwned = 8</script>
        ```
        """;

    public static ScriptedReply Answer(FakeRequest request)
    {
        var text = request.LastUserText ?? "";
        return text switch
        {
            _ when text.Contains("push it", StringComparison.Ordinal) => request.Step == 0 ? Calls(("shell_exec", """{"command":"git push origin main"}""")) : Says("It is **answered** now."),
            _ when text.Contains("write it", StringComparison.Ordinal) => request.Step == 0 ? Calls(("write_file", $$"""{"path":"{{text.Split(' ')[^1]}}","content":"by the agent\n"}""")) : Says("It is **written** now."),
            _ when text.Contains("plan it", StringComparison.Ordinal) => request.Step switch
            {
                0 => Calls(("present_plan", """{"plan":"1. Move the **keys**\n2. Run the tests","actions":["filesystem.write:src/settings/**","shell.exec:dotnet test*","shell.exec:python3*"]}""")),
                _ => Says("The plan is **carried out** now."),
            },
            _ when text.Contains("take your time", StringComparison.Ordinal) => Says("It took a while.") with { Trouble = new() { BeforeFirstChunk = TimeSpan.FromSeconds(12) } },
            _ when text.Contains("hang", StringComparison.Ordinal) => Hangs(),
            _ when text.Contains("have it looked at", StringComparison.Ordinal) => request.Step == 0 ? Calls(("task", """{"prompt":"Count the files","description":"Count files"}""")) : Says("The agent has **counted**."),
            _ when text.Contains("hostile", StringComparison.Ordinal) => Says(Hostile),
            _ when text.Contains("enormous", StringComparison.Ordinal) => Says(string.Concat(Enumerable.Repeat("A line of a very long text.\n\n", 5 * 1024 * 1024 / 29))),
            _ when text.Contains("slowly", StringComparison.Ordinal) => Slowly(),
            _ => Says("Here is a *short* answer with `code`."),
        };
    }

    private static ScriptedReply Slowly() => new() { Text = [.. Enumerable.Range(0, 400).Select(static i => $"word{i} ")], Trouble = new() { BetweenChunks = TimeSpan.FromMilliseconds(5) } };
}
