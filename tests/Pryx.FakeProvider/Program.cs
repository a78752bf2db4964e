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
var warm = new Option<bool>("--warm") { Description = "Compile everything before it listens, so that the first request is answered as fast as the others" };
var command = new RootCommand("A model provider that plays a script, in the formats of OpenAI, Anthropic and Ollama.") { script, port, portFile, log, delay, models, keyless, warm };

command.SetAction(async (result, cancellationToken) =>
{
    var play = ScriptFile.Load(result.GetValue(script)!, TimeSpan.FromMilliseconds(result.GetValue(delay)));
    if (result.GetValue(warm))
    {
        await WarmUpAsync(cancellationToken);
    }
    await using var provider = await FakeProvider.StartAsync(play, cancellationToken, result.GetValue(port), result.GetValue(log));
    provider.Models = result.GetValue(models)!;
    provider.RequiresKey = !result.GetValue(keyless);
    if (result.GetValue(portFile) is { } file)
    {
        // Renamed into place: whoever waits for the file never reads half of it.
        await File.WriteAllTextAsync(file + ".new", provider.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
        File.Move(file + ".new", file, overwrite: true);
    }
    // Before anybody knows that it runs, and might end it.
    var ended = new TaskCompletionSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
    Console.WriteLine(provider.Url.ToString().TrimEnd('/'));

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

// Through a provider of its own, so that no request of it is counted or logged.
static async Task WarmUpAsync(CancellationToken cancellationToken)
{
    await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Calls(("grep", "{}")) with { Text = ["a"] }), cancellationToken);
    provider.RequiresKey = false;
    using var http = new HttpClient(new SocketsHttpHandler());
    const string Tail = """ "model":"m","max_tokens":9,"stream":true,"stream_options":{"include_usage":true},"options":{"num_ctx":9}}""";
    (string Path, string Body)[] requests =
    [
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"""),
        ("/v1/messages", """{"messages":[{"role":"user","content":"a"}],"""),
        ("/api/chat", """{"messages":[{"role":"user","content":"a"}],"""),
        ("/v1/responses", """{"input":[{"role":"user","content":"a"}],"""),
    ];
    // Thirty of each: the runtime compiles well only what it has seen often.
    foreach (var (path, body) in Enumerable.Repeat(requests, 30).SelectMany(all => all))
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(provider.Url, path)) { Content = new StringContent(body + Tail) };
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
