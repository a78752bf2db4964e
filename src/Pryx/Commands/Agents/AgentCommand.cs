using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Terminal;

namespace Pryx.Commands.Agents;

/// <summary><c>pryx agent …</c>: agents at work, and those that can be called.</summary>
internal static class AgentCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("agent", "Agents: list, show, run, wait, cancel, definitions") { List(io), Show(io), Run(io), Wait(io), Cancel(io), Definitions(io) };
        command.Aliases.Add("agents");
        return command.WithExamples("""
            pryx agent definitions
            pryx agent run reviewer "look at the last commit"
            pryx agent run --worktree "try the other parser and say which is faster"
            pryx agent list --json
            pryx agent cancel 4f9d6a3e-2b1c-4d5e-8f70-112233445566
            """);
    }

    private static Command List(CommandIo io)
    {
        var json = Json();
        var command = new Command("list", "At work, and ended within the last hour") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await AgentApi.ListAsync(api, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list, AgentCommandJson.Default.AgentList));
                return ExitCodes.Ok;
            }
            if (list.Agents.Count == 0)
            {
                io.Out.WriteLine("No agent is at work, and none has ended within the last hour.");
                return ExitCodes.Ok;
            }
            var table = new TextTable(io, new("ID"), new("NAME"), new("STATUS"), new("STEPS", IsNumber: true), new("COST", IsNumber: true), new("TASK"));
            foreach (var agent in list.Agents)
            {
                table.Add(agent.AgentId, agent.Name ?? "-", agent.Status, agent.Steps.ToString(CultureInfo.InvariantCulture), Cost(agent), agent.Task);
            }
            table.Print();
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Show(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var command = new Command("show", "One agent, with its last message") { id, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) => Print(io, await AgentApi.FindAsync(api, parsed.GetValue(id)!, token), parsed.GetValue(json)), cancellationToken));
        return command;
    }

    private static Command Run(CommandIo io)
    {
        var words = new Argument<string[]>("NAME TASK") { Arity = ArgumentArity.OneOrMore, Description = "One of the agents and its task; the task alone is for 'general'" };
        var model = new Option<string?>("--model", "-m") { Description = "As provider/model" };
        var policy = new Option<string?>("--policy") { Description = "A mode, such as read-only" };
        var worktree = new Option<bool>("--worktree") { Description = "Work in a git worktree of its own; nothing is merged" };
        var background = new Option<bool>("--background", "-b") { Description = "Do not wait for its end (a daemon must run: pryx serve)" };
        var json = Json();
        var command = new Command("run", "Give an agent a task in this folder") { words, model, policy, worktree, background, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var given = parsed.GetValue(words)!;
            if (parsed.GetValue(background) && api.Daemon is null)
            {
                throw UsageError.Of("Without a daemon the agent would end with this command.", "start one: pryx serve; or leave --background out");
            }
            var (name, task) = given.Length == 1 ? (null, given[0]) : (given[0], string.Join(' ', given[1..]));
            var agent = await AgentApi.SpawnAsync(api, new(task, name ?? "general", io.WorkingDirectory, parsed.GetValue(model), parsed.GetValue(policy), parsed.GetValue(worktree)), token);
            if (!parsed.GetValue(background))
            {
                agent = await EndOfAsync(api, agent.AgentId, token);
            }
            return Print(io, agent, parsed.GetValue(json));
        }, cancellationToken));
        return command;
    }

    // Who leaves leaves nobody at work for a caller that is gone.
    private static async Task<AgentBody> EndOfAsync(Host.ApiConnection api, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await AgentApi.WaitAsync(api, id, null, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return await AgentApi.CancelAsync(api, id, CancellationToken.None);
        }
    }

    private static Command Wait(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var timeout = new Option<string?>("--timeout", "-t") { Description = "Such as 30s or 5m; without it as long as it takes" };
        var command = new Command("wait", "Wait for an agent's end") { id, timeout, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            TimeSpan? patience = parsed.GetValue(timeout) is { } text ? Duration.TryParse(text, out var given) ? given : throw UsageError.Of($"'{text}' is no duration.", "write 30s, 5m or 1h") : null;
            return Print(io, await AgentApi.WaitAsync(api, parsed.GetValue(id)!, patience, token), parsed.GetValue(json));
        }, cancellationToken));
        return command;
    }

    private static Command Cancel(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var command = new Command("cancel", "Stop an agent with every process it started") { id, json };
        command.Aliases.Add("stop");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var agent = await AgentApi.CancelAsync(api, parsed.GetValue(id)!, token);
            io.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(agent, AgentCommandJson.Default.AgentBody) : $"{agent.AgentId}: {agent.Status}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Definitions(CommandIo io)
    {
        var json = Json();
        var command = new Command("definitions", "The agents that can be called in this folder") { json };
        command.Aliases.Add("defined");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var defined = await AgentApi.DefinitionsAsync(api, io.WorkingDirectory, token);
            foreach (var warning in defined.Broken.Select(static broken => $"{broken.File} line {broken.Line}: {broken.Message}").Concat(defined.Agents.SelectMany(static agent => agent.Notes.Select(note => $"{agent.File}: {note}"))).Concat(defined.Warning is { } said ? [said] : []))
            {
                io.Error.WriteLine($"Warning: {SafeText.Line(warning, 500)}");
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(defined, AgentCommandJson.Default.AgentDefinitions));
                return ExitCodes.Ok;
            }
            foreach (var agent in defined.Agents)
            {
                io.Out.WriteLine($"{io.OutStyle.Bold(SafeText.Line(agent.Name))}: {SafeText.Line(agent.Description, 400)}");
                var tools = agent.Tools is { } only ? string.Join(", ", only) : "all";
                io.Out.WriteLine(io.OutStyle.Dim($"    {agent.Source}{(agent.File is { } file ? $", {SafeText.Line(file)}" : "")}; tools: {SafeText.Line(tools, 200)}{(agent.Model is { } model ? $"; model: {SafeText.Line(model)}" : "")}{(agent.Policy is { } policy ? $"; policy: {SafeText.Line(policy)}" : "")}{(agent.Worktree ? "; in a worktree" : "")}"));
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static int Print(CommandIo io, AgentBody agent, bool json)
    {
        var exit = agent.Status is "completed" || !agent.HasEnded ? ExitCodes.Ok : ExitCodes.Failed;
        if (json)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(agent, AgentCommandJson.Default.AgentBody));
            return exit;
        }
        if (agent.Output is { Length: > 0 } output)
        {
            io.Out.WriteLine(SafeText.Of(output.TrimEnd()));
        }
        if (agent.Error is { } error)
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} {SafeText.Of(error)}");
        }
        if (agent.Worktree is { } worktree)
        {
            io.Error.WriteLine($"Its changes are in {SafeText.Line(worktree)}, branch {SafeText.Line(agent.Branch ?? "")}; nothing was merged.");
        }
        io.Error.WriteLine(io.ErrorStyle.Dim($"agent {SafeText.Line(agent.Name ?? "-")} {agent.AgentId} · {agent.Status} · {agent.Steps} steps · {Cost(agent)} · session {agent.SessionId}"));
        return exit;
    }

    private static string Cost(AgentBody agent) => agent.CostUsd is { } usd ? string.Create(CultureInfo.InvariantCulture, $"${usd:0.00##}") : "unknown";

    private static Argument<string> Id() => new("ID") { Description = "As pryx agent list shows it" };

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };
}
