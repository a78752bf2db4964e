using Pryx.Agent.Policy;

namespace Pryx.Core.Sandbox;

/// <summary>What holds sandboxed commands; later is stronger.</summary>
public enum SandboxLevel
{
    /// <summary>Nothing: commands run with the user's own rights.</summary>
    None,

    /// <summary>macOS: a Seatbelt profile. Not tried on a Mac yet.</summary>
    Seatbelt,

    /// <summary>Landlock and a system call filter: writes and reads are limited, there are no sockets at all.</summary>
    Landlock,

    /// <summary>Namespaces of its own for files, processes and network.</summary>
    Bubblewrap,
}

/// <summary>Which level is in force, for people: <c>doctor</c>, diagnostics, and the card that asks because there is none.</summary>
public sealed record SandboxState(SandboxLevel Level)
{
    /// <summary>Why it is not a better one; null at the best.</summary>
    public string? Reason { get; init; }

    /// <summary>What a person can do about it.</summary>
    public string? HowToRaise { get; init; }

    /// <summary>Whether hosts can be allowed one by one; where not, a command has no network or is not sandboxed.</summary>
    public bool HasProxy { get; init; }

    /// <summary>The same, as far as policy has to know.</summary>
    public Confinement Confinement => new(Level != SandboxLevel.None, HasProxy, Level == SandboxLevel.Bubblewrap);

    /// <summary>Which limits are really in force.</summary>
    public string Limits { get; init; } = "none";

    public override string ToString()
    {
        var text = Level switch
        {
            SandboxLevel.Bubblewrap => "bubblewrap: the workspace and /tmp writable, the rest read-only without secrets, no network unless granted",
            SandboxLevel.Landlock => "Landlock: the workspace and /tmp writable, the rest read-only without secrets outside of the workspace, no sockets at all",
            SandboxLevel.Seatbelt => "Seatbelt (untested): the workspace and the temporary folder writable, the rest read-only without secrets, no network",
            _ => "none: commands run with the user's own rights",
        };
        return $"{text}; limits: {Limits}{(Reason is null ? "" : $"; {Reason}")}{(HowToRaise is null ? "" : $"; to raise it: {HowToRaise}")}";
    }
}

/// <summary>What the configuration key <c>sandbox</c> may say.</summary>
public enum SandboxChoice
{
    /// <summary>The strongest that works.</summary>
    Auto,
    Bubblewrap,
    Landlock,
    Off,
}

public sealed record SandboxOptions
{
    public SandboxChoice Choice { get; init; }

    /// <summary>A private folder of ours, outside of every workspace; made when needed.</summary>
    public required string Folder { get; init; }

    /// <summary>How this executable is started again (program and what comes before its own arguments); null where that is not possible, as in a test's own process.</summary>
    public IReadOnlyList<string>? Helper { get; init; }
}
