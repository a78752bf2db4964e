using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Preferences;

/// <summary>What may be changed over HTTP, and what its values must be like.</summary>
internal static class ConfigChange
{
    private const int ModelNameLimit = 256;
    private const int TextLimit = 1000;

    // Everything else names programs, paths, addresses, origins or servers: whoever holds a token must not be able to make Core run, load or listen to something.
    private static readonly HashSet<string> Open = new(StringComparer.Ordinal)
    {
        "model_provider", "model_name", "ollama_endpoint", "ui_theme", "max_messages_per_session", "memory_enabled", "memory_auto_flush", "memory_flush_threshold_tokens",
        "telemetry_enabled", "telemetry_sampling_ratio", "updates_auto_check",
    };

    public static bool IsOpen(string name) => Open.Contains(name);

    /// <returns>The key's own name and its value as text.</returns>
    /// <exception cref="PryxException">CONFIG_UNKNOWN_KEY, CONFIG_LOCAL_ONLY, VALIDATION_ERROR, PROVIDER_UNKNOWN.</exception>
    public static KeyValuePair<string, string> Check(string name, JsonElement value, Func<string, bool> isProvider)
    {
        var key = ConfigKeys.Find(name) ?? throw new PryxException("CONFIG_UNKNOWN_KEY", $"Unknown config key: {name}", "GET /api/v1/config lists the keys.");
        if (!Open.Contains(key.Name))
        {
            throw new PryxException("CONFIG_LOCAL_ONLY", $"{key.Name} can not be changed over HTTP.", $"on the machine itself: pryx config set {key.Name} VALUE");
        }
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        if (text is null || text.Length > TextLimit || (key.Kind == ConfigKind.Text && value.ValueKind != JsonValueKind.String) || key.Normalize(text) is not { } normal)
        {
            throw new PryxException("VALIDATION_ERROR", $"{key.Name}: {key.Expected} is expected");
        }
        CheckMeaning(key.Name, normal, isProvider);
        return new(key.Name, normal);
    }

    private static void CheckMeaning(string name, string text, Func<string, bool> isProvider)
    {
        switch (name)
        {
            case "model_provider" when !ProviderIds.IsValid(text):
                throw new PryxException("VALIDATION_ERROR", "model_provider: invalid provider id");
            case "model_provider" when !isProvider(text):
                throw new PryxException("PROVIDER_UNKNOWN", "provider not found", "GET /api/v1/providers lists them.");
            case "model_name" when text.Length is 0 or > ModelNameLimit:
                throw new PryxException("VALIDATION_ERROR", $"model_name: 1 to {ModelNameLimit} characters are expected");
            case "ollama_endpoint" when !Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Host.Length == 0 && url.Scheme is "http" or "https"):
                throw new PryxException("VALIDATION_ERROR", "ollama_endpoint: invalid URL");
            case "ollama_endpoint" when new Uri(text).Scheme is not ("http" or "https"):
                throw new PryxException("VALIDATION_ERROR", "ollama_endpoint: invalid URL scheme: only http and https allowed");
            default:
                break;
        }
    }
}
