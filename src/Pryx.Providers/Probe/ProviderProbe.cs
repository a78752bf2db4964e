using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;
using Pryx.Providers.Http;

namespace Pryx.Providers.Probe;

/// <summary>The cheapest call by which a provider shows whether it takes a key: its list of models, and of OpenRouter, whose list is public, the key's own account.</summary>
internal static class ProviderProbe
{
    /// <param name="limit">How long the provider may take.</param>
    public static async Task<ProbeResult> AskAsync(WireEndpoint endpoint, ProviderInfo provider, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = endpoint.Time.GetTimestamp();
        try
        {
            using var answer = await JsonQuestion.AskAsync(endpoint, HttpMethod.Get, PathOf(provider), null, limit, cancellationToken);
            var took = endpoint.Time.GetElapsedTime(started);
            return provider.Id == "openrouter" ? new(took, null) { Account = AccountOf(answer.RootElement) } : new(took, null) { Models = ModelsOf(answer.RootElement) };
        }
        catch (ModelException failure)
        {
            return new(endpoint.Time.GetElapsedTime(started), failure);
        }
    }

    private static string PathOf(ProviderInfo provider) => provider.Wire switch
    {
        ProviderWire.Messages => "/v1/models?limit=1000",
        ProviderWire.Ollama => "/api/tags",
        ProviderWire.Gemini => "/models?pageSize=1000",
        _ when provider.Id == "openrouter" => "/key",
        _ => "/models",
    };

    // OpenAI and Anthropic say data and id, Ollama and Gemini models and name; some servers send the bare list.
    private static List<string> ModelsOf(JsonElement root)
    {
        var list = root.ValueKind == JsonValueKind.Array ? root : root.Child("data"u8) ?? root.Child("models"u8);
        return list is not { ValueKind: JsonValueKind.Array } models ? []
            : [.. models.EnumerateArray().Select(model => model.Text("id"u8) ?? model.Text("name"u8)).OfType<string>().Select(static name => name.StartsWith("models/", StringComparison.Ordinal) ? name[7..] : name)];
    }

    private static ProbedAccount? AccountOf(JsonElement root) => root.Child("data"u8) is not { ValueKind: JsonValueKind.Object } data ? null
        : new(data.Text("label"u8), Amount(data, "usage"), Amount(data, "limit"), Amount(data, "limit_remaining"),
            data.Child("is_free_tier"u8) is { ValueKind: JsonValueKind.True });

    private static decimal? Amount(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var amount) ? amount : null;
}
