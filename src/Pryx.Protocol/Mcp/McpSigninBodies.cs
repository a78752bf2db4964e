using System.Text.Json.Serialization;

namespace Pryx.Protocol.Mcp;

// POST   /api/v1/mcp/servers/{name}/auth   McpSigninInput → McpSigninStarted
// GET    /api/v1/mcp/servers/{name}/auth   McpSigninState; ?wait (seconds, up to 30)
// DELETE /api/v1/mcp/servers/{name}/auth   204

/// <param name="Token">Kept in the keychain in place of a sign-in; null to sign in.</param>
/// <param name="ClientSecret">Of a client that was registered by hand: its secret, or its private key in PEM. Kept in the keychain.</param>
public sealed record McpSigninInput(string? Token = null, string? ClientSecret = null);

/// <param name="IsNeeded">False: the server lets Pryx in without, or the token is kept.</param>
/// <param name="ExpiresIn">Seconds until the attempt is given up.</param>
public sealed record McpSigninStarted(string Server, [property: JsonPropertyName("needed")] bool IsNeeded, int ExpiresIn)
{
    /// <summary>To be opened in a browser on the machine where Core runs.</summary>
    public string? Url { get; init; }
}

/// <param name="State">One of <see cref="McpSigninStates"/>.</param>
public sealed record McpSigninState(string Server, string State)
{
    /// <summary>While it is pending.</summary>
    public string? Url { get; init; }

    /// <summary>Why it failed, and what to do.</summary>
    public string? Reason { get; init; }

    /// <summary>Null when it can be renewed or does not end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

public static class McpSigninStates
{
    public const string None = "none";
    public const string Pending = "pending";
    public const string SignedIn = "signed_in";
    public const string Failed = "failed";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(McpSigninInput))]
[JsonSerializable(typeof(McpSigninStarted))]
[JsonSerializable(typeof(McpSigninState))]
public sealed partial class McpSigninJson : JsonSerializerContext;
