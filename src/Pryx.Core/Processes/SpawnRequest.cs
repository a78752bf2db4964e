using Pryx.Agent.Tools;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Processes;

/// <summary>A child to start.</summary>
/// <param name="Program">A path, or a name that is looked up in the request's PATH.</param>
public sealed record SpawnRequest(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>An existing folder.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The whole environment; nothing of ours is added except the mark that finds stray descendants.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>What the child may do; null runs it with the user's own rights. With one it runs inside or not at all.</summary>
    public SandboxProfile? Sandbox { get; init; }

    /// <summary>Hears of each change to files before the child makes it; null for nobody. Only a sandboxed child is watched, and only where <see cref="ProcessSpawner.CanWatch"/>.</summary>
    public ICallMemory? Memory { get; init; }

    /// <summary>True keeps a pipe to the child's standard input; otherwise it reads end of file.</summary>
    public bool KeepsInput { get; init; }
}

/// <summary>How a child's tree is held together.</summary>
public enum Isolation
{
    /// <summary>Linux: the kernel ends every descendant with the first process, and all of them with us.</summary>
    PidNamespace,

    /// <summary>An own session; stray descendants are looked for and ended, but not when we die first.</summary>
    ProcessGroup,

    /// <summary>Whatever the platform says about parents and children at the time of ending.</summary>
    ProcessTree,
}
