using Pryx.Agent.Tools;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Telemetry;

/// <summary>Only names that Pryx itself brings are told: a model of one's own, an MCP server or an invented tool name could say who or what.</summary>
/// <param name="tools">Asked for when the first call is told of.</param>
internal sealed class TelemetryNames(Func<ToolSet> tools)
{
    private const string Other = "other";

    public static string Os => OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";

    public static string SurfaceOf(string? surface) => surface is "cli" or "tui" or "web" or "telegram" or "whatsapp" or "discord" ? surface : Other;

    public static string ModelOf(string model) => !ModelRef.TryParse(model, out var known) || KnownProviders.Find(known.Provider) is not { } provider ? Other
        : ModelCatalog.Find(known) is not null || provider.Id == "demo" ? known.ToString()
        : $"{provider.Id}/{Other}";

    public string ToolOf(string tool) => Find(tool)?.PolicyName ?? (tool.StartsWith("mcp.", StringComparison.Ordinal) ? "mcp" : Other);

    public string ArgumentOf(string tool, string name) =>
        Find(tool) is { } known && known.Schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _) ? name : Other;

    public static string ErrorOf(string? code) => code is { Length: > 0 and <= 48 } && code.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_') ? code : "UNKNOWN";

    public static string ComponentOf(string? code) => code?.Split('_')[0] switch
    {
        "PROVIDER" => "provider",
        "STORAGE" => "storage",
        "TOOL" => "tool",
        "VAULT" => "keychain",
        _ => "core",
    };

    public static string FinishOf(string? reason) => reason is "stop" or "tool_calls" or "length" or "content_filter" ? reason : Other;

    private ToolDefinition? Find(string tool) => tools().Tools.FirstOrDefault(known => known.Definition.PolicyName == tool)?.Definition;
}
