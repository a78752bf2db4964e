using System.Text.Json;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Settings;

/// <summary>One key of the configuration as the gateway shows it.</summary>
/// <param name="Value">As a person would type it.</param>
/// <param name="Source">default, config.json, config.yaml or environment.</param>
internal sealed record ConfigEntry(string Name, string Kind, string Expected, string Value, string Source, string Default, bool IsOpen)
{
    /// <summary>The variable that overrides it; null for none.</summary>
    public string? Variable { get; init; }

    public string Group => Name.IndexOf('_', StringComparison.Ordinal) is > 0 and var end && Grouped.Contains(Name[..end]) ? Name[..end] : Name is "ollama_endpoint" or "reasoning_effort" or "titles" ? "model" : "general";

    private static readonly HashSet<string> Grouped = ["model", "ollama", "openrouter", "routing", "provider", "telegram", "slack", "approvals", "memory", "websocket", "budget", "telemetry", "undo", "diagnostics", "browser", "search", "ui", "updates", "agent"];

    public static ConfigEntry Of(JsonElement key) => new(
        key.TextOf("name")!, key.TextOf("kind") ?? "text", key.TextOf("expected") ?? "a text", key.TextOf("value") ?? "", key.TextOf("source") ?? "default", key.TextOf("default") ?? "", key.FlagOf("open"))
    {
        Variable = key.TextOf("variable"),
    };
}
