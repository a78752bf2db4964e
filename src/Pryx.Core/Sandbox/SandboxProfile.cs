namespace Pryx.Core.Sandbox;

/// <summary>What a sandboxed child may reach of the network.</summary>
public enum NetworkAccess
{
    /// <summary>No interface but its own loopback, which nothing listens on.</summary>
    None,

    /// <summary>Its own loopback with a proxy on it that judges every host.</summary>
    Proxy,

    /// <summary>The machine's own network.</summary>
    Full,
}

/// <summary>
/// What one child may do. Paths are absolute and canonical, and exist. Everything that is not named is read-only; the deeper path wins
/// over the one above it, so something visible may lie inside something hidden.
/// </summary>
public sealed record SandboxProfile
{
    /// <summary>Folders that may be written.</summary>
    public required IReadOnlyList<string> Writable { get; init; }

    /// <summary>What the child finds as /tmp; null for one of its own that is gone with it.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>Files and folders that are there and empty: secrets, sockets of other programs, other people's homes.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Files and folders that stay readable inside hidden ones.</summary>
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Inside writable folders, but read-only: what would change who guards the agent, or run outside the sandbox later.</summary>
    public IReadOnlyList<string> Protected { get; init; } = [];

    /// <summary>Like <see cref="Protected"/>, for what does not exist: such a path must not exist afterwards either.</summary>
    public IReadOnlyList<string> Forbidden { get; init; } = [];

    /// <summary>The repositories (.git, file or folder) that were known when the profile was made; others are new.</summary>
    internal IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>Repositories that may come and go, with how they were: see <see cref="NewRepository.Fingerprint"/>.</summary>
    internal IReadOnlyDictionary<string, string> OtherRepositories { get; init; } = new Dictionary<string, string>();

    /// <summary>Links that must lead where they led.</summary>
    internal IReadOnlyDictionary<string, string> Links { get; init; } = new Dictionary<string, string>();

    /// <summary>See <see cref="WorkspaceWalk.IsComplete"/>.</summary>
    internal (bool Own, bool Built) WasWalked { get; init; }

    public NetworkAccess Network { get; init; }

    /// <summary>The proxy's Unix socket; with <see cref="NetworkAccess.Proxy"/> only.</summary>
    public string? ProxySocket { get; init; }

    public SandboxLimits Limits { get; init; } = new();
}

/// <summary>How much one child may use; null for no limit. What holds of it depends on the system: <see cref="SandboxState.Limits"/>.</summary>
public sealed record SandboxLimits
{
    /// <summary>Of processor time, each process for itself.</summary>
    public TimeSpan? Cpu { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes of private writable memory, each process for itself. Address space would be the wrong measure: runtimes reserve hundreds of gigabytes of it.</summary>
    public long? Memory { get; init; } = 8L << 30;

    /// <summary>Processes and threads together, of the whole sandbox.</summary>
    public int? Processes { get; init; } = 2048;

    /// <summary>Bytes of one file.</summary>
    public long? FileSize { get; init; } = 4L << 30;

    /// <summary>Open files, each process for itself.</summary>
    public int? OpenFiles { get; init; } = 16_384;

    public static SandboxLimits None { get; } = new() { Cpu = null, Memory = null, Processes = null, FileSize = null, OpenFiles = null };

    /// <summary>The options of <c>prlimit</c> for what is limited.</summary>
    internal IEnumerable<string> Options()
    {
        if (Cpu is { } cpu)
        {
            // SIGXCPU first, which says what happened; then KILL for whoever does not listen.
            yield return $"--cpu={(long)Math.Ceiling(cpu.TotalSeconds)}:{(long)Math.Ceiling(cpu.TotalSeconds) + 5}";
        }
        if (Memory is { } memory)
        {
            yield return $"--data={memory}";
        }
        if (Processes is { } processes)
        {
            yield return $"--nproc={processes}";
        }
        if (FileSize is { } fileSize)
        {
            yield return $"--fsize={fileSize}";
        }
        if (OpenFiles is { } openFiles)
        {
            yield return $"--nofile={openFiles}";
        }
        // A core dump of a sandboxed program would be written by the kernel, outside of everything.
        yield return "--core=0";
    }
}
