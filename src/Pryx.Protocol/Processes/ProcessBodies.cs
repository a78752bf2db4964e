using System.Text.Json.Serialization;

namespace Pryx.Protocol.Processes;

/// <param name="Number">From 1, over both streams; what has been dropped is missing.</param>
/// <param name="Stream">stdout or stderr.</param>
/// <param name="Text">Masked, without terminal control, at most 2,000 characters.</param>
public sealed record ProcessLine(long Number, string Stream, string Text);

/// <summary>How a process's output is kept and, where somebody watches it, summarised.</summary>
public sealed record ProcessOutputConfig
{
    /// <summary>Lines that reading one gives: 1 to 500.</summary>
    public int BufferLines { get; init; } = 100;

    /// <summary>Lines that are kept: 10 to 5,000, and never more than 1,000,000 characters.</summary>
    public int CircularBufferSize { get; init; } = 500;

    /// <summary>Texts that mean trouble, for whoever watches.</summary>
    public IReadOnlyList<string> ErrorPatterns { get; init; } = [];

    /// <summary>As <c>10m</c>; for whoever watches.</summary>
    public string? SummaryInterval { get; init; }
}

/// <summary>A background process.</summary>
/// <param name="Id"><c>proc-</c> and ten letters and digits.</param>
/// <param name="Status">running or ended.</param>
public sealed record BackgroundProcessBody(string Id, string Name, string Command, string Status, DateTimeOffset StartedAt)
{
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>True: it outlives its session.</summary>
    public bool Global { get; init; }

    /// <summary>Whose end is its end; null for a global one.</summary>
    public SessionId? SessionId { get; init; }
    public string Workspace { get; init; } = "";

    /// <summary>hybrid, streaming or pump-dump.</summary>
    public string Mode { get; init; } = "hybrid";
    public ProcessOutputConfig OutputConfig { get; init; } = new();

    /// <summary>agent or user.</summary>
    public string StartedBy { get; init; } = "";

    /// <summary>Of the outermost process.</summary>
    public int? Pid { get; init; }
    public bool Sandboxed { get; init; }

    /// <summary>TCP ports that it listens on; null where that is not known.</summary>
    public IReadOnlyList<int>? Ports { get; init; }

    /// <summary>Null while it runs, and where nobody was there to see it.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>128 + N when signal N ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>itself, agent, user, session (it was deleted or archived), or daemon (the Pryx process that ran it has gone).</summary>
    public string? EndedBy { get; init; }

    /// <summary>Lines so far.</summary>
    public long LineCount { get; init; }

    /// <summary>The newest, oldest of them first.</summary>
    public IReadOnlyList<ProcessLine> Output { get; init; } = [];
}

public sealed record BackgroundProcessList(IReadOnlyList<BackgroundProcessBody> Processes);

/// <param name="Command">One shell command line.</param>
public sealed record StartProcess(string? Command)
{
    public string? Name { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>True without a session.</summary>
    public bool Global { get; init; }
    public SessionId? SessionId { get; init; }

    /// <summary>The folder it is started in, where no session is named.</summary>
    public string? Workspace { get; init; }

    /// <summary>hybrid, streaming or pump-dump.</summary>
    public string? Mode { get; init; }
    public ProcessOutputConfig? OutputConfig { get; init; }

    /// <summary>Hosts that it may reach.</summary>
    public IReadOnlyList<string>? Network { get; init; }

    /// <summary>With the user's own rights, the machine's network and its ports.</summary>
    public bool OutsideSandbox { get; init; }

    /// <summary>Whoever calls has decided it; needs the scope Approve. What a policy denies stays denied.</summary>
    public bool ApproveAll { get; init; }
}

/// <param name="Ids">Of those that ran and were ended.</param>
public sealed record StoppedProcesses(IReadOnlyList<string> Ids);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackgroundProcessBody))]
[JsonSerializable(typeof(ProcessOutputConfig))]
[JsonSerializable(typeof(BackgroundProcessList))]
[JsonSerializable(typeof(StartProcess))]
[JsonSerializable(typeof(StoppedProcesses))]
public sealed partial class ProcessesJson : JsonSerializerContext;
