namespace Pryx.Core.Mcp.Connections;

/// <summary>The server can not be reached now, or ended in the middle; the message says why and what helps.</summary>
public sealed class McpUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>It wants a sign-in first.</summary>
    public bool NeedsAuth { get; init; }
}
