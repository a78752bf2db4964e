using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Pryx.Core.Processes.Watching;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Processes;

/// <summary>
/// Starts every child: tools, MCP servers, background processes. One for the whole process; what it starts can be ended as a whole tree.
/// </summary>
public sealed class ProcessSpawner
{
    /// <summary>Names the tree in the environment of every descendant, so that strays are found where there is no PID namespace.</summary>
    internal const string Mark = "PRYX_PROCESS_TREE";

    private readonly Lazy<Task<PidNamespace?>> _namespace;
    private readonly SandboxLevels? _sandbox;

    /// <param name="usesNamespaces">False gives the fallback of systems without PID namespaces, also where there are some.</param>
    /// <param name="sandbox">Null: nothing can be sandboxed by this one.</param>
    public ProcessSpawner(bool usesNamespaces = true, SandboxOptions? sandbox = null)
    {
        _namespace = new(() => usesNamespaces ? PidNamespace.ProbeAsync() : Task.FromResult<PidNamespace?>(null));
        _sandbox = sandbox is null ? null : new SandboxLevels(sandbox, static command => ProbeRun.RunAsync(command.Words, command.Environment, command.Inherited), PidNamespace.UnderInit);
    }

    /// <summary>Whether changes of sandboxed children can be seen before they happen; false where the kernel can not do it.</summary>
    public static bool CanWatch => ChangeWatch.IsSupported;

    /// <summary>Which sandbox is in force for what asks for one; probed once.</summary>
    public Task<SandboxState> SandboxStateAsync() =>
        _sandbox?.StateAsync() ?? Task.FromResult(new SandboxState(SandboxLevel.None) { Reason = "this process has none" });

    /// <summary>What this system gives, probed once; for <c>doctor</c>.</summary>
    public async Task<Isolation> ProbeIsolationAsync() =>
        await _namespace.Value.ConfigureAwait(false) is not null ? Isolation.PidNamespace
        : OperatingSystem.IsLinux() && SetSid is not null ? Isolation.ProcessGroup
        : Isolation.ProcessTree;

    /// <summary>The child is started or it is not: the token is looked at before, afterwards its owner ends the tree.</summary>
    /// <exception cref="SpawnException">No such program or folder, or the system refused.</exception>
    public async Task<RunningProcess> StartAsync(SpawnRequest request, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(request.WorkingDirectory))
        {
            throw new SpawnException($"The working directory '{request.WorkingDirectory}' does not exist.");
        }
        var program = ExecutablePath.Find(request.Program, request.WorkingDirectory, request.Environment)
            ?? throw new SpawnException($"The program '{request.Program}' was not found.");
        var isolation = await ProbeIsolationAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var mark = Guid.NewGuid().ToString("N");
        var environment = new Dictionary<string, string>(request.Environment) { [Mark] = mark };
        IReadOnlyList<string> command = [program, .. request.Arguments];
        if (request.Sandbox is not { } profile)
        {
            return await StartAsync(request, await IsolateAsync(command, isolation).ConfigureAwait(false), environment, [], isolation, mark).ConfigureAwait(false);
        }
        try
        {
            using var sandboxed = await (_sandbox ?? throw new SandboxException("This process has no sandbox to give; nothing was run."))
                .WrapAsync(new(profile, command, request.WorkingDirectory, environment)).ConfigureAwait(false);
            var outer = new Dictionary<string, string>(sandboxed.Environment) { [Mark] = mark };
            return _sandbox.BringsNamespace
                // In a session of its own: a Ctrl-C is told to Pryx, which ends the command, and not to the sandbox.
                ? await StartAsync(request, SetSid is null ? sandboxed.Words : [SetSid, .. sandboxed.Words], outer, sandboxed.Inherited, Isolation.PidNamespace, mark).ConfigureAwait(false)
                : await StartAsync(request, await IsolateAsync(sandboxed.Words, isolation).ConfigureAwait(false), outer, sandboxed.Inherited, isolation, mark).ConfigureAwait(false);
        }
        catch (SandboxException e)
        {
            throw new SpawnException(e.Message, e);
        }
    }

    private async Task<IReadOnlyList<string>> IsolateAsync(IReadOnlyList<string> command, Isolation isolation) => isolation switch
    {
        Isolation.PidNamespace => [.. (await _namespace.Value.ConfigureAwait(false))!.Wrap(command)],
        Isolation.ProcessGroup => [SetSid!, .. command],
        _ => command,
    };

    private static async Task<RunningProcess> StartAsync(
        SpawnRequest request, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, IReadOnlyList<SafeFileHandle> inherited, Isolation isolation, string mark)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = request.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = await SpawnThread.StartAsync(start, inherited, request.Sandbox is not null && request.Memory is { Root: not null } memory && CanWatch ? memory : null).ConfigureAwait(false);
        if (!request.KeepsInput)
        {
            process.StandardInput.Close();
        }
        return new RunningProcess(process, new ProcessTree(process, isolation, mark), request.KeepsInput);
    }

    // setsid replaces itself with the command: the child's id is also its group's and its session's.
    private static readonly string? SetSid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
}
