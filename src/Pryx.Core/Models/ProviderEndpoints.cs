using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Models;

/// <summary>What the providers serve, at which price.</summary>
public sealed class ProviderEndpoints(ModelDesk models)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/providers/{id}/models", "The models of a provider as far as they are known; of Ollama those that are installed") { Response = ModelJson.Default.ModelList }, ModelsOfAsync);
        routes.Add(new("GET", "/api/v1/models", "The known models of all providers")
        { Query = [new("configured", "true: only of providers a call could be sent to", "boolean")], Response = ModelJson.Default.ModelList }, ModelsAsync);
    }

    /// <summary>The provider that the path names.</summary>
    /// <exception cref="PryxException">PROVIDER_INVALID (400), PROVIDER_UNKNOWN (404).</exception>
    internal static ProviderInfo ProviderOf(HttpContext http)
    {
        var id = http.RouteText("id");
        return !ProviderIds.IsValid(id) ? throw new PryxException("PROVIDER_INVALID", "invalid provider id")
            : KnownProviders.Find(id) ?? throw new PryxException("PROVIDER_UNKNOWN", "provider not found", "GET /api/v1/providers lists them.");
    }

    private async Task ModelsOfAsync(HttpContext http)
    {
        var provider = ProviderOf(http);
        if (provider.Wire != ProviderWire.Ollama)
        {
            await http.WriteAsync(new ModelList([.. BodiesOf(provider)]), ModelJson.Default.ModelList);
            return;
        }
        var installed = await models.ReadOllamaModelsAsync(http.RequestAborted);
        var list = new ModelList([.. (installed ?? []).Select(name => ModelBody.Of(ModelCatalog.Find(new(provider.Id, name)) ?? new(new ModelRef(provider.Id, name))))]);
        await http.WriteAsync(installed switch
        {
            null => list with { Note = "Ollama does not answer. Start it with `ollama serve`, or set ollama_endpoint." },
            { Count: 0 } => list with { Note = "No model is installed. Get one with `ollama pull llama3`." },
            _ => list,
        }, ModelJson.Default.ModelList);
    }

    private async Task ModelsAsync(HttpContext http)
    {
        var isConfigured = http.QueryFlag("configured") ? await models.ReadConfiguredAsync(http.RequestAborted) : static _ => true;
        var all = KnownProviders.All.Where(provider => isConfigured(provider.Id)).SelectMany(provider => BodiesOf(provider).Select(model => model with { Provider = provider.Id }));
        await http.WriteAsync(new ModelList([.. all]), ModelJson.Default.ModelList);
    }

    private static IEnumerable<ModelBody> BodiesOf(ProviderInfo provider) => provider.Wire == ProviderWire.Demo
        ? [ModelBody.Of(ModelCatalog.Find(new(provider.Id, provider.DefaultModel!)) ?? new(new ModelRef(provider.Id, provider.DefaultModel!)))]
        : ModelCatalog.Of(provider.Id).Select(ModelBody.Of);
}

/// <param name="Note">Why there is none, and what to do; null otherwise.</param>
public sealed record ModelList(IReadOnlyList<ModelBody> Models, string? Note = null);

/// <summary>Limits in tokens, prices in USD per million tokens; what is not known is left out.</summary>
public sealed record ModelBody(string Id, string Name)
{
    public string? Provider { get; init; }
    public long? ContextWindow { get; init; }
    public long? MaxOutputTokens { get; init; }
    public bool SupportsTools { get; init; }
    public bool SupportsVision { get; init; }
    public bool SupportsReasoning { get; init; }

    [JsonPropertyName("input_price_1m")]
    public decimal? InputPrice { get; init; }

    [JsonPropertyName("output_price_1m")]
    public decimal? OutputPrice { get; init; }

    public static ModelBody Of(ModelInfo model) => new(model.Ref.Model, model.DisplayName ?? model.Ref.Model)
    {
        ContextWindow = model.ContextWindow,
        MaxOutputTokens = model.MaxOutput,
        SupportsTools = model.SupportsTools,
        SupportsVision = model.SupportsImages,
        SupportsReasoning = model.SupportsReasoning,
        InputPrice = model.Price?.Input,
        OutputPrice = model.Price?.Output,
    };
}

/// <param name="Configured">From the environment or the vault.</param>
public sealed record KeyState(string ProviderId, bool Configured);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(KeyState))]
internal sealed partial class ModelJson : JsonSerializerContext;
