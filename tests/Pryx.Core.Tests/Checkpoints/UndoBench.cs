using System.Security.Cryptography;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Checkpoints;
using Pryx.Core.Configuration;
using Pryx.Core.Events;
using Pryx.Core.Files;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Sandbox;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;

namespace Pryx.Core.Tests.Checkpoints;

/// <summary>A session whose turns are made of real tool calls: commands in a real sandbox and file tools, with everything undo needs around them.</summary>
internal sealed class UndoBench : IAsyncDisposable
{
    private readonly TempHome _home;
    private readonly Database _database;
    private readonly ShellTool _shell;
    private readonly SandboxMode _mode;

    private UndoBench(TempHome home, Database database, SandboxChoice choice, UndoOptions options)
    {
        (_home, _database) = (home, database);
        var events = new EventLog(database);
        Sessions = new SessionStore(database, events, new SessionHistory(database));
        Shelf = new CheckpointShelf(database, events, new PryxPaths(home.Home, home.Data), () => options, static trouble => Assert.Fail(trouble));
        Desk = new UndoDesk(database, Sessions, Shelf);
        var folder = Path.Combine(home.Data, "sandbox");
        var spawner = new ProcessSpawner(sandbox: new SandboxOptions { Choice = choice, Folder = folder, Helper = [SandboxBench.Executable] });
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["HOME"] = home.Home, ["LANG"] = "C.UTF-8" };
        if (Environment.GetEnvironmentVariables()["DOTNET_ROOT"] is string root)
        {
            environment["DOTNET_ROOT"] = root;
        }
        _shell = new ShellTool(spawner, environment, new CommandSandbox(new SandboxProfiles(home.Home, home.Data, Path.GetDirectoryName(SandboxBench.Executable)!), folder));
        _mode = choice == SandboxChoice.Off ? SandboxMode.Off : SandboxMode.NoNetwork;
    }

    public CheckpointShelf Shelf { get; }
    public UndoDesk Desk { get; }
    public SessionStore Sessions { get; }
    public SessionId Session { get; private set; }
    public string Workspace => _home.Workspace;
    public string Data => _home.Data;
    public Database Database => _database;

    public static async Task<UndoBench> OpenAsync(CancellationToken cancellationToken, SandboxChoice choice = SandboxChoice.Auto, UndoOptions? options = null)
    {
        Assert.SkipUnless(choice is not (SandboxChoice.Auto or SandboxChoice.Bubblewrap) || File.Exists("/usr/bin/bwrap"), "Needs bubblewrap: apt install bubblewrap");
        Assert.SkipUnless(choice == SandboxChoice.Off || ProcessSpawner.CanWatch, "Needs a kernel with seccomp user notification (Linux 5.5 or newer)");
        var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        Directory.CreateDirectory(Path.Combine(home.Data, "tool-output"));
        var bench = new UndoBench(home, await Database.OpenAsync(Path.Combine(home.Data, "pryx.db"), TimeProvider.System, cancellationToken), choice, options ?? new UndoOptions());
        bench.Session = (await bench.Sessions.CreateAsync(new CreateSession { Workspace = home.Workspace, Title = "undo" }, cancellationToken)).Id;
        return bench;
    }

    /// <summary>A turn with calls, in their order.</summary>
    public async Task<TurnId> TurnAsync(CancellationToken cancellationToken, params Func<TurnCalls, Task>[] calls)
    {
        var turn = await BeginAsync(cancellationToken);
        foreach (var call in calls)
        {
            await call(turn);
        }
        await EndAsync(turn.Id, cancellationToken);
        return turn.Id;
    }

    /// <summary>A turn of one command.</summary>
    public Task<TurnId> RunAsync(string command, CancellationToken cancellationToken) => TurnAsync(cancellationToken, turn => turn.RunAsync(command));

    /// <param name="remembers">False: as if undo were switched off.</param>
    public async Task<TurnCalls> BeginAsync(CancellationToken cancellationToken, bool remembers = true)
    {
        var id = TurnId.New();
        await _database.WriteAsync(connection =>
        {
            connection.Execute(
                "INSERT INTO turns (id, session_id, model, request, status, started_at) VALUES ($id, $session, 'a/b', '{}', 'running', '2026-01-01T00:00:00.000Z')",
                ("$id", id.ToString()), ("$session", Session.ToString()));
            ItemRows.Insert(connection, Session, new UserMessage("Do it.") { TurnId = id }, TimeProvider.System.GetUtcNow());
        }, cancellationToken);
        return new TurnCalls(this, id, remembers ? await Shelf.OpenTurnAsync(Session, id, Workspace, cancellationToken) : NoMemory.Instance, cancellationToken);
    }

    public Task EndAsync(TurnId turn, CancellationToken cancellationToken) =>
        _database.WriteAsync(connection => { connection.Execute("UPDATE turns SET status = 'completed' WHERE id = $id", ("$id", turn.ToString())); }, cancellationToken);

    public Task<UndoneBody> UndoAsync(CancellationToken cancellationToken, int? turn = null, bool force = false, bool preview = false, IReadOnlyList<string>? paths = null) =>
        Desk.UndoAsync(Session, new() { Turn = turn, Force = force, Paths = paths }, preview, "test", null, cancellationToken);

    public Task<UndoneBody> RedoAsync(CancellationToken cancellationToken) => Desk.RedoAsync(Session, new(), false, "test", null, cancellationToken);

    public string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Workspace, path))!);
        return _home.Write(path, text);
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Workspace, path));

    public void SetMode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Workspace, path), (UnixFileMode)mode);
        }
    }

    /// <summary>Everything in the workspace: kinds, modes, bytes and where links lead.</summary>
    public SortedDictionary<string, string> Hash()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var open = new Stack<string>([Workspace]);
        while (open.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                var name = Path.GetRelativePath(Workspace, entry.FullName);
                if (entry.LinkTarget is { } target)
                {
                    found[name] = $"link {target}";
                }
                else if (entry is DirectoryInfo)
                {
                    found[name] = $"folder {entry.UnixFileMode}";
                    open.Push(entry.FullName);
                }
                else
                {
                    found[name] = $"file {entry.UnixFileMode} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(entry.FullName)))}";
                }
            }
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _home.Dispose();
    }

    /// <summary>The calls of one turn, made as the engine makes them.</summary>
    internal sealed class TurnCalls(UndoBench bench, TurnId id, IChangeMemory memory, CancellationToken cancellationToken)
    {
        public TurnId Id => id;

        public List<string> Notices { get; } = [];

        public async Task<ToolOutcome> RunAsync(string command)
        {
            var outcome = await InvokeAsync(bench._shell, new Dictionary<string, object> { ["command"] = command, ["timeout_ms"] = 120_000 });
            Assert.False(outcome.Text.Contains("nothing was run", StringComparison.Ordinal), outcome.Text);
            return outcome;
        }

        public Task<ToolOutcome> WriteAsync(string path, string content) => InvokeAsync(Tool("filesystem.write"), new Dictionary<string, object> { ["path"] = path, ["content"] = content });

        private static ITool Tool(string name) => FileTools.All().First(tool => tool.Definition.PolicyName == name);

        private async Task<ToolOutcome> InvokeAsync(ITool tool, Dictionary<string, object> call)
        {
            var context = new ToolContext
            {
                SessionId = bench.Session,
                TurnId = id,
                CallId = "call_1",
                Workspace = bench.Workspace,
                OutputDirectory = Path.Combine(bench.Data, "tool-output"),
                Sandbox = bench._mode,
                AskUserAsync = static (_, _) => Task.FromResult(ApprovalAnswer.Deny("test")),
                Time = TimeProvider.System,
            };
            var arguments = ToolArguments.Parse(JsonSerializer.Serialize(call));
            var plan = await tool.PlanAsync(arguments, context, cancellationToken);
            var remembered = await memory.BeginAsync(plan, context.Sandbox, cancellationToken);
            if (remembered.Notice is { } notice)
            {
                Notices.Add(notice);
            }
            try
            {
                return await tool.InvokeAsync(arguments, plan, context with { Memory = remembered }, cancellationToken);
            }
            finally
            {
                await remembered.EndAsync(CancellationToken.None);
            }
        }
    }
}
