namespace Pryx.Protocol.Providers;

/// <param name="Model">As Ollama's library calls it: <c>qwen3:8b</c>.</param>
/// <param name="Force">Also when it is too large for the machine.</param>
public sealed record PullModel(string? Model = null, bool Force = false);

/// <summary>One state of a download.</summary>
/// <param name="Status">In Ollama's words.</param>
/// <param name="Completed">Bytes of the file that is loaded now; null between files.</param>
/// <param name="Total">Bytes of that file.</param>
public sealed record PullProgress(string Status, long? Completed = null, long? Total = null);

/// <summary>Whether a model fits into the memory of this machine.</summary>
/// <param name="Verdict">One of <see cref="FitVerdicts"/>.</param>
/// <param name="Text">The same in words for a person.</param>
public sealed record ModelFit(string Model, string Verdict, string Text)
{
    /// <summary>Bytes of the model's files; null when they are not known yet.</summary>
    public long? Size { get; init; }

    /// <summary>Bytes it takes with a context of the size that Pryx asks for, estimated.</summary>
    public long? Needs { get; init; }
    public MachineMemory? Machine { get; init; }

    /// <summary>Tokens the model was trained for; null when it is not installed or does not say.</summary>
    public long? Context { get; init; }
    public bool? SupportsTools { get; init; }
    public bool? SupportsVision { get; init; }
}

/// <summary>Bytes.</summary>
/// <param name="Video">Of all graphics cards together; 0 when there is none that tells.</param>
public sealed record MachineMemory(long Total, long Available, long Video, long VideoFree);

public static class FitVerdicts
{
    public const string Fits = "fits";

    /// <summary>It can be loaded, with little room for anything else.</summary>
    public const string Tight = "tight";
    public const string TooLarge = "too_large";

    /// <summary>Its size is not known yet, or Ollama runs on another machine.</summary>
    public const string Unknown = "unknown";
}
