using System.Collections.Concurrent;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Tests.Processes;

/// <summary>A real folder, a real shell tool, and a look at /proc that does not believe either.</summary>
public sealed class ShellBench : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pryx-shell-").FullName;

    public ShellBench(bool usesNamespaces = true, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyDictionary<string, string>? workspaceEnvironment = null)
    {
        Directory.CreateDirectory(Workspace);
        Directory.CreateDirectory(Output);
        Tool = new ShellTool(new ProcessSpawner(usesNamespaces), environment);
        Context = new ToolContext
        {
            SessionId = new SessionId(Guid.NewGuid()),
            TurnId = new TurnId(Guid.NewGuid()),
            CallId = "call_1",
            Workspace = Workspace,
            OutputDirectory = Output,
            Environment = workspaceEnvironment ?? new Dictionary<string, string>(),
            OnOutput = (stream, text) => Live.Enqueue((stream, text)),
            AskUserAsync = (_, _) => Task.FromResult(ApprovalAnswer.Deny("test")),
            Time = TimeProvider.System,
        };
    }

    public string Workspace => Path.Combine(_root, "workspace");
    public string Output => Path.Combine(_root, "output");
    public ShellTool Tool { get; }
    public ToolContext Context { get; set; }
    public ConcurrentQueue<(string Stream, string Text)> Live { get; } = [];

    /// <summary>In every command line and environment of this bench's children, so that they can be counted from outside.</summary>
    public string Tag { get; } = $"tag{Guid.NewGuid():N}";

    public async Task<ToolOutcome> RunAsync(string command, CancellationToken cancellationToken, int? timeoutMs = null, string? workdir = null)
    {
        var arguments = Arguments(command, timeoutMs, workdir);
        var plan = await Tool.PlanAsync(arguments, Context, cancellationToken);
        return await Tool.InvokeAsync(arguments, plan, Context, cancellationToken);
    }

    public async Task<ToolPlan> PlanAsync(string command, CancellationToken cancellationToken) =>
        await Tool.PlanAsync(Arguments(command, null, null), Context, cancellationToken);

    /// <summary>Living processes and zombies that carry the tag in their command line, wherever they hang.</summary>
    public IReadOnlyList<int> Tagged()
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (File.ReadAllText(folder + "/cmdline").Contains(Tag, StringComparison.Ordinal))
                {
                    found.Add(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // Gone while we looked.
            }
        }
        return found;
    }

    /// <summary>Dead children of this process that nobody has collected.</summary>
    public static int Zombies()
    {
        var own = $"{Environment.ProcessId}";
        return Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Count(path =>
        {
            try
            {
                var fields = File.ReadAllText(path + "/stat").Split(") ")[^1].Split(' ');
                return fields[0] == "Z" && fields[1] == own;
            }
            catch (IOException)
            {
                return false;
            }
        });
    }

    public static async Task UntilAsync(Func<bool> isTrue, TimeSpan limit, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(limit.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!isTrue())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < end, "It did not happen in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static ToolArguments Arguments(string command, int? timeoutMs, string? workdir)
    {
        var arguments = new Dictionary<string, object> { ["command"] = command };
        if (timeoutMs is { } limit)
        {
            arguments["timeout_ms"] = limit;
        }
        if (workdir is not null)
        {
            arguments["workdir"] = workdir;
        }
        return ToolArguments.Parse(JsonSerializer.Serialize(arguments));
    }
}
