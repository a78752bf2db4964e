namespace Pryx.Host;

/// <summary>Core has ended without being asked to.</summary>
/// <param name="ExitCode">128 + N when signal N ended it.</param>
/// <param name="Count">How many times in a row, this one included.</param>
/// <param name="Delay">Until it is started again; null when it is not.</param>
internal sealed record CoreFailure(int ExitCode, int Count, TimeSpan? Delay)
{
    /// <summary>From here on it is no passing trouble: the user is told what to do.</summary>
    public bool IsLasting => Count == Supervisor.LastingCount;

    public string Reason => ExitCode switch
    {
        > 128 and < 128 + 65 => $"signal {ExitCode - 128}",
        _ => $"exit code {ExitCode}",
    };
}
