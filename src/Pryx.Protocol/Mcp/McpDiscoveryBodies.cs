using System.Text.Json.Serialization;

namespace Pryx.Protocol.Mcp;

// GET    /mcp/discovery/curated        McpCuratedList; ?q &category &author &security_level &verified=true
// GET    /mcp/discovery/curated/{id}   McpCuratedDetail
// GET    /mcp/discovery/categories     McpCategoryList
// POST   /mcp/discovery/validate       McpValidateInput → McpValidation
// GET    /mcp/discovery/custom         McpCustomList
// POST   /mcp/discovery/custom         McpCustomInput → McpCustomServer (201)
// DELETE /mcp/discovery/custom/{id}    204

/// <summary>A server that is worth knowing.</summary>
/// <param name="SecurityLevel">A to F: how much it can do to this machine, and who stands behind it.</param>
public sealed record McpCuratedServer(string Id, string Name, string Description, string Author, string Category, string SecurityLevel, bool Verified)
{
    public IReadOnlyList<string> Tools { get; init; } = [];
    public string? Homepage { get; init; }
}

public sealed record McpCuratedList(IReadOnlyList<McpCuratedServer> Servers, int Count);

/// <param name="SecurityWarnings">What to know before it is added.</param>
/// <param name="RecommendedConfig">As it would stand in servers.json; null for those that are part of Pryx.</param>
/// <param name="SecurityLevelColor">green, yellow, orange or red.</param>
public sealed record McpCuratedDetail(McpCuratedServer Server, IReadOnlyList<string> SecurityWarnings, McpServerInput? RecommendedConfig, string SecurityLevelColor);

public sealed record McpCategory(string Id, string Name, string Icon, int Count);

public sealed record McpCategoryList(IReadOnlyList<McpCategory> Categories);

/// <param name="AllowLocalhost">This machine's own addresses are meant.</param>
public sealed record McpValidateInput(string? Url, bool AllowLocalhost = false);

/// <param name="Valid">False: not to be added as it is.</param>
/// <param name="Score">0 to 100.</param>
/// <param name="Blocked">Level F.</param>
/// <param name="RequiresConfirmation">Level D, or something about it is risky.</param>
public sealed record McpValidation(string Url, bool Valid, int Score, string SecurityLevel, string SecurityLevelColor, bool Blocked, bool RequiresConfirmation, IReadOnlyList<string> Warnings, IReadOnlyList<string> Errors);

public sealed record McpCustomInput(string? Name, string? Url, bool AllowLocalhost = false);

/// <summary>An address that a person has noted; it is not connected before it is added to servers.json.</summary>
public sealed record McpCustomServer(string Id, string Name, string Url, string SecurityLevel, DateTimeOffset AddedAt);

public sealed record McpCustomList(IReadOnlyList<McpCustomServer> Servers, int Count);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(McpCuratedList))]
[JsonSerializable(typeof(McpCuratedDetail))]
[JsonSerializable(typeof(McpCategoryList))]
[JsonSerializable(typeof(McpValidateInput))]
[JsonSerializable(typeof(McpValidation))]
[JsonSerializable(typeof(McpCustomInput))]
[JsonSerializable(typeof(McpCustomServer))]
[JsonSerializable(typeof(McpCustomList))]
public sealed partial class McpDiscoveryJson : JsonSerializerContext;
