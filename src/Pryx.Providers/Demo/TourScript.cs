using System.Text;
using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.Demo;

/// <summary>What the tour says and calls next, told from the messages alone.</summary>
internal static class TourScript
{
    private const string ListDir = "list_dir";
    private const string WriteFile = "write_file";
    private const string Shell = "shell_exec";
    private const string FileName = "pryx-tour.md";
    private const string HowToGoOn =
        "For real work give me a model: set OPENAI_API_KEY, ANTHROPIC_API_KEY or another provider's key, store one with `pryx provider set-key openai`, or start Ollama; then ask again.";

    /// <param name="tools">The wire names on offer; a step whose tool is missing is left out.</param>
    public static (string Text, FunctionCallContent? Call) Next(IReadOnlyList<ChatMessage> messages, HashSet<string> tools)
    {
        var begin = LastQuestion(messages);
        if (Done(messages.Take(begin)).ContainsKey(WriteFile))
            return ($"Demo, no AI: the tour of this session is over, and I can not answer anything else. {HowToGoOn}", null);

        var done = Done(messages.Skip(begin));
        var said = Said(done);
        if (tools.Contains(ListDir) && !done.ContainsKey(ListDir))
            return ("Demo, no AI: I am a fixed script that shows how Pryx works; I do not understand what you wrote. First I look at what is in your folder.",
                Call(messages, ListDir, ("path", ".")));
        if (tools.Contains(WriteFile) && !done.ContainsKey(WriteFile))
            return ($"Demo, no AI: {said}Next I would like to write a small file, {FileName}. This changes your folder, so Pryx may ask you first. No is a fine answer.",
                Call(messages, WriteFile, ("path", FileName), ("content", FileText)));
        if (tools.Contains(Shell) && !done.ContainsKey(Shell))
            return ($"Demo, no AI: {said}Last I would like to run one command that shows the file. You decide again.",
                Call(messages, Shell, ("command", OperatingSystem.IsWindows() ? $"dir {FileName}" : $"ls -l {FileName}")));
        return ($"Demo, no AI: {said}That was the tour: a model would have chosen these steps itself, each judged by your policy and kept in this session. {HowToGoOn}", null);
    }

    private static string FileText { get; } = $"""
        # Pryx was here

        This file was written by `demo/tour`, a fixed script and no AI, to show how Pryx asks before it changes something.
        You can delete it.

        {HowToGoOn}

        """.ReplaceLineEndings("\n");

    private static int LastQuestion(IReadOnlyList<ChatMessage> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
            if (messages[i].Role == ChatRole.User)
            {
                // Several in a row, or one that came in while a tool ran, belong to the tour that has begun.
                if (i == 0 || messages[i - 1].Role != ChatRole.Tool)
                    return i;
            }
        return 0;
    }

    /// <summary>The tools that were called and what came back; null while a result is missing.</summary>
    private static Dictionary<string, FunctionResultContent?> Done(IEnumerable<ChatMessage> messages)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var done = new Dictionary<string, FunctionResultContent?>(StringComparer.Ordinal);
        foreach (var content in messages.SelectMany(message => message.Contents))
        {
            if (content is FunctionCallContent call)
            {
                names[call.CallId] = call.Name;
                done[call.Name] = null;
            }
            else if (content is FunctionResultContent result && names.TryGetValue(result.CallId, out var name))
            {
                done[name] = result;
            }
        }
        return done;
    }

    /// <summary>A sentence about the latest result.</summary>
    private static string Said(Dictionary<string, FunctionResultContent?> done)
    {
        if (done.TryGetValue(Shell, out var command))
            return Failed(command) ? "the command was not run, or it failed, and that is fine. " : $"the command ran and said: `{FirstLine(command!.ResultText())}`. ";
        if (done.TryGetValue(WriteFile, out var written))
            return Failed(written) ? "the file was not written, and that is fine: nothing happens without your word. " : $"{FileName} is written. ";
        if (!done.TryGetValue(ListDir, out var listed))
            return "";
        if (Failed(listed))
            return "I was not allowed to look into your folder, and that is fine. ";
        var names = Names(listed!.ResultText());
        return names.Count == 0 ? "your folder is empty. " : $"I found {string.Join(", ", names.Take(5))}{(names.Count > 5 ? $" and {names.Count - 5} more" : "")} in your folder. ";
    }

    private static bool Failed(FunctionResultContent? result) => result is null || result.IsError();

    /// <summary>One entry a line; remarks stand in brackets.</summary>
    private static List<string> Names(string listing) =>
    [
        .. listing.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.Length <= 120 && line[0] is not ('(' or '[' or '<' or '#')),
    ];

    private static string FirstLine(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (line.Contains(FileName, StringComparison.Ordinal))
                return line.Length <= 120 ? line : line[..120];
        return "done";
    }

    private static FunctionCallContent Call(IReadOnlyList<ChatMessage> messages, string tool, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        using var body = new RequestBody();
        body.Json.WriteStartObject();
        foreach (var (name, value) in arguments)
            body.Json.WriteString(name, value);
        body.Json.WriteEndObject();
        // The place in the history makes the id: the same after a restart, another in the next turn.
        return Contents.Call($"demo_{messages.Count}", tool, Encoding.UTF8.GetString(body.Finish().Span));
    }

}
