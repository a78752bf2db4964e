using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Health;

/// <summary>Whether it lives (public: a supervisor has no token), how its parts are, and whether work may be sent to it.</summary>
/// <param name="circuits">By provider: closed, open or half-open.</param>
/// <param name="isReady">False until unfinished turns are being looked for.</param>
public sealed class HealthEndpoints(Database database, HealthProbe probe, ProviderPresence providers, Func<IReadOnlyDictionary<string, string>> circuits, Func<bool> isReady, string version, DateTimeOffset startedAt, TimeProvider time)
{
    // The version of the conversation API (its contract's A1), not the product's.
    private const string ApiVersion = "0.1.0";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/health", "Whether Core answers, what it is, and which providers it could ask") { Scope = Scopes.None, Response = HealthJson.Default.Health }, HealthAsync);
        routes.Add(new("GET", "/api/v1/health", "How the parts of Core are: healthy, or degraded with the reasons") { Response = HealthJson.Default.ComponentHealth }, ComponentsAsync);
        routes.Add(new("GET", "/api/admin/health", "As /api/v1/health") { Scope = Scopes.Admin, Response = HealthJson.Default.ComponentHealth }, ComponentsAsync);
        routes.Add(new("GET", "/api/v1/health/ready", "200 when input can be stored and unfinished turns are taken up, else 503") { Response = HealthJson.Default.Readiness }, ReadyAsync);
    }

    private async Task HealthAsync(HttpContext http)
    {
        var trouble = await database.ProbeAsync(http.RequestAborted);
        // Still 200: Core answers, and starting it again would not help.
        await http.WriteAsync(
            new Health(trouble is null ? "ok" : "degraded", time.GetUtcNow(), ApiVersion, version, providers.Ids(), providers.IsSignedInToCloud) { Detail = Detail(http, trouble) },
            HealthJson.Default.Health);
    }

    // Where somebody keeps their data is nobody's business who has no token.
    private static ErrorDetail? Detail(HttpContext http, PryxException? trouble) => trouble is null ? null
        : new(trouble.Code, Caller.Of(http).May(Scopes.Read) ? trouble.Message : "What is sent can not be stored at the moment.") { Next = trouble.Next };

    private async Task ComponentsAsync(HttpContext http)
    {
        var state = await probe.ReadAsync(http.RequestAborted);
        await http.WriteAsync(
            new ComponentHealth(state.IsHealthy ? "healthy" : "degraded", version, (long)(time.GetUtcNow() - startedAt).TotalSeconds, new(state.Database, state.Keychain, state.Integrations))
            {
                Reasons = state.Reasons.Count == 0 ? null : state.Reasons,
                Providers = circuits(),
            },
            HealthJson.Default.ComponentHealth);
    }

    private async Task ReadyAsync(HttpContext http)
    {
        if (!isReady())
        {
            throw new PryxException("SERVICE_UNAVAILABLE", "Pryx is starting.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
        var state = await probe.ReadAsync(http.RequestAborted);
        if (!state.IsWritable)
        {
            throw new PryxException("SERVICE_UNAVAILABLE", string.Join(' ', state.Reasons)) { RetryAfter = TimeSpan.FromSeconds(5) };
        }
        await http.WriteAsync(new Readiness(true), HealthJson.Default.Readiness);
    }
}

/// <param name="Status">ok; degraded when nothing can be stored.</param>
/// <param name="Version">Of the conversation API.</param>
/// <param name="Providers">Ids of those that could be asked.</param>
public sealed record Health(string Status, DateTimeOffset Timestamp, string Version, string ProductVersion, IReadOnlyList<string> Providers, bool CloudLoggedIn)
{
    /// <summary>What fails, why, and what to do; null when all is well.</summary>
    public ErrorDetail? Detail { get; init; }
}

/// <param name="Status">healthy or degraded.</param>
public sealed record ComponentHealth(string Status, string Version, long UptimeSeconds, HealthComponents Components)
{
    /// <summary>Null when nothing is wrong.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>Of every provider that was called since the start: closed, open (left alone after five failures in a row) or half-open. That one is down degrades nothing here.</summary>
    public IReadOnlyDictionary<string, string>? Providers { get; init; }
}

/// <param name="Database">ok, full, read-only, slow or error.</param>
/// <param name="Keychain">ok or locked.</param>
/// <param name="Integrations">Their status by name.</param>
public sealed record HealthComponents(string Database, string Keychain, IReadOnlyDictionary<string, string> Integrations);

public sealed record Readiness(bool Ready);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ComponentHealth))]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class HealthJson : JsonSerializerContext;
