namespace Pryx.Core.Mcp;

public enum McpTransport
{
    /// <summary>A program that speaks over its standard input and output.</summary>
    Stdio,

    /// <summary>Streamable HTTP, falling back to the older HTTP+SSE where the server knows only that.</summary>
    Http,

    /// <summary>The older HTTP+SSE only.</summary>
    Sse,

    /// <summary>Part of this executable: filesystem, shell, browser, clipboard.</summary>
    Bundled,
}

/// <summary>Where a server was configured.</summary>
public enum McpOrigin { Bundled, Home, Workspace }

/// <summary>One configured MCP server, as servers.json has it (PRD §8.4 "MCP Server Configuration").</summary>
/// <param name="Name">1 to 64 of <c>[A-Za-z0-9_-]</c>; unique, the workspace's wins over the home's.</param>
public sealed record McpServer(string Name, McpTransport Transport)
{
    /// <summary>For Http and Sse: absolute, http or https.</summary>
    public string? Url { get; init; }

    /// <summary>For Stdio: the program and its arguments; for Bundled: the name of the part.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Absolute; null is the folder of the session that needs it, or home.</summary>
    public string? Cwd { get; init; }

    /// <summary>Values may be references, <c>keychain:NAME</c>, or <c>${NAME}</c> of our own environment.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>As <see cref="Env"/>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The newest revision to offer; null offers the newest that is known.</summary>
    public string? ProtocolVersion { get; init; }
    public McpAuth? Auth { get; init; }

    /// <summary>False: configured and not connected.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>True: the user vouches for what it says. Its results are not untrusted text, and its read-only hints are believed.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>False runs its program with the user's own rights.</summary>
    public bool IsSandboxed { get; init; } = true;

    /// <summary>What its sandbox lets through: hosts, <c>registries</c>.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];

    /// <summary>Further folders that its sandbox may write to; absolute.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>Tools that are not offered; null and empty offer all.</summary>
    public IReadOnlyList<string> HiddenTools { get; init; } = [];
    public McpOrigin Origin { get; init; } = McpOrigin.Home;

    /// <summary>The file it stands in; null for bundled ones.</summary>
    public string? Source { get; init; }

    /// <summary>Its entry as it stands there: another text is another server.</summary>
    public string Definition { get; init; } = "{}";
}

/// <param name="Type"><c>oauth</c>, <c>bearer</c> or <c>none</c>.</param>
public sealed record McpAuth(string Type)
{
    /// <summary><c>keychain:NAME</c>: where the token is kept, never the token.</summary>
    public string? TokenRef { get; init; }

    /// <summary>For a client that was registered by hand; null registers one.</summary>
    public string? ClientId { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Who may be given the client's secret for a token; null for the server's own origin. For <see cref="ClientCredentials"/>.</summary>
    public string? Issuer { get; init; }

    /// <summary>A client of the user's own gets in by itself, with a secret or a key that is in the keychain; nobody signs in.</summary>
    public const string ClientCredentials = "client_credentials";
}
