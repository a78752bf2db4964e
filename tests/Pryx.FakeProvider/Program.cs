using System.CommandLine;
using System.Runtime.InteropServices;
using Pryx.Testing;

// The fake provider as a process of its own, for benchmarks and shell tests: prints its URL, serves until it is ended.
var script = new Option<string>("--script") { Description = "text, tool, five-steps, many-steps, or the path of a JSON script", DefaultValueFactory = _ => "text" };
var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 for any free one" };
var portFile = new Option<string?>("--port-file") { Description = "Written with the port number once it listens" };
var log = new Option<string?>("--log") { Description = "A JSONL file that gets a line for each request and each answer" };
var delay = new Option<int>("--delay-ms") { Description = "Milliseconds between two chunks" };
var models = new Option<string[]>("--model") { Description = "A model the listings offer; may be repeated", DefaultValueFactory = _ => ["fake-model"] };
var keyless = new Option<bool>("--no-key") { Description = "Ask for no key" };
var command = new RootCommand("A model provider that plays a script, in the formats of OpenAI, Anthropic and Ollama.") { script, port, portFile, log, delay, models, keyless };

command.SetAction(async (result, cancellationToken) =>
{
    var play = ScriptFile.Load(result.GetValue(script)!, TimeSpan.FromMilliseconds(result.GetValue(delay)));
    await using var provider = await FakeProvider.StartAsync(play, cancellationToken, result.GetValue(port), result.GetValue(log));
    provider.Models = result.GetValue(models)!;
    provider.RequiresKey = !result.GetValue(keyless);
    if (result.GetValue(portFile) is { } file)
    {
        // Renamed into place: whoever waits for the file never reads half of it.
        await File.WriteAllTextAsync(file + ".new", provider.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
        File.Move(file + ".new", file, overwrite: true);
    }
    Console.WriteLine(provider.Url.ToString().TrimEnd('/'));

    var ended = new TaskCompletionSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
    void End(PosixSignalContext context)
    {
        context.Cancel = true;
        ended.TrySetResult();
    }
    await ended.Task.WaitAsync(cancellationToken);
    foreach (var violation in provider.Violations)
    {
        Console.Error.WriteLine(violation);
    }
    return provider.Violations.Count == 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
