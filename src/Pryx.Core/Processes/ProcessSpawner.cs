using System.Diagnostics;

namespace Pryx.Core.Processes;

/// <summary>
/// Starts every child: tools, MCP servers, background processes. One for the whole process; what it starts can be ended as a whole tree.
/// </summary>
public sealed class ProcessSpawner
{
    /// <summary>Names the tree in the environment of every descendant, so that strays are found where there is no PID namespace.</summary>
    internal const string Mark = "PRYX_PROCESS_TREE";

    private readonly Lazy<Task<PidNamespace?>> _namespace;

    /// <param name="usesNamespaces">False gives the fallback of systems without PID namespaces, also where there are some.</param>
    public ProcessSpawner(bool usesNamespaces = true) =>
        _namespace = new(() => usesNamespaces ? PidNamespace.ProbeAsync() : Task.FromResult<PidNamespace?>(null));

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

        IEnumerable<string> command = isolation switch
        {
            Isolation.PidNamespace => (await _namespace.Value.ConfigureAwait(false))!.Wrap(program, request.Arguments),
            Isolation.ProcessGroup => [SetSid!, program, .. request.Arguments],
            _ => [program, .. request.Arguments],
        };
        var start = new ProcessStartInfo(command.First(), command.Skip(1))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = request.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var mark = Guid.NewGuid().ToString("N");
        start.Environment.Clear();
        foreach (var (name, value) in request.Environment)
        {
            start.Environment[name] = value;
        }
        start.Environment[Mark] = mark;

        var process = await SpawnThread.StartAsync(start).ConfigureAwait(false);
        if (!request.KeepsInput)
        {
            process.StandardInput.Close();
        }
        return new RunningProcess(process, new ProcessTree(process, isolation, mark), request.KeepsInput);
    }

    // setsid replaces itself with the command: the child's id is also its group's and its session's.
    private static readonly string? SetSid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
}
