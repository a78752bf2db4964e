using System.Text.Json;

namespace Pryx.Providers.OpenAIChat;

/// <summary>Which upstream provider OpenRouter takes for a model (its <c>provider</c> object).</summary>
/// <param name="Order">Slugs such as <c>anthropic</c> or <c>together</c>, the first choice first; empty for its own order.</param>
/// <param name="AllowFallbacks">False: only those of the order.</param>
/// <param name="DataCollection"><c>deny</c> leaves out providers that keep prompts; null for the account's setting.</param>
/// <param name="Sort"><c>price</c>, <c>throughput</c> or <c>latency</c>; null for its balance of price and uptime.</param>
public sealed record OpenRouterRouting(IReadOnlyList<string> Order, bool AllowFallbacks, string? DataCollection, string? Sort)
{
    /// <summary>From settings as they are written in the configuration; null when none of them is set.</summary>
    /// <param name="setting">By name.</param>
    public static OpenRouterRouting? From(Func<string, string?> setting)
    {
        var order = (setting("OPENROUTER_PROVIDER_ORDER") ?? "").Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var routing = new OpenRouterRouting(
            order, setting("OPENROUTER_ALLOW_FALLBACKS")?.ToLowerInvariant() is not ("false" or "0" or "no"), setting("OPENROUTER_DATA_COLLECTION"), setting("OPENROUTER_SORT"));
        return routing is { Order.Count: 0, AllowFallbacks: true, DataCollection: null, Sort: null } ? null : routing;
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("provider"u8);
        if (Order.Count > 0)
        {
            json.WriteStartArray("order"u8);
            foreach (var slug in Order)
                json.WriteStringValue(slug);
            json.WriteEndArray();
        }
        if (!AllowFallbacks)
            json.WriteBoolean("allow_fallbacks"u8, false);
        if (DataCollection is not null)
            json.WriteString("data_collection"u8, DataCollection);
        if (Sort is not null)
            json.WriteString("sort"u8, Sort);
        json.WriteEndObject();
    }
}
