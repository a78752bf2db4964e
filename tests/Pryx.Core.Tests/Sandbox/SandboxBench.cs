using System.Reflection;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Testing;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>A home with secrets, a workspace that is a git repository, and a real shell tool in a real sandbox.</summary>
public sealed class SandboxBench : IDisposable
{
    private readonly TempHome _home = new();
    private readonly SandboxChoice _choice;

    /// <summary>The real executable; parts of sandboxes run in it.</summary>
    public static string Executable { get; } =
        typeof(SandboxBench).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == "PryxExecutable").Value!;

    public SandboxBench(SandboxChoice choice = SandboxChoice.Auto, SandboxNetworkOptions? network = null, bool usesNamespaces = true)
    {
        _choice = choice;
        // Without it the next level steps in, and that is another test's.
        Assert.SkipUnless(choice is not (SandboxChoice.Auto or SandboxChoice.Bubblewrap) || Has("bwrap"), "Needs bubblewrap: apt install bubblewrap");
        Directory.CreateDirectory(Data);
        var folder = Path.Combine(Data, "sandbox");
        Spawner = new ProcessSpawner(usesNamespaces, new SandboxOptions { Choice = choice, Folder = folder, Helper = [Executable] });
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", ["HOME"] = Home, ["LANG"] = "C.UTF-8", ["TERM"] = "dumb" };
        if (Environment.GetEnvironmentVariables()["DOTNET_ROOT"] is string root)
        {
            environment["DOTNET_ROOT"] = root;
        }
        Tool = new ShellTool(Spawner, environment, new CommandSandbox(new SandboxProfiles(Home, Data, Path.GetDirectoryName(Executable)!), folder, network));
        var output = Directory.CreateDirectory(Path.Combine(Data, "tool-output", "turn")).FullName;
        Context = new ToolContext
        {
            SessionId = new SessionId(Guid.NewGuid()),
            TurnId = new TurnId(Guid.NewGuid()),
            CallId = "call_1",
            Workspace = Workspace,
            OutputDirectory = output,
            Sandbox = SandboxMode.NoNetwork,
            AskUserAsync = (_, _) => Task.FromResult(ApprovalAnswer.Deny("test")),
            Time = TimeProvider.System,
        };
        WriteHome(".ssh/id_ed25519", "secret-of-ssh");
        WriteHome(".aws/credentials", "secret-of-aws");
        WriteHome(".netrc", "secret-of-netrc");
        WriteHome(".bash_history", "secret-of-history");
        WriteHome(".config/tool/settings", "plain settings");
        File.WriteAllText(Path.Combine(Data, "core.token"), "secret-of-core");
        _home.Write("README.md", "hello");
        _home.Write(".env", "KEY=secret-of-env");
        _home.Write("src/main.c", "int main(void) { return 0; }");
    }

    public ProcessSpawner Spawner { get; }
    public ShellTool Tool { get; }
    public ToolContext Context { get; set; }
    public string Home => _home.Home;
    public string Data => _home.Data;
    public string Workspace => _home.Workspace;
    public string Root => _home.Root;

    public string WriteHome(string path, string text)
    {
        var full = Path.Combine(Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public string Write(string path, string text) => _home.Write(path, text);

    public async Task MakeRepositoryAsync(CancellationToken cancellationToken) =>
        Assert.Equal(0, (await RunProcess.RunAsync("git", ["init", "-q", Workspace], new() { Environment = new Dictionary<string, string?> { ["HOME"] = Home, ["GIT_CONFIG_NOSYSTEM"] = "1" } }, cancellationToken)).ExitCode);

    private static bool Has(string tool) => File.Exists($"/usr/bin/{tool}") || File.Exists($"/bin/{tool}");

    public async Task<ToolOutcome> RunAsync(string command, CancellationToken cancellationToken, SandboxMode? mode = null, int? timeoutMs = null, Dictionary<string, string>? env = null)
    {
        foreach (var tool in (string[])["python3", "curl"])
        {
            // A tool that is not there fails like an attack that was beaten.
            Assert.SkipUnless(!command.Contains(tool, StringComparison.Ordinal) || Has(tool), $"Needs {tool}: apt install {tool}");
        }
        var context = Context with { Sandbox = mode ?? Context.Sandbox };
        var call = new Dictionary<string, object> { ["command"] = command, ["timeout_ms"] = timeoutMs ?? 60_000, ["env"] = env ?? [] };
        var arguments = ToolArguments.Parse(JsonSerializer.Serialize(call));
        var outcome = await Tool.InvokeAsync(arguments, await Tool.PlanAsync(arguments, context, cancellationToken), context, cancellationToken);
        // Else an attack would count as beaten because nothing ran.
        Assert.True(_choice == SandboxChoice.Off || !outcome.Text.Contains("nothing was run", StringComparison.Ordinal), outcome.Text);
        return outcome;
    }

    public void Dispose() => _home.Dispose();
}
