using System.Text.Json;

namespace Pryx.Protocol.Mcp;

// GET    /api/v1/mcp/servers                  McpServersBody
// POST   /api/v1/mcp/servers                  McpServerInput → McpServerBody (201 added, 200 updated; replaced is said in it)
// POST   /api/v1/mcp/import                   McpImportInput → McpImported
// GET    /api/v1/mcp/servers/{name}           McpServerBody
// DELETE /api/v1/mcp/servers/{name}           204; MCP_SERVER_NOT_FOUND
// POST   /api/v1/mcp/servers/{name}/enable    McpServerBody
// POST   /api/v1/mcp/servers/{name}/disable   McpServerBody
// POST   /api/v1/mcp/servers/{name}/test      McpTest: connects anew whatever the state is, and says how it went
// POST   /api/v1/mcp/servers/{name}/refresh   McpServerBody: lists its tools again
// GET    /api/v1/mcp/servers/{name}/tools     McpToolsBody
// GET    /api/v1/mcp/servers/{name}/logs      McpLogsBody; ?limit (1 to 500, default 100)
// GET    /mcp/tools                           McpToolsBody of all servers; ?refresh=1
// POST   /mcp/tools/call                      McpCall → McpCallResult

/// <summary>What a server's definition and its connection are.</summary>
/// <param name="Transport">stdio, http, sse or bundled.</param>
/// <param name="State">One of <see cref="McpStates"/>.</param>
public sealed record McpServerBody(string Name, string Transport, string State, bool Enabled)
{
    /// <summary>bundled, home or workspace.</summary>
    public string Origin { get; init; } = "home";

    /// <summary>The file it stands in; null for bundled ones.</summary>
    public string? Source { get; init; }
    public string? Url { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public string? Cwd { get; init; }

    /// <summary>Names only: values may be secrets.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Names only: values may be secrets.</summary>
    public IReadOnlyList<string>? Headers { get; init; }
    public McpAuthBody? Auth { get; init; }
    public bool Trusted { get; init; }

    /// <summary>What its program runs in: bubblewrap, landlock, seatbelt, none; null when it has none running.</summary>
    public string? Sandbox { get; init; }
    public bool Sandboxed { get; init; } = true;
    public IReadOnlyList<string>? Network { get; init; }
    public IReadOnlyList<string>? Writable { get; init; }
    public IReadOnlyList<string>? HiddenTools { get; init; }

    /// <summary>How many it offers; null when they were never listed.</summary>
    public int? Tools { get; init; }
    public int? Resources { get; init; }
    public int? Prompts { get; init; }

    /// <summary>Why it is not connected, and what to do; null when it is.</summary>
    public string? Error { get; init; }

    /// <summary>What is wrong with it while it works: a tool with a schema that is none, a sandbox that is not there.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>UTC: the state's beginning; null when it was never connected.</summary>
    public DateTimeOffset? Since { get; init; }
    public string? ProtocolVersion { get; init; }

    /// <summary>As it names itself.</summary>
    public string? ServerName { get; init; }
    public string? ServerVersion { get; init; }
    public int? Pid { get; init; }

    /// <summary>In an answer to POST: there was one of this name before.</summary>
    public bool Replaced { get; init; }
}

public static class McpStates
{
    public const string Disabled = "disabled";

    /// <summary>Not connected, and nobody has needed it yet.</summary>
    public const string Idle = "idle";
    public const string Connecting = "connecting";
    public const string Connected = "connected";

    /// <summary>It could not be connected, or ended; tried again at its next use.</summary>
    public const string Failed = "failed";

