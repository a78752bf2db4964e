using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Commands.Gateway;
using Pryx.Terminal;

namespace Pryx.Commands.Memory;

/// <summary><c>pryx memory …</c>: what is remembered of you and of this folder, in plain files.</summary>
internal static class MemoryCommand
{
    private const string Root = "/api/v1/memory";

    public static Command Create(CommandIo io) =>
        new Command("memory", "What Pryx remembers of you and of this folder") { List(io), Search(io), Add(io), Edit(io), Forget(io) }.WithExamples("""
            pryx memory list
            pryx memory add 'I prefer tabs'
            pryx memory add 'Tests need a running Postgres' --folder
            pryx memory search postgres
            pryx memory forget 4f1c2ab0
            """);

    private static Command List(CommandIo io)
    {
        var json = Json();
        var command = new Command("list", "All of it, by file") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await api.CallAsync("GET", $"{Root}?{Workspace(io)}", null, MemoryCommandJson.Default.RememberedList, token);
            return Show(io, list, parsed.GetValue(json), "Nothing is remembered yet. Add something: pryx memory add 'I prefer tabs'");
        }, cancellationToken));
        return command;
    }

    private static Command Search(CommandIo io)
    {
        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.OneOrMore, Description = "All of them must occur" };
        var json = Json();
        var command = new Command("search", "Find words in what is remembered") { words, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await api.CallAsync("GET", $"{Root}?{Workspace(io)}&q={Uri.EscapeDataString(string.Join(' ', parsed.GetValue(words)!))}", null, MemoryCommandJson.Default.RememberedList, token);
            return Show(io, list, parsed.GetValue(json), "Nothing of that is remembered.");
        }, cancellationToken));
        return command;
    }

    private static Command Add(CommandIo io)
    {
        var text = new Argument<string>("TEXT") { Description = "One fact, one sentence" };
        var folder = new Option<bool>("--folder") { Description = "About this folder instead of you" };
        var inFolder = new Option<bool>("--in-folder") { Description = "About this folder, and kept in its own .pryx/MEMORY.md" };
        var json = Json();
        var command = new Command("add", "Remember a fact") { text, folder, inFolder, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var isOfFolder = parsed.GetValue(folder) || parsed.GetValue(inFolder);
            var request = new MemoryRequest(parsed.GetValue(text)!) { Scope = isOfFolder ? "workspace" : "user", Workspace = io.WorkingDirectory, InFolder = parsed.GetValue(inFolder) };
            var added = await api.CallAsync("POST", Root, JsonSerializer.Serialize(request, MemoryCommandJson.Default.MemoryRequest), MemoryCommandJson.Default.Remembered, token);
            io.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(added, MemoryCommandJson.Default.Remembered) : $"Remembered {added.Id} in {SafeText.Line(added.File)}. New sessions know it.");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Edit(CommandIo io)
    {
        var (id, text, json) = (Id(), new Argument<string>("TEXT") { Description = "What it is to say instead" }, Json());
        var command = new Command("edit", "Change an entry; it is then your own words") { id, text, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var body = JsonSerializer.Serialize(new MemoryRequest(parsed.GetValue(text)!), MemoryCommandJson.Default.MemoryRequest);
            var edited = await api.CallAsync("PATCH", $"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}?{Workspace(io)}", body, MemoryCommandJson.Default.Remembered, token);
            io.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(edited, MemoryCommandJson.Default.Remembered) : $"Changed; it is {edited.Id} now.");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Forget(CommandIo io)
    {
        var (id, json) = (Id(), Json());
        var command = new Command("forget", "Take an entry out of its file") { id, json };
        command.Aliases.Add("rm");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var wanted = parsed.GetValue(id)!;
            await api.CallAsync("DELETE", $"{Root}/{Uri.EscapeDataString(wanted)}?{Workspace(io)}", token);
            io.Out.WriteLine(parsed.GetValue(json) ? $$"""{"forgotten":"{{JsonEncodedText.Encode(wanted)}}"}""" : $"Forgotten: {SafeText.Line(wanted, 60)}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static int Show(CommandIo io, RememberedList list, bool isJson, string ifNothing)
    {
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(list.Memory, MemoryCommandJson.Default.IReadOnlyListRemembered));
            return ExitCodes.Ok;
        }
        if (list.Memory.Count == 0)
        {
            io.Out.WriteLine(ifNothing);
        }
        foreach (var file in list.Memory.GroupBy(static entry => entry.File))
        {
            io.Out.WriteLine(io.OutStyle.Dim(SafeText.Line(file.Key)));
            foreach (var entry in file)
            {
                var label = entry.Untrusted is { } source ? io.OutStyle.Yellow($"  (untrusted: taken from {SafeText.Line(source, 100)})") : entry.By == "model" ? io.OutStyle.Dim("  (noted by the model)") : "";
                io.Out.WriteLine($"{io.OutStyle.Cyan(SafeText.Line(entry.Id))}  {SafeText.Line(entry.Text, 1_000)}{label}");
            }
        }
        return ExitCodes.Ok;
    }

    private static Argument<string> Id() => new("ID") { Description = "As pryx memory list shows it, or its first 4 characters" };

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };

    private static string Workspace(CommandIo io) => $"workspace={Uri.EscapeDataString(io.WorkingDirectory)}";
}

/// <summary>As the gateway shows an entry.</summary>
internal sealed record Remembered(string Id, string Text, string Scope, string By, string? Untrusted, DateOnly? Noted, string File);

internal sealed record RememberedList(IReadOnlyList<Remembered> Memory);

internal sealed record MemoryRequest(string Text)
{
    public string? Scope { get; init; }
    public string? Workspace { get; init; }
    public bool InFolder { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RememberedList))]
[JsonSerializable(typeof(IReadOnlyList<Remembered>))]
[JsonSerializable(typeof(Remembered))]
[JsonSerializable(typeof(MemoryRequest))]
internal sealed partial class MemoryCommandJson : JsonSerializerContext;
