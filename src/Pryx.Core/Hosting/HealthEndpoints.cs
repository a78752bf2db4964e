using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;

namespace Pryx.Core.Hosting;

/// <summary>Whether it lives. Public: a supervisor has no token.</summary>
internal sealed class HealthEndpoints(TimeProvider time)
{
    // The version of the conversation API (its contract's A1), not the product's.
    private const string ApiVersion = "0.1.0";

    public void Map(ApiRoutes routes) =>
        routes.Add(new("GET", "/health", "Whether Core answers, and what it is") { Scope = Scopes.None, Response = HealthJson.Default.Health }, HealthAsync);

    private Task HealthAsync(HttpContext http) => http.WriteAsync(new Health("ok", time.GetUtcNow(), ApiVersion, Product.Version), HealthJson.Default.Health);
}

/// <param name="Version">Of the conversation API.</param>
public sealed record Health(string Status, DateTimeOffset Timestamp, string Version, string ProductVersion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthJson : JsonSerializerContext;