    /// <summary>It wants a sign-in first: <c>pryx mcp auth NAME</c>.</summary>
    public const string NeedsAuth = "needs_auth";
}

/// <param name="Type">oauth, bearer, client_credentials or none.</param>
/// <param name="TokenRef"><c>keychain:NAME</c>.</param>
/// <param name="Issuer">For client_credentials: who may be given the client's secret; null for the server's own origin.</param>
public sealed record McpAuthBody(string Type, string? TokenRef = null, string? ClientId = null, IReadOnlyList<string>? Scopes = null, string? Issuer = null);

/// <param name="Config">The user's servers.json, whether or not it exists.</param>
/// <param name="Problems">Files that could not be read, with the place and what to do; their servers are missing in the list.</param>
public sealed record McpServersBody(IReadOnlyList<McpServerBody> Servers, string Config, IReadOnlyList<string>? Problems = null)
{
    /// <summary>The configured ones as they stand in their files, by name; secrets that stand in them are masked.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Configured { get; init; }
}

/// <summary>A server to add to the user's servers.json, or to change there. Either Url or Command.</summary>
/// <param name="Name">1 to 64 of <c>[A-Za-z0-9_-]</c>.</param>
public sealed record McpServerInput(string? Name)
{
    /// <summary>Null: http for a url, stdio for a command.</summary>
    public string? Transport { get; init; }
    public string? Url { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public string? Cwd { get; init; }
    public IReadOnlyDictionary<string, string>? Env { get; init; }
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
    public McpAuthBody? Auth { get; init; }
    public string? ProtocolVersion { get; init; }
    public bool? Enabled { get; init; }
    public bool? Trusted { get; init; }
    public bool? Sandbox { get; init; }
    public IReadOnlyList<string>? Network { get; init; }
    public IReadOnlyList<string>? Writable { get; init; }
    public IReadOnlyList<string>? HiddenTools { get; init; }
}

/// <summary>A file of another tool with <c>mcpServers</c>; one of the two.</summary>
/// <param name="Json">Its content.</param>
/// <param name="Path">Absolute, read by Core.</param>
public sealed record McpImportInput(JsonElement? Json = null, string? Path = null);

/// <param name="Added">Names that are new in the user's servers.json.</param>
/// <param name="Skipped">Name and reason, such as a name that is taken.</param>
public sealed record McpImported(IReadOnlyList<string> Added, IReadOnlyList<string> Skipped);

/// <param name="Name"><c>server:tool</c>.</param>
public sealed record McpToolBody(string Name, string Server, string Tool, string? Title, string Description, JsonElement InputSchema)
{
    /// <summary>What policy, grants and the audit call it.</summary>
    public string PolicyName { get; init; } = "";

    /// <summary>What the model calls it.</summary>
    public string? WireName { get; init; }
    public JsonElement? OutputSchema { get; init; }
    public JsonElement? Annotations { get; init; }

    /// <summary>It does not say the same any more as when it was approved: the next call is asked.</summary>
    public bool Changed { get; init; }
}

/// <param name="Problems">Servers whose tools are missing, and why.</param>
public sealed record McpToolsBody(IReadOnlyList<McpToolBody> Tools, IReadOnlyList<string>? Problems = null);

/// <param name="Ok">It was connected and its tools were listed.</param>
/// <param name="Error">What went wrong and what to do; null when ok.</param>
/// <param name="Took">Milliseconds.</param>
public sealed record McpTest(bool Ok, string Name, int Tools, string? Error, long Took)
{
    public string? ProtocolVersion { get; init; }
    public string? ServerName { get; init; }
    public string? ServerVersion { get; init; }
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <param name="Stream">stderr, stdout (what was no message), log (its own logging) or pryx.</param>
public sealed record McpLogLine(DateTimeOffset At, string Stream, string Text);

/// <param name="Lines">Oldest first; at most 500 are kept for each server.</param>
public sealed record McpLogsBody(string Name, IReadOnlyList<McpLogLine> Lines);

/// <param name="Tool"><c>server:tool</c>, <c>server/tool</c>, <c>server.tool</c>, <c>server_tool</c>, the model's name for it, or an alias such as <c>shell_execute</c>.</param>
/// <param name="Arguments">An object; null for none.</param>
/// <param name="SessionId">Whose folder, grants and surfaces count; null for none.</param>
public sealed record McpCall(string? Tool, JsonElement? Arguments = null, SessionId? SessionId = null)
{
    /// <summary>The caller has decided it: what would be asked is approved in their name, what is denied stays denied. Needs the scope approve.</summary>
    public bool ApproveAll { get; init; }
}

/// <summary>MCP's result of a call, and its text at the top for simple readers.</summary>
/// <param name="Content">Parts as MCP has them: <c>{type,text}</c>, <c>{type,data,mimeType}</c>, …</param>
public sealed record McpCallResult(IReadOnlyList<JsonElement> Content, string Output, string Text)
{
    public JsonElement? StructuredContent { get; init; }
    public bool? IsError { get; init; }
}
