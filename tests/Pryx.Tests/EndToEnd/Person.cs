using System.Reflection;
using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>
/// Somebody with a fresh home, a folder and the real executable. Providers are reached only where a test says so,
/// and nothing of the developer's own environment gets through.
/// </summary>
internal sealed class Person : IDisposable
{
    /// <summary>As the fake provider wants to see it, and as it must be found nowhere.</summary>
    public const string Key = "sk-end-to-end-0123456789";

    // Found by nobody: without it a developer's running Ollama would answer.
    private const string NoServer = "127.0.0.1:1";

    private static readonly string[] KeyEndings = ["_API_KEY", "_BASE_URL", "_TOKEN"];

    public static string Executable { get; } =
        typeof(Person).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == "PryxExecutable").Value!;

    public TempHome Home { get; } = new();

    /// <summary>Added to the environment of everything this person starts; null takes a variable away.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    public string Folder => Home.Workspace;

    /// <summary>A person who reaches the fake provider on every wire.</summary>
    public static Person At(FakeProvider provider)
    {
        var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        person.Variables["OPENAI_API_KEY"] = Key;
        person.Variables["ANTHROPIC_BASE_URL"] = provider.Url.ToString();
        person.Variables["ANTHROPIC_API_KEY"] = Key;
        person.Variables["OLLAMA_HOST"] = provider.Url.ToString();
        return person;
    }

    /// <param name="stdin">Null: closed at once.</param>
    public Task<ProcessResult> PryxAsync(IEnumerable<string> arguments, string? stdin = null, string? folder = null) =>
        RunProcess.RunAsync(Executable, arguments, Setup(stdin, folder), TestContext.Current.CancellationToken);

    public Task<ProcessResult> PryxAsync(params string[] arguments) => PryxAsync((IEnumerable<string>)arguments);

    /// <summary><c>pryx run -m openai/gpt-4o …</c></summary>
    public Task<ProcessResult> RunAsync(params string[] arguments) => PryxAsync(["run", "-m", Models.Chat, .. arguments]);

    public Task<RunProcess> StartAsync(params string[] arguments) =>
        RunProcess.StartAsync(Executable, arguments, Setup(null, null), TestContext.Current.CancellationToken);

    /// <summary>A command line in a real shell.</summary>
    public Task<ProcessResult> ShellAsync(string command) =>
        RunProcess.RunAsync("/bin/sh", ["-c", command], Setup(null, null), TestContext.Current.CancellationToken);

    public TerminalProcess Terminal(params string[] arguments) => TerminalProcess.Start(Executable, arguments, Setup(null, null));

    /// <summary>The one session there is, as <c>session show --json</c> prints it.</summary>
    public async Task<JsonElement> ShowSessionAsync()
    {
        var sessions = await JsonAsync("session", "list", "--json");
        return await JsonAsync("session", "show", Assert.Single(sessions.EnumerateArray()).GetProperty("id").GetString()!, "--json");
    }

    /// <summary>Runs it, wants exit code 0, and reads stdout as JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await PryxAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Stderr);
        using var document = JsonDocument.Parse(result.Stdout);
        return document.RootElement.Clone();
    }

    public void Dispose() => Home.Dispose();

    public ProcessSetup Setup(string? stdin = null, string? folder = null)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsForeign))
        {
            environment[name] = null;
        }
        foreach (var (name, value) in Home.Environment)
        {
            environment[name] = value;
        }
        environment["OLLAMA_HOST"] = NoServer;
        environment["LMSTUDIO_BASE_URL"] = environment["LLAMACPP_BASE_URL"] = environment["VLLM_BASE_URL"] = $"http://{NoServer}/v1";
        environment["EDITOR"] = environment["VISUAL"] = null;
        // What a new process pays for here is its start: the second tier of compilation would never come to pay.
        environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in Variables)
        {
            environment[name] = value;
        }
        return new ProcessSetup { Environment = environment, WorkingDirectory = folder ?? Folder, Stdin = stdin, Timeout = TimeSpan.FromSeconds(60) };
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("PRYX_", StringComparison.Ordinal) || KeyEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
}

/// <summary>Models of the bundled catalog, one for each wire, whose prices the tests write out themselves.</summary>
internal static class Models
{
    public const string Chat = "openai/gpt-4o";
    public const string Responses = "openai-responses/gpt-5.1";
    public const string Anthropic = "anthropic/claude-sonnet-4-5";
    public const string Ollama = "ollama/fake-model";
}
