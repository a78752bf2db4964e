using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Policies;
using Pryx.Terminal;

namespace Pryx.Commands.Policies;

/// <summary>The commands that try a policy: whether it can be read, what it says of a call, of its own tests, of the past.</summary>
internal static class PolicyChecks
{
    public static Command Check(CommandIo io)
    {
        var file = FileOrName();
        var json = Json();
        var command = new Command("check", "Whether a policy file can be read; each problem with line and column") { file, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var (input, path) = await PolicySource.ReadAsync(io, api, parsed.GetValue(file)!, token);
            var result = await api.CallAsync("POST", "/api/v1/policies/check", JsonSerializer.Serialize(input, PoliciesJson.Default.PolicyText), PoliciesJson.Default.CheckedPolicy, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(result, PoliciesJson.Default.CheckedPolicy));
            }
            else if (result.Valid)
            {
                io.Out.WriteLine($"{SafeText.Line(path)}: valid");
            }
            else
            {
                WriteProblems(io, path, result.Problems);
            }
            return result.Valid ? ExitCodes.Ok : ExitCodes.Failed;
        }, cancellationToken));
        return command.WithExamples("pryx policy check ~/.pryx/policies/trading-safe.yaml");
    }

    public static Command Test(CommandIo io)
    {
        var file = FileOrName();
        var json = Json();
        var command = new Command("test", "Run the tests that stand in a policy file") { file, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var (input, _) = await PolicySource.ReadAsync(io, api, parsed.GetValue(file)!, token);
            var result = await api.CallAsync("POST", "/api/v1/policies/test", JsonSerializer.Serialize(input with { Workspace = io.WorkingDirectory }, PoliciesJson.Default.PolicyText), PoliciesJson.Default.TestedPolicy, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(result, PoliciesJson.Default.TestedPolicy));
                return result.Failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
            }
            foreach (var test in result.Results.Where(static test => !test.Passed))
            {
                io.Out.WriteLine($"{io.OutStyle.Red("failed")}  line {test.Line}: {SafeText.Line(test.Tool)} {SafeText.Line(test.Args, 200)}");
                io.Out.WriteLine($"        expected {test.Expected}, is {test.Decision}: {SafeText.Line(test.Reason)} {io.OutStyle.Dim(SafeText.Line(test.Rule))}");
            }
            io.Out.WriteLine(result.Results.Count == 0 ? "The policy has no tests: add a list 'tests:' to it." : $"{result.Passed} passed, {result.Failed} failed");
            return result.Failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        }, cancellationToken));
        return command;
    }

    public static Command Explain(CommandIo io)
    {
        var tool = new Argument<string>("TOOL") { Description = "Such as shell.exec or filesystem.write" };
        var args = new Argument<string?>("ARGS") { Description = "Its arguments as JSON; of shell.exec the command line, of file tools the path, of http.request the address", Arity = ArgumentArity.ZeroOrOne };
        var policy = new Option<string?>("--policy", "-p") { HelpName = "NAME", Description = "A mode, a policy or a policy file, instead of the default" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder (default: the current one)" };
        var untrusted = new Option<bool>("--untrusted") { Description = "As if text from outside were in the conversation" };
        var json = Json();
        var command = new Command("explain", "What would be decided about a call, by which rule and why; nothing runs") { tool, args, policy, workspace, untrusted, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            using var arguments = PolicySource.ArgumentsOf(parsed.GetValue(tool)!, parsed.GetValue(args));
            var name = parsed.GetValue(policy);
            var text = name is not null && PolicySource.IsFile(io, name) ? await File.ReadAllTextAsync(Path.GetFullPath(name, io.WorkingDirectory), token) : null;
            var call = new ExplainCall(parsed.GetValue(tool), arguments.RootElement)
            {
                Policy = text is null ? name : Path.GetFileNameWithoutExtension(name),
                PolicyText = text,
                Workspace = Path.GetFullPath(parsed.GetValue(workspace) ?? ".", io.WorkingDirectory),
                Untrusted = parsed.GetValue(untrusted),
            };
            var judged = await api.CallAsync("POST", "/api/v1/policies/explain", JsonSerializer.Serialize(call, PoliciesJson.Default.ExplainCall), PoliciesJson.Default.ExplainedCall, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(judged, PoliciesJson.Default.ExplainedCall));
                return ExitCodes.Ok;
            }
            var word = judged.Decision switch { "allow" => io.OutStyle.Green("allow"), "ask" => io.OutStyle.Yellow("ask"), _ => io.OutStyle.Red(judged.Decision) };
            io.Out.WriteLine($"{word}  {SafeText.Line(judged.Summary)}");
            io.Out.WriteLine($"  rule: {SafeText.Line(judged.Rule)}");
            io.Out.WriteLine($"  why:  {SafeText.Line(judged.Reason)}");
            foreach (var access in judged.Accesses)
            {
                io.Out.WriteLine(io.OutStyle.Dim($"  {access.Kind}: {SafeText.Line(access.Target)}{(access.Kind is "read" or "write" && !access.InsideWorkspace ? " (outside the workspace)" : "")}"));
            }
            if (judged.Next is { } next)
            {
                io.Out.WriteLine($"  unasked with: pryx run {SafeText.Line(next)}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("""
            pryx policy explain shell.exec 'rm -rf build'
            pryx policy explain filesystem.write ../other/notes.md
            pryx policy explain --policy trading-safe shell.exec 'python trade.py'
            """);
    }

    public static Command Simulate(CommandIo io)
    {
        var file = FileOrName();
        var since = new Option<string>("--since") { HelpName = "DURATION", Description = "How far back, such as 12h or 30d", DefaultValueFactory = static _ => "30d" };
        var json = Json();
        var command = new Command("simulate", "What a policy would have decided about your past tool calls") { file, since, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var (input, _) = await PolicySource.ReadAsync(io, api, parsed.GetValue(file)!, token, takesModes: true);
            if (io.IsErrorTerminal)
            {
                io.Error.WriteLine("Judging the tool calls of the past …");
            }
            var result = await api.CallAsync("POST", "/api/v1/policies/simulate", JsonSerializer.Serialize(input with { Since = parsed.GetValue(since) }, PoliciesJson.Default.PolicyText), PoliciesJson.Default.SimulatedPolicy, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(result, PoliciesJson.Default.SimulatedPolicy));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"{Count(result.Calls, "tool call")} since {result.Since.ToLocalTime():yyyy-MM-dd}: {result.Allow} allowed, {result.Ask} asked, {result.Deny} denied{(result.NotJudged > 0 ? $", {result.NotJudged} can not be judged any more" : "")}.");
            io.Out.WriteLine($"It would have blocked {Count(result.WouldBlock, "call")} that ran, saved {Count(result.PromptsSaved, "prompt")} and added {result.PromptsAdded}.");
            foreach (var change in result.Changes)
            {
                io.Out.WriteLine($"  {change.Count,4} × {change.Was} → {(change.Becomes == "deny" ? io.OutStyle.Red(change.Becomes) : change.Becomes)}  {SafeText.Line(change.Summary, 80)}  {io.OutStyle.Dim(SafeText.Line(change.Rule))}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx policy simulate ./stricter.yaml --since 7d");
    }

    public static void WriteProblems(CommandIo io, string path, IReadOnlyList<PolicyProblem> problems)
    {
        foreach (var problem in problems)
        {
            io.Error.WriteLine($"{SafeText.Line(path)}:{problem.Line}:{problem.Column}: {SafeText.Line(problem.Message)}");
        }
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static Argument<string> FileOrName() => new("FILE") { Description = "A policy file, or the name of a policy" };

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };
}
