namespace Pryx.Core.Access;

/// <summary>
/// The feature by which a connection from inside this process is known. A missing address is no such sign: a socket that was reset
/// while it was accepted has none either.
/// </summary>
public sealed class InProcessConnection
{
    private InProcessConnection()
    {
    }

    public static InProcessConnection Instance { get; } = new();
}
