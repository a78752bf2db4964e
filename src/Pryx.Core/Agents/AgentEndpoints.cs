using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Agents;

/// <summary><c>/api/v1/agents</c>: agents spawned, seen, cancelled and waited for.</summary>
public sealed class AgentEndpoints(AgentDesk desk)
{
    private const int TextLimit = 100_000;
    private const int WaitMs = 30_000;
    private static readonly int _longestWaitMs = (int)AgentDesk.AgentTimeout.TotalMilliseconds;
    private static readonly ApiParameter Timeout = new("timeout_ms", "How long to wait: 30,000 unless said, at most 600,000", "integer");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/api/v1/agents/spawn", "Has an agent do a task in a session of its own, with the folder, model and policy of the session it helps; answers at once. At most 10 at a time")
        { Request = AgentJson.Default.SpawnAgent, Response = AgentJson.Default.Agent, Status = 201 }, SpawnAsync);
        routes.Add(new("GET", "/api/v1/agents", "Agents at work and those that ended within the last hour, newest first") { Response = AgentJson.Default.AgentList }, ListAsync);
        routes.Add(new("GET", "/api/v1/agents/{id}", "One agent: status, output, tokens, duration") { Response = AgentJson.Default.Agent }, GetAsync);
        routes.Add(new("POST", "/api/v1/agents/{id}/cancel", "Stops an agent with every process it started; one that has ended stays as it is") { Response = AgentJson.Default.Agent }, CancelAsync);
        routes.Add(new("POST", "/api/v1/stop", "STOP for everything: every turn of every session and agent ends with its processes, and nothing that waits begins") { Response = ProtocolJson.Default.StoppedEverything }, StopAllAsync);
        routes.Add(new("GET", "/api/v1/agents/{id}/wait", "Waits for the agent's end: ok, error or timeout") { Query = [Timeout], Response = AgentJson.Default.AgentWait }, WaitAsync);
        routes.Add(new("POST", "/api/v1/agents/{id}/wait", "Waits for the agent's end: ok, error or timeout") { Scope = Scopes.Read, Query = [Timeout], Response = AgentJson.Default.AgentWait }, WaitAsync);
    }

    private async Task SpawnAsync(HttpContext http)
    {
        var body = await http.ReadAsync(AgentJson.Default.SpawnAgent);
        var task = body.Task?.Trim();
        if (string.IsNullOrEmpty(task) || task.Length > TextLimit)
        {
            throw new PryxException("VALIDATION_ERROR", $"task: 1 to {TextLimit:N0} characters are expected");
        }
        if (body.Context is { Length: > TextLimit })
        {
            throw new PryxException("VALIDATION_ERROR", $"context: at most {TextLimit:N0} characters are expected");
        }
        var agent = await desk.SpawnAsync(new NewAgent(task, NullIfEmpty(body.Context), body.SessionId, NullIfEmpty(body.Model), NullIfEmpty(body.Policy), Caller.Of(http).Name), http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/agents/{agent.AgentId}";
        await http.WriteAsync(agent, AgentJson.Default.Agent, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http) => await http.WriteAsync(new AgentList(await desk.ListAsync(http.RequestAborted)), AgentJson.Default.AgentList);

    private async Task GetAsync(HttpContext http) => await http.WriteAsync(Known(await desk.FindAsync(http.RouteText("id"), http.RequestAborted), http), AgentJson.Default.Agent);

    private async Task CancelAsync(HttpContext http) => await http.WriteAsync(Known(await desk.CancelAsync(http.RouteText("id"), http.RequestAborted), http), AgentJson.Default.Agent);

    private async Task StopAllAsync(HttpContext http) =>
        await http.WriteAsync(await desk.StopAllAsync($"{http.Surface()}:{Caller.Of(http).Name}", CancellationToken.None), ProtocolJson.Default.StoppedEverything);

    private async Task WaitAsync(HttpContext http)
    {
        var patience = TimeSpan.FromMilliseconds(http.QueryNumber("timeout_ms", WaitMs, 0, _longestWaitMs));
        var agent = Known(await desk.WaitAsync(http.RouteText("id"), patience, http.RequestAborted), http);
        var status = agent.Status switch { "completed" => "ok", "queued" or "running" or "timeout" => "timeout", _ => "error" };
        await http.WriteAsync(new AgentWait(agent.AgentId, status, agent.StartedAt, agent.EndedAt, agent.Error, agent.Status), AgentJson.Default.AgentWait);
    }

    private static Agent Known(Agent? agent, HttpContext http) =>
        agent ?? throw new PryxException("AGENT_NOT_FOUND", $"There is no agent {http.RouteText("id")}.", "GET /api/v1/agents lists them.");

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <param name="Task">What it is to do.</param>
/// <param name="Context">What it has to know for that.</param>
/// <param name="SessionId">The session it helps: it gets its folder, model and policy.</param>
/// <param name="Model">As <c>provider/model</c>.</param>
/// <param name="Policy">A mode that is no wider than the session's.</param>
public sealed record SpawnAgent(string? Task, string? Context, SessionId? SessionId, string? Model, string? Policy);

public sealed record AgentList(IReadOnlyList<Agent> Agents);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpawnAgent))]
[JsonSerializable(typeof(Agent))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentWait))]
internal sealed partial class AgentJson : JsonSerializerContext;
