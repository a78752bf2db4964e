using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Pryx.Commands.Setup;
using Pryx.Protocol.Items;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary><c>pryx run</c>: its options, and what makes sense together.</summary>
internal static class RunCommand
{
    private static readonly string[] Strategies = ["cheapest", "fastest", "balanced", "capable", "diverse"];
    private static readonly string[] Efforts = ["none", "low", "medium", "high", "xhigh", "default"];
    private static readonly string[] Modes = ["read-only", "ask", "workspace-only", "network-allowlist", "full"];

    public static Command Create(CommandIo io)
    {
        var prompt = new Argument<string[]>("PROMPT") { Arity = ArgumentArity.ZeroOrMore, Description = "What to do; - reads it from stdin" };
        var file = new Option<string?>("--file", "-f") { HelpName = "FILE", Description = "Read the prompt from a file" };
        var model = new Option<string?>("--model", "-m") { HelpName = "PROVIDER/MODEL", Description = "The model, such as openai/gpt-4o" };
        var route = new Option<string?>("--route") { HelpName = "STRATEGY", Description = $"Let Pryx choose the model: {string.Join(", ", Strategies)}" };
        var effort = new Option<string?>("--effort") { HelpName = "EFFORT", Description = "How much to think: none, low, medium, high, xhigh, a number of tokens, default" };
        var session = new Option<string?>("--session", "-s") { HelpName = "ID", Description = "Go on with this session" };
        var continues = new Option<bool>("--continue", "-c") { Description = "Go on with this folder's latest session; finishes its open turn first" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder to work in (default: the current one)" };
        var policy = new Option<string?>("--policy") { HelpName = "NAME", Description = $"{string.Join(", ", Modes)}, or one of yours (pryx policy list)" };
        var allow = new Option<string[]>("--allow") { HelpName = "RULE", Description = "Allow this without asking, for this run (repeatable)" };
        var approveAll = new Option<bool>("--approve-all") { Description = "Answer every question with yes; what is denied stays denied" };
        var json = new Option<bool>("--json") { Description = "One event a line, the result last" };
        var schema = new Option<string?>("--output-schema") { HelpName = "FILE", Description = "Print JSON that satisfies this JSON schema, or fail" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Only the answer, errors and questions" };
        var thinking = new Option<bool>("--thinking") { Description = "Show the model's reasoning on stderr" };
        var maxSteps = new Option<int?>("--max-steps") { HelpName = "N", Description = "End the turn after this many model replies" };
        var maxCost = new Option<decimal?>("--max-cost") { HelpName = "USD", Description = "End the turn before it costs more" };
        var estimate = new Option<bool>("--estimate") { Description = "Only say what the first model call would cost" };
        var timeout = new Option<string?>("--timeout") { HelpName = "DURATION", Description = "End the turn after 30s, 5m, 1h …" };
        var system = new Option<string?>("--system") { HelpName = "TEXT|@FILE", Description = "Instructions for a new session, added to Pryx's own" };
        var image = new Option<string[]>("--image", "-i") { HelpName = "FILE", Description = "Add an image to the prompt (repeatable)" };
        var attach = new Option<string[]>("--attach") { HelpName = "FILE", Description = "Add an image, a PDF or a text file to the prompt (repeatable)" };
        var local = new Option<bool>("--local") { Description = "Work in this process even when a daemon runs" };

        var plan = new Option<bool>("--plan") { Description = "Only read and ask; act once you have approved the plan" };

        var command = new Command("run", "Answer one prompt, with tools you approve")
        {
            prompt, file, model, route, effort, session, continues, workspace, policy, allow, approveAll, json, schema, quiet, thinking, maxSteps, maxCost, estimate, timeout, system, image, attach, local, plan,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = io.Interrupts();
            var words = parsed.GetValue(prompt) ?? [];
            RefuseUnknownOptions(words, parsed);
            var attached = await Task.WhenAll((parsed.GetValue(attach) ?? []).Select(path => AttachedFile.ReadAsync(Path.GetFullPath(path, io.WorkingDirectory), interrupts.Any)));
            var options = new RunOptions
            {
                Workspace = Folder(io, parsed.GetValue(workspace)),
                Model = Route(parsed.GetValue(route), parsed.GetValue(model)) ?? parsed.GetValue(model),
                Effort = Effort(parsed.GetValue(effort)),
                Session = parsed.GetValue(session),
                Continues = parsed.GetValue(continues),
                Policy = parsed.GetValue(policy),
                Allow = parsed.GetValue(allow) ?? [],
                ApproveAll = parsed.GetValue(approveAll),
                IsJson = parsed.GetValue(json),
                OutputSchema = await SchemaAsync(io, parsed.GetValue(schema), interrupts.Any),
                IsQuiet = parsed.GetValue(quiet),
                ShowsThinking = parsed.GetValue(thinking),
                MaxSteps = parsed.GetValue(maxSteps) is { } steps ? steps > 0 ? steps : throw UsageError.Of("--max-steps must be at least 1.") : null,
                MaxCostUsd = parsed.GetValue(maxCost) is { } usd ? usd > 0 ? usd : throw UsageError.Of("--max-cost must be more than 0.") : null,
                Timeout = Timeout(parsed.GetValue(timeout)),
                System = await SystemAsync(io, parsed.GetValue(system), interrupts.Any),
                IsLocal = parsed.GetValue(local),
                IsPlan = parsed.GetValue(plan),
                Attachments =
                [
                    .. await Task.WhenAll((parsed.GetValue(image) ?? []).Select(path => AttachedFile.ReadImageAsync(Path.GetFullPath(path, io.WorkingDirectory), interrupts.Any))),
                    .. attached.Select(static one => one.Attachment).OfType<Attachment>(),
                ],
                Prompt = await PromptSource.ReadAsync(io, words, parsed.GetValue(file), interrupts.Any),
            };
            if (options.Prompt is not null && attached.Select(static one => one.Mention).OfType<string>().ToList() is { Count: > 0 } mentioned)
            {
                options = options with { Prompt = $"{options.Prompt}\n\n{string.Join('\n', mentioned)}" };
            }
            RefuseContradictions(options);
            if (parsed.GetValue(estimate))
            {
                return await RunEstimate.ShowAsync(io, options, interrupts.Any);
            }
            var isFirst = io.IsErrorTerminal && !options.IsQuiet && !options.IsJson && io.IsNew();
            var code = await new RunFlow(io, options, interrupts).RunAsync();
            if (isFirst)
            {
                await SetupHint.ShowAsync(io, options.Workspace, CancellationToken.None);
            }
            return code;
        });
        return command.WithExamples("""
            pryx run "explain what this project does"
            pryx run -m anthropic/claude-sonnet-4-5 "fix the failing test" --policy workspace-only
            git diff | pryx run "review this" > review.md
            pryx run --output-schema schema.json "list the routes" | jq .routes
            pryx run --continue "now write the tests"
            """);
    }

    // A mistyped option must not become a part of the prompt; after -- anything may.
    private static void RefuseUnknownOptions(string[] words, ParseResult parsed)
    {
        if (parsed.Tokens.All(token => token.Type != TokenType.DoubleDash)
            && words.FirstOrDefault(word => word.Length > 1 && word[0] == '-' && !word.Contains(' ', StringComparison.Ordinal)) is { } option)
        {
            throw UsageError.Of($"There is no option '{option}'.", "pryx run --help; put -- before a prompt that begins with a dash");
        }
    }

    private static void RefuseContradictions(RunOptions options)
    {
        var goesOn = options.Continues || options.Session is not null;
        if (options.Prompt is null && !goesOn)
        {
            throw UsageError.Of("There is no prompt.", "pryx run \"what to do\", or pipe it in");
        }
        if (options.Prompt is null && options.Attachments.Count > 0)
        {
            throw UsageError.Of("A file needs a prompt that says what to do with it.", "pryx run \"describe this\" --image FILE");
        }
        if (options.IsPlan && options.ApproveAll)
        {
            throw UsageError.Of("--plan wants you to approve the plan, and --approve-all wants to ask you nothing.", "leave one of them out");
        }
        if (options.Continues && options.Session is not null)
        {
            throw UsageError.Of("--continue and --session both choose a session.", "leave one of them out");
        }
        if (goesOn && options.System is not null)
        {
            throw UsageError.Of("A session keeps the instructions it was started with.", "start a new session with --system, or put them into the prompt");
        }
    }

    private static string Folder(CommandIo io, string? folder)
    {
        var path = Path.GetFullPath(folder ?? ".", io.WorkingDirectory);
        return Directory.Exists(path) ? path : throw UsageError.Of($"There is no folder {path}.", "check the path given to --workspace");
    }

    // A strategy stands where a model does: auto/cheapest.
    private static string? Route(string? strategy, string? model) => strategy is null ? null
        : model is not null ? throw UsageError.Of("--route and --model both choose the model.", "leave one of them out")
        : Strategies.Contains(strategy) ? $"auto/{strategy}"
        : throw UsageError.Of($"There is no routing strategy '{strategy}'.", $"use one of {string.Join(", ", Strategies)}");

    private static string? Effort(string? text) => text is null || Efforts.Contains(text) || (text.Length < 8 && text.All(char.IsAsciiDigit)) ? text
        : throw UsageError.Of($"'{text}' is no effort.", $"use one of {string.Join(", ", Efforts)}, or a number of tokens");

    private static TimeSpan? Timeout(string? text) => text is null ? null
        : Duration.TryParse(text, out var timeout) ? timeout
        : throw UsageError.Of($"'{text}' is not a duration.", "write it as --timeout 30s, 5m or 1h30m");

    private static async Task<JsonElement?> SchemaAsync(CommandIo io, string? file, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Path.GetFullPath(file, io.WorkingDirectory), cancellationToken));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw UsageError.Of($"The schema in {file} is not a JSON object.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw UsageError.Of($"The output schema could not be read: {e.Message}", "check the file given to --output-schema");
        }
    }

    private static async Task<string?> SystemAsync(CommandIo io, string? text, CancellationToken cancellationToken)
    {
        if (text is not ['@', .. var file])
        {
            return text;
        }
        try
        {
            return await File.ReadAllTextAsync(Path.GetFullPath(file, io.WorkingDirectory), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UsageError.Of($"The instructions could not be read: {e.Message}", "check the file given to --system @FILE");
        }
    }
}
