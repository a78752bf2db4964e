using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Models;

/// <summary>What the routes of one provider have in common.</summary>
internal static class ProviderRoute
{
    /// <summary>The provider that the path names.</summary>
    /// <exception cref="PryxException">PROVIDER_INVALID (400), PROVIDER_UNKNOWN (404).</exception>
    public static ProviderInfo ProviderOf(this HttpContext http, ModelDesk models)
    {
        var id = http.RouteText("id");
        return !ProviderIds.IsValid(id) ? throw new PryxException("PROVIDER_INVALID", "invalid provider id")
            : models.Directory.Providers.Find(id) ?? throw new PryxException("PROVIDER_UNKNOWN", "provider not found", "GET /api/v1/providers lists them.");
    }
}

/// <param name="Configured">From the environment or the vault.</param>
public sealed record KeyState(string ProviderId, bool Configured);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyState))]
internal sealed partial class ModelJson : JsonSerializerContext;
