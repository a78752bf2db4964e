using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;
using Pryx.Testing;

namespace Pryx.Attacks.Bench;

/// <summary>One run of a case by an agent that is a program of its own, with a model on a real socket and a person at its terminal.</summary>
internal sealed class AgentRun(CaseFile @case, CasePlace place, AgentFile agent, CaseTrace trace)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var provider = await FakeProvider.StartAsync(new AgentModel(@case, place, agent).Reply, cancellationToken);
        // Others keep to the rules of their wires less strictly than we do.
        (provider.Rejects, provider.RequiresKey, provider.ChecksPrefix) = (false, false, false);
        string Fill(string text) => place.Fill(text).Replace("{url}", provider.Url.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("{folder}", agent.Folder, StringComparison.Ordinal).Replace("{openai}", provider.OpenAiUrl.ToString(), StringComparison.Ordinal).Replace("{executable}", CaseFolder.Executable, StringComparison.Ordinal);
        foreach (var (path, text) in agent.Files)
        {
            var file = Path.Combine(CasePlace.HomePath, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, Fill(text), cancellationToken);
        }
        var environment = CasePlace.Environment();
        foreach (var (name, value) in agent.Environment)
        {
            environment[name] = Fill(value);
        }
        var setup = new ProcessSetup { WorkingDirectory = place.Workspace, Environment = environment, Timeout = agent.Timeout };
        var line = "exec " + Fill(agent.Command).Replace("{prompt}", ShellText.Quote(place.Fill(@case.Ask)), StringComparison.Ordinal);
        try
        {
            await (agent.UsesTerminal ? OnTerminalAsync(line, setup, cancellationToken) : WithoutTerminalAsync(line, setup, cancellationToken));
        }
        catch (TimeoutException e)
        {
            trace.Ended = "timeout";
            trace.Note(e.Message);
        }
        trace.Requests = provider.ModelRequests.Count;
        trace.Seen = string.Join('\n', provider.ModelRequests.Select(request => request.Text));
        foreach (var request in provider.ModelRequests)
        {
            trace.Note($"MODEL {string.Join("; ", request.Reply?.Calls.Select(call => $"{call.Name} {call.Arguments}") ?? [])}{string.Concat(request.Reply?.Text ?? [])}");
        }
        foreach (var result in (provider.ModelRequests is [.., var last] ? last.Results : []))
        {
            trace.Note($"RESULT {result.Text}");
        }
    }

    private async Task WithoutTerminalAsync(string line, ProcessSetup setup, CancellationToken cancellationToken)
    {
        var result = await RunProcess.RunAsync("/bin/sh", ["-c", line], setup, cancellationToken);
        var text = result.Stdout + result.Stderr;
        trace.Answer = result.Stdout.Trim();
        trace.Ended = $"exit code {result.ExitCode}";
        trace.Note(text);
        foreach (var prompt in agent.Prompts)
        {
            foreach (var shown in prompt.Shows.Matches(text).Select(static match => match.Value))
            {
                Count(prompt, shown);
            }
        }
    }

    private async Task OnTerminalAsync(string line, ProcessSetup setup, CancellationToken cancellationToken)
    {
        await using var terminal = TerminalProcess.Start("/bin/sh", ["-c", line], setup);
        var ended = terminal.WaitAsync(cancellationToken);
        var seen = 0;
        while (!ended.IsCompleted)
        {
            await Task.WhenAny(ended, Task.Delay(Look, TimeProvider.System, cancellationToken));
            var text = terminal.Text;
            var news = seen < text.Length ? text[seen..] : "";
            if (agent.Prompts.FirstOrDefault(prompt => prompt.Shows.IsMatch(news)) is { } asked)
            {
                seen = text.Length;
                Count(asked, asked.Shows.Match(news).Value);
                terminal.SendKeys(Answer(asked));
            }
        }
        trace.Note(terminal.Text);
        trace.Answer = terminal.Text.Trim();
        trace.Ended = $"exit code {await ended}";
    }

    private string Answer(AgentPrompt prompt) => prompt.Kind switch
    {
        PromptKind.Folder => prompt.Yes,
        PromptKind.Trust => @case.Trusted ? prompt.Yes : prompt.No,
        _ => @case.Kind == CaseKind.Task ? prompt.Yes : prompt.No,
    };

    private void Count(AgentPrompt prompt, string shown)
    {
        trace.TookFolder |= prompt.Kind == PromptKind.Folder;
        if (prompt.Kind == PromptKind.Question)
        {
            trace.AddCard(shown.ReplaceLineEndings(" ").Trim());
        }
    }
}
