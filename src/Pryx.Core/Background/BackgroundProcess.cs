using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Protocol;
using Pryx.Protocol.Processes;

namespace Pryx.Core.Background;

/// <summary>What is wanted of a process beside its command.</summary>
/// <param name="Command">Masked: for people and the store.</param>
/// <param name="Session">In which it is started; its end is the process's end unless it is global.</param>
/// <param name="StartedBy">agent or user.</param>
internal sealed record NewProcess(string Name, string Command, SessionId Session, string Workspace, string StartedBy)
{
    public IReadOnlyList<string> Tags { get; init; } = [];
    public bool IsGlobal { get; init; }
    public string Mode { get; init; } = "hybrid";
    public ProcessOutputConfig Output { get; init; } = new();

    /// <summary>Whose words its output may be; null for nobody's but the user's.</summary>
    public string? Source { get; init; }
}

/// <summary>One process that runs in this Pryx process, or did.</summary>
internal sealed class BackgroundProcess(string id, NewProcess wanted, DateTimeOffset startedAt)
{
    private readonly Lock _gate = new();
    private RunningProcess? _child;
    private Task? _stopping;
    private string? _endedBy;
    private long _saved;
    private int _isToldOf;

    public string Id => id;
    public DateTimeOffset StartedAt => startedAt;
    public NewProcess Wanted => wanted;
    public LineRing Lines { get; } = new(wanted.Output.CircularBufferSize);
    public DateTimeOffset? EndedAt { get; private set; }
    public int? ExitCode { get; private set; }
    public bool IsRunning => EndedAt is null;

    /// <summary>Done when all that comes after its end is done, too.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;
    public int? Pid { get; private set; }
    public bool IsSandboxed { get; private set; }

    /// <summary>True for the first who asks: whoever has read of its end in a result is not told again.</summary>
    public bool TellOnce() => Interlocked.Exchange(ref _isToldOf, 1) == 0;

    public string? EndedBy
    {
        get
        {
            lock (_gate)
            {
                return _endedBy;
            }
        }
    }

    public void Attach(RunningProcess child, SandboxRun? sandbox) => (_child, Pid, IsSandboxed) = (child, child.ProcessId, sandbox is not null);

    /// <summary>Ends the whole tree; the first who asks is remembered as the reason.</summary>
    public async Task StopAsync(string by)
    {
        Task stopping;
        lock (_gate)
        {
            if (_child is null)
            {
                return;
            }
            _endedBy ??= by;
            stopping = _stopping ??= _child.EndTreeAsync();
        }
        await stopping.ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    /// <summary>Nobody begins to end it any more; returns when those who do are done.</summary>
    public Task DetachAsync()
    {
        lock (_gate)
        {
            _child = null;
            return _stopping ?? Task.CompletedTask;
        }
    }

    public void End(int exitCode, DateTimeOffset now)
    {
        lock (_gate)
        {
            (ExitCode, EndedAt) = (exitCode, now);
            _endedBy ??= "itself";
        }
        // What has ended is kept for a while, and many may have.
        Lines.Shrink(100);
    }

    /// <summary>Whether there are lines since the last time somebody asked.</summary>
    public bool TakeNew() => Interlocked.Exchange(ref _saved, Lines.Count) != Lines.Count;

    /// <param name="lines">The newest.</param>
    public BackgroundProcessBody Body(int lines, long after = 0, bool withPorts = false) => new(id, wanted.Name, wanted.Command, IsRunning ? "running" : "ended", startedAt)
    {
        Tags = wanted.Tags,
        Global = wanted.IsGlobal,
        SessionId = wanted.IsGlobal ? null : wanted.Session,
        Workspace = wanted.Workspace,
        Mode = wanted.Mode,
        OutputConfig = wanted.Output,
        StartedBy = wanted.StartedBy,
        Pid = Pid,
        Sandboxed = IsSandboxed,
        Ports = withPorts && IsRunning && Pid is { } pid ? ListeningPorts.Of(pid) : null,
        EndedAt = EndedAt,
        ExitCode = ExitCode,
        EndedBy = IsRunning ? null : EndedBy,
        LineCount = Lines.Count,
        Output = Lines.Last(lines, after),
    };
}
