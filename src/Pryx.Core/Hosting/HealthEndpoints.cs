using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>Whether it lives. Public: a supervisor has no token.</summary>
internal sealed class HealthEndpoints(Database database, TimeProvider time)
{
    // The version of the conversation API (its contract's A1), not the product's.
    private const string ApiVersion = "0.1.0";

    public void Map(ApiRoutes routes) =>
        routes.Add(new("GET", "/health", "Whether Core answers, and what it is") { Scope = Scopes.None, Response = HealthJson.Default.Health }, HealthAsync);

    private async Task HealthAsync(HttpContext http)
    {
        var trouble = await database.ProbeAsync(http.RequestAborted);
        // Still 200: Core answers, and starting it again would not help.
        await http.WriteAsync(new Health(trouble is null ? "ok" : "degraded", time.GetUtcNow(), ApiVersion, Product.Version) { Detail = Detail(http, trouble) }, HealthJson.Default.Health);
    }

    // Where somebody keeps their data is nobody's business who has no token.
    private static ErrorDetail? Detail(HttpContext http, PryxException? trouble) => trouble is null ? null
        : new(trouble.Code, Caller.Of(http).May(Scopes.Read) ? trouble.Message : "What is sent can not be stored at the moment.") { Next = trouble.Next };
}

/// <param name="Status">ok; degraded when something that Core needs fails.</param>
/// <param name="Version">Of the conversation API.</param>
public sealed record Health(string Status, DateTimeOffset Timestamp, string Version, string ProductVersion)
{
    /// <summary>What fails, why, and what to do; null when all is well.</summary>
    public ErrorDetail? Detail { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Health))]
internal sealed partial class HealthJson : JsonSerializerContext;
