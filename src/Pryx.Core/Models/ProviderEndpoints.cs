using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Models;

/// <summary><c>/api/v1/providers</c>: who serves, how they are reached, and how they are.</summary>
/// <param name="healthOf">What the calls since the start have shown of a provider; null when it was not called.</param>
public sealed class ProviderEndpoints(ModelDesk models, Func<string, ProviderHealth?> healthOf)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/providers", "Every provider that can be named, the popular ones first, and whether a call could be sent") { Response = ModelJson.Default.ProviderList }, ProvidersAsync);
    }

    /// <summary>The provider that the path names.</summary>
    /// <exception cref="PryxException">PROVIDER_INVALID (400), PROVIDER_UNKNOWN (404).</exception>
    internal static ProviderInfo ProviderOf(HttpContext http, ModelDesk models)
    {
        var id = http.RouteText("id");
        return !ProviderIds.IsValid(id) ? throw new PryxException("PROVIDER_INVALID", "invalid provider id")
            : models.Directory.Providers.Find(id) ?? throw new PryxException("PROVIDER_UNKNOWN", "provider not found", "GET /api/v1/providers lists them.");
    }

    private async Task ProvidersAsync(HttpContext http)
    {
        var isConfigured = await models.ReadConfiguredAsync(http.RequestAborted);
        var all = models.Directory.Providers.All.Select(provider => ProviderBody.Of(provider, isConfigured(provider.Id)) with { Health = healthOf(provider.Id) });
        await http.WriteAsync(new ProviderList([.. all]), ModelJson.Default.ProviderList);
    }
}

/// <param name="Configured">A call could be sent: its key is there, or it needs none.</param>
public sealed record ProviderBody(string Id, string Name, bool RequiresApiKey, bool Configured)
{
    /// <summary>Where calls go unless a variable says otherwise; may hold <c>${VARIABLE}</c> for an account.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>chat, responses, messages … : how it is spoken to.</summary>
    public string? Wire { get; init; }

    /// <summary>The user brings the key.</summary>
    public bool SupportsByok { get; init; }

    /// <summary>Pryx gives access of its own; it does to no provider.</summary>
    public bool SupportsBundled { get; init; }
    public string? DefaultModel { get; init; }

    /// <summary>The variables that are looked at for a key.</summary>
    public IReadOnlyList<string>? KeyVariables { get; init; }

    /// <summary>Where limits and prices of its models come from, the weakest first.</summary>
    public IReadOnlyList<string>? ConstraintSources { get; init; }

    /// <summary>Null when it was not called since the start.</summary>
    public ProviderHealth? Health { get; init; }

    public static ProviderBody Of(ProviderInfo provider, bool isConfigured) => new(provider.Id, provider.Name, provider.NeedsKey, isConfigured)
    {
        BaseUrl = provider.BaseUrl.Length == 0 ? null : provider.BaseUrl,
        Wire = provider.Wire.ToString().ToLowerInvariant(),
        SupportsByok = provider.Wire != ProviderWire.Demo,
        DefaultModel = provider.DefaultModel,
        KeyVariables = provider.KeyVariables.Count == 0 ? null : provider.KeyVariables,
        ConstraintSources = ["catalog", .. provider.Id is "openrouter" or "ollama" ? (string[])["provider_api"] : [], "api_headers", "user_override"],
    };
}

public sealed record ProviderList(IReadOnlyList<ProviderBody> Providers);

/// <param name="Configured">From the environment or the vault.</param>
public sealed record KeyState(string ProviderId, bool Configured);

/// <summary>One of the two; it is stored and never shown again.</summary>
public sealed record KeyInput(string? ApiKey, string? Key);

/// <param name="KeptIn">Where, in words for a person.</param>
public sealed record KeyStored(bool Ok, string ProviderId, string KeptIn);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProviderList))]
[JsonSerializable(typeof(KeyState))]
[JsonSerializable(typeof(KeyInput))]
[JsonSerializable(typeof(KeyStored))]
internal sealed partial class ModelJson : JsonSerializerContext;
