using System.Text.Json.Serialization;

namespace Pryx.Protocol.Mcp;

/// <summary>What is said about MCP servers over HTTP and by <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(McpServersBody))]
[JsonSerializable(typeof(McpServerBody))]
[JsonSerializable(typeof(McpServerInput))]
[JsonSerializable(typeof(McpImportInput))]
[JsonSerializable(typeof(McpImported))]
[JsonSerializable(typeof(McpTest))]
[JsonSerializable(typeof(McpLogsBody))]
[JsonSerializable(typeof(McpPromptsBody))]
[JsonSerializable(typeof(McpCall))]
public sealed partial class McpJson : JsonSerializerContext;

/// <summary>The bodies that speak as MCP does: <c>inputSchema</c>, <c>structuredContent</c>, <c>isError</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(McpToolsBody))]
[JsonSerializable(typeof(McpCallResult))]
public sealed partial class McpWireJson : JsonSerializerContext;
