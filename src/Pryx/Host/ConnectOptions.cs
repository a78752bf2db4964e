namespace Pryx.Host;

/// <summary>How a command wants to reach Core.</summary>
/// <param name="IsLocal">True: host Core in this process even when a daemon runs (<c>--local</c>).</param>
/// <param name="Workspace">The folder the command works in, whose .env may name base URLs once it is trusted; absolute.</param>
internal sealed record ConnectOptions(bool IsLocal, string Workspace)
{
    /// <summary>A turn is going to be run: what that needs may be made ready while the command still looks for its session.</summary>
    public bool RunsTurns { get; init; }
}
