using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Commands.Gateway;
using Pryx.Host;

namespace Pryx.Commands.Agents;

/// <summary>The routes of agents as these commands call them.</summary>
internal static class AgentApi
{
    private const string Root = "/api/v1/agents";

    public static Task<AgentList> ListAsync(ApiConnection api, CancellationToken cancellationToken) => api.CallAsync("GET", Root, null, AgentCommandJson.Default.AgentList, cancellationToken);

    public static Task<AgentDefinitions> DefinitionsAsync(ApiConnection api, string folder, CancellationToken cancellationToken) =>
        api.CallAsync("GET", $"{Root}/definitions?workspace={Uri.EscapeDataString(folder)}", null, AgentCommandJson.Default.AgentDefinitions, cancellationToken);

    public static Task<AgentBody> SpawnAsync(ApiConnection api, SpawnAgent request, CancellationToken cancellationToken) =>
        api.CallAsync("POST", $"{Root}/spawn", JsonSerializer.Serialize(request, AgentCommandJson.Default.SpawnAgent), AgentCommandJson.Default.AgentBody, cancellationToken);

    public static Task<AgentBody> CancelAsync(ApiConnection api, string id, CancellationToken cancellationToken) =>
        api.CallAsync("POST", $"{Root}/{Uri.EscapeDataString(id)}/cancel", null, AgentCommandJson.Default.AgentBody, cancellationToken);

    public static Task<AgentBody> FindAsync(ApiConnection api, string id, CancellationToken cancellationToken) =>
        api.CallAsync("GET", $"{Root}/{Uri.EscapeDataString(id)}", null, AgentCommandJson.Default.AgentBody, cancellationToken);

    /// <summary>The agent when it has ended, or the time is over.</summary>
    /// <param name="patience">Null waits as long as it takes.</param>
    public static async Task<AgentBody> WaitAsync(ApiConnection api, string id, TimeSpan? patience, CancellationToken cancellationToken)
    {
        var agent = await FindAsync(api, id, cancellationToken);
        for (var left = patience ?? TimeSpan.MaxValue; !agent.HasEnded && left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(30))
        {
            var part = Math.Min(left.TotalMilliseconds, 30_000);
            await api.CallAsync("GET", $"{Root}/{Uri.EscapeDataString(id)}/wait?timeout_ms={part:0}", null, AgentCommandJson.Default.AgentEnd, cancellationToken);
            agent = await FindAsync(api, id, cancellationToken);
        }
        return agent;
    }
}

internal sealed record SpawnAgent(string Task, string? Agent, string? Workspace, string? Model, string? Policy, bool Worktree);

internal sealed record AgentEnd(string AgentId, string Status);

/// <summary>As the gateway shows an agent.</summary>
internal sealed record AgentBody(string AgentId, string SessionId, string Task, string Status)
{
    public string? Name { get; init; }
    public string? ParentSessionId { get; init; }
    public string? ParentTurnId { get; init; }
    public string? ParentCallId { get; init; }
    public string? TurnId { get; init; }
    public int Depth { get; init; }
    public string? Model { get; init; }
    public string? Policy { get; init; }
    public string? Output { get; init; }
    public string? ErrorCode { get; init; }
    public string? Error { get; init; }
    public int Steps { get; init; }
    public long TokensUsed { get; init; }
    public decimal? CostUsd { get; init; }
    public long? DurationMs { get; init; }
    public string? Worktree { get; init; }
    public string? Branch { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    [JsonIgnore]
    public bool HasEnded => Status is not ("queued" or "running");
}

internal sealed record AgentList(IReadOnlyList<AgentBody> Agents);

internal sealed record DefinedAgent(string Name, string Description, string Source, string? File, IReadOnlyList<string>? Tools, IReadOnlyList<string> NotTools, string? Model, string? Policy, bool Worktree, IReadOnlyList<string> Notes, IReadOnlyList<string> Shadows);

internal sealed record UnreadAgent(string File, string Source, int Line, string Message);

internal sealed record AgentDefinitions(IReadOnlyList<DefinedAgent> Agents, IReadOnlyList<UnreadAgent> Broken, string? Warning);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpawnAgent))]
[JsonSerializable(typeof(AgentEnd))]
[JsonSerializable(typeof(AgentBody))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentDefinitions))]
internal sealed partial class AgentCommandJson : JsonSerializerContext;
