namespace Pryx.Core.Desktop;

/// <summary>A program of the desktop that can do something, with what it is given.</summary>
/// <param name="Program">Looked up in PATH.</param>
public sealed record DesktopCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>What it reads; null for nothing.</summary>
    public string? Input { get; init; }

    /// <summary>A variable without which it is of no use, such as DISPLAY.</summary>
    public string? Needs { get; init; }

    /// <summary>It serves what it was given for as long as it runs, and is left running.</summary>
    public bool Stays { get; init; }

    /// <summary>The picture that it writes; null for none.</summary>
    public string? Picture { get; init; }
}

/// <summary>One thing that a desktop can be asked for.</summary>
/// <param name="Summary">For cards.</param>
/// <param name="Candidates">The first that is there does it.</param>
public sealed record DesktopRequest(string Summary, IReadOnlyList<DesktopCommand> Candidates)
{
    /// <summary>What is said where all went well and the program wrote nothing.</summary>
    public string Done { get; init; } = "Done.";

    /// <summary>What a person sees before answering, beyond the summary.</summary>
    public string? Preview { get; init; }

    /// <summary>What comes back was written by others.</summary>
    public bool IsUntrusted { get; init; }
}
