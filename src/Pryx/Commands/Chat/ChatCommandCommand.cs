using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Commands;
using Pryx.Terminal;

namespace Pryx.Commands.Chat;

/// <summary><c>pryx command …</c>: what a message may begin with – words of Pryx's own, commands from files, skills.</summary>
internal static class ChatCommandCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("command", "Slash commands: what a message may begin with") { List(io), Show(io) };
        command.Aliases.Add("commands");
        return command.WithExamples("""
            pryx command list
            pryx command show review
            pryx run "/review src/app.ts"
            """);
    }

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "Built-in words, commands of yours and of this folder, skills") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await api.CallAsync("GET", $"/api/v1/commands?{Workspace(io)}", null, CommandsJson.Default.WordList, token);
            foreach (var broken in list.Broken)
            {
                io.Error.WriteLine($"Warning: {SafeText.Line(broken.Path)}: {SafeText.Line(broken.Message)}");
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list.Commands, CommandsJson.Default.IReadOnlyListShownWord));
                return ExitCodes.Ok;
            }
            foreach (var word in list.Commands)
            {
                var hint = word.ArgumentHint is { } said ? $" {SafeText.Line(said, 60)}" : "";
                io.Out.WriteLine($"{io.OutStyle.Cyan("/" + SafeText.Line(word.Name))}{hint}  {SafeText.Line(word.Description, 120)}  {io.OutStyle.Dim($"({word.Origin ?? word.Kind})")}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Show(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "As pryx command list shows it, with or without the slash" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("show", "The text of a command, and what it may do") { name, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var found = await api.CallAsync("GET", $"/api/v1/commands/{Uri.EscapeDataString(parsed.GetValue(name)!.TrimStart('/'))}?{Workspace(io)}", null, CommandsJson.Default.ShownCommand, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(found, CommandsJson.Default.ShownCommand));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"{io.OutStyle.Bold("/" + SafeText.Line(found.Name))} {SafeText.Line(found.ArgumentHint ?? "", 100)}".TrimEnd());
            io.Out.WriteLine(io.OutStyle.Dim($"{SafeText.Line(found.Path)} ({found.Origin})"));
            if (found.AllowedTools is { } tools)
            {
                io.Out.WriteLine($"Only these tools: {(tools.Count == 0 ? "none" : SafeText.Line(string.Join(", ", tools), 400))}");
            }
            if (found.Model is { } model)
            {
                io.Out.WriteLine($"Model: {SafeText.Line(model)}");
            }
            io.Out.WriteLine();
            io.Out.WriteLine(SafeText.Of(found.Body));
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static string Workspace(CommandIo io) => $"workspace={Uri.EscapeDataString(io.WorkingDirectory)}";
}
