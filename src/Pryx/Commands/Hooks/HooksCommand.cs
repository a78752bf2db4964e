using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Access;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Hooks;
using Pryx.Terminal;

namespace Pryx.Commands.Hooks;

/// <summary><c>pryx hooks …</c>: the programs that run around tools in this folder.</summary>
internal static class HooksCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("hooks", "Hooks: list, test, trust") { List(io), Test(io), Trust(io) };
        command.Aliases.Add("hook");
        return command.WithExamples("""
            pryx hooks list
            pryx hooks test PreToolUse --tool Bash --input '{"command":"rm -rf build"}'
            pryx hooks test UserPromptSubmit --text "hello"
            pryx hooks trust
            """);
    }

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "The hooks that hold in this folder, in the order in which they run") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await api.CallAsync("GET", $"/api/v1/hooks?workspace={Uri.EscapeDataString(io.WorkingDirectory)}", null, HooksJson.Default.HookList, token);
            foreach (var warning in list.Broken.Select(static broken => $"{broken.File}: {broken.Message}; until it is put right every tool call is denied").Concat(list.Notes).Concat(list.Warning is { } said ? [said] : []))
            {
                io.Error.WriteLine($"Warning: {SafeText.Line(warning, 500)}");
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list, HooksJson.Default.HookList));
                return ExitCodes.Ok;
            }
            if (list.Hooks.Count == 0)
            {
                io.Out.WriteLine($"No hooks hold here. Yours are written in {SafeText.Line(list.UserFile)}.");
                return ExitCodes.Ok;
            }
            foreach (var hook in list.Hooks)
            {
                io.Out.WriteLine($"{io.OutStyle.Bold(hook.Event)}{(hook.Matcher is "" or "*" ? "" : $" ({SafeText.Line(hook.Matcher, 80)})")}: {SafeText.Line(hook.Command, 300)}");
                io.Out.WriteLine(io.OutStyle.Dim($"    {hook.Source}, {SafeText.Line(hook.File)}; at most {hook.TimeoutS.ToString("0.#", CultureInfo.InvariantCulture)} s{(hook.Network.Count > 0 ? $"; reaches {SafeText.Line(string.Join(", ", hook.Network), 200)}" : "")}"));
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Test(CommandIo io)
    {
        var name = new Argument<string>("EVENT") { Description = "PreToolUse, PostToolUse, UserPromptSubmit, Stop or SessionStart" };
        var tool = new Option<string?>("--tool") { Description = "By any of its names: Bash, write_file, filesystem.read" };
        var input = new Option<string?>("--input") { Description = "Its arguments, as a JSON object" };
        var text = new Option<string?>("--text") { Description = "The prompt, the result or the last message" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("test", "Run the hooks of an event with an example of a call that is not made") { name, tool, input, text, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            JsonElement? arguments = null;
            if (parsed.GetValue(input) is { } given)
            {
                try
                {
                    using var document = JsonDocument.Parse(given);
                    arguments = document.RootElement.Clone();
                }
                catch (JsonException)
                {
                    throw UsageError.Of("--input is no JSON.", "write for example '{\"command\":\"ls\"}'");
                }
            }
            var body = JsonSerializer.Serialize(new(io.WorkingDirectory, parsed.GetValue(name), parsed.GetValue(tool), arguments, parsed.GetValue(text)), HooksJson.Default.TestHooks);
            var tested = await api.CallAsync("POST", "/api/v1/hooks/test", body, HooksJson.Default.TestedHooks, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(tested, HooksJson.Default.TestedHooks));
                return ExitCodes.Ok;
            }
            if (tested.Runs.Count == 0)
            {
                io.Out.WriteLine("No hook of this folder runs then.");
            }
            foreach (var run in tested.Runs)
            {
                io.Out.WriteLine($"{io.OutStyle.Bold(run.Decision)}: {SafeText.Line(run.Hook.Command, 200)} ({(run.ExitCode is { } exit ? $"exit code {exit}" : "did not run to its end")}, {run.DurationMs} ms)");
                foreach (var said in ((string?[])[run.Reason, run.Context, run.Stops]).OfType<string>())
                {
                    io.Out.WriteLine($"    {SafeText.Line(said, 500)}");
                }
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    // The same card: hooks run exactly when what the folder brings is trusted.
    private static Command Trust(CommandIo io)
    {
        var command = TrustCommand.Create(io);
        command.Description = "Look at what this folder brings, its hooks among it, and trust exactly that";
        return command;
    }
}
