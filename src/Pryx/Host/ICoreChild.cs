namespace Pryx.Host;

/// <summary>A Core that the host has started. Disposing it lets go of a process that has ended.</summary>
internal interface ICoreChild : IDisposable
{
    /// <summary>The exit code; 128 + N when signal N ended it.</summary>
    Task<int> Exited { get; }

    /// <summary>Asks it to end.</summary>
    void Stop();

    /// <summary>Ends it at once.</summary>
    void Kill();
}
