using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Agents.Definitions;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Skills;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Agents;

/// <summary><c>/api/v1/agents</c>: agents spawned, seen, cancelled and waited for.</summary>
/// <param name="builder">For agents that are defined.</param>
/// <param name="list">Those of a folder; null for the user's own.</param>
/// <param name="isTrustedAsync">Whether what the folder brings counts.</param>
public sealed class AgentEndpoints(AgentDesk desk, AgentBuilder builder, Func<string?, AgentListing> list, SessionStore sessions, Func<string, CancellationToken, Task<bool>> isTrustedAsync)
{
    private const int TextLimit = 100_000;
    private const int WaitMs = 30_000;
    private static readonly int _longestWaitMs = (int)AgentDesk.AgentTimeout.TotalMilliseconds;
    private static readonly ApiParameter Timeout = new("timeout_ms", "How long to wait: 30,000 unless said, at most 600,000", "integer");

    private static readonly ApiParameter Folder = new("workspace", "Absolute; without it only the user's own agents");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/api/v1/agents/spawn", "Has an agent do a task in a session of its own, with the folder, model and policy of the session it helps; answers at once. At most 10 at a time")
        { Request = AgentJson.Default.SpawnAgent, Response = AgentJson.Default.Agent, Status = 201 }, SpawnAsync);
        routes.Add(new("GET", "/api/v1/agents", "Agents at work and those that ended within the last hour, newest first; with session_id all that the session has called")
        { Query = [new("session_id", "Whose agents, whenever they ended")], Response = AgentJson.Default.AgentList }, ListAsync);
        routes.Add(new("GET", "/api/v1/agents/definitions", "The agents that can be called in a folder, files that are none, and what a name hides") { Query = [Folder], Response = AgentJson.Default.AgentDefinitions }, DefinitionsAsync);
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
        var agent = await desk.SpawnAsync(await NewAsync(http, body, task), http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/agents/{agent.AgentId}";
        await http.WriteAsync(agent, AgentJson.Default.Agent, StatusCodes.Status201Created);
    }

    private async Task<NewAgent> NewAsync(HttpContext http, SpawnAgent body, string task)
    {
        var caller = Caller.Of(http);
        var folder = NullIfEmpty(body.Workspace);
        if (folder is not null)
        {
            if (body.SessionId is not null || !Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
            {
                throw new PryxException("VALIDATION_ERROR", "workspace: an existing folder, absolute, is expected, and no session_id beside it");
            }
            // What an agent may read unasked is its folder: one is given by those who may also answer for it.
            folder = caller.May(Scopes.Approve) ? CanonicalPath.Of(folder) : throw new PryxException("SCOPE_MISSING", "workspace needs the scope Approve.");
        }
        if (NullIfEmpty(body.Agent) is null && !body.Worktree)
        {
            return new NewAgent(task, NullIfEmpty(body.Context), body.SessionId, NullIfEmpty(body.Model), NullIfEmpty(body.Policy), caller.Name) { Folder = folder is null ? null : new(folder) };
        }
        var place = folder ?? (body.SessionId is { } id ? (await sessions.FindAsync(id, http.RequestAborted))?.Workspace : null);
        var name = NullIfEmpty(body.Agent) ?? AgentShelf.General;
        var listing = list(place is not null && await isTrustedAsync(place, http.RequestAborted) ? place : null);
        var definition = listing.Find(name) ?? throw new PryxException("AGENT_NOT_FOUND", $"There is no agent '{HiddenText.Line(name, 64)}'.", $"use one of {string.Join(", ", listing.Agents.Select(static agent => agent.Name))}");
        return await builder.BuildAsync(new AgentCall(Guid.NewGuid().ToString(), definition, task, body.SessionId, null, null)
        {
            Context = NullIfEmpty(body.Context),
            Model = NullIfEmpty(body.Model),
            Policy = NullIfEmpty(body.Policy),
            Principal = caller.Name,
            Worktree = body.Worktree,
            Folder = folder,
        }, [], http.RequestAborted);
    }

    private async Task DefinitionsAsync(HttpContext http)
    {
        var folder = NullIfEmpty(http.QueryText("workspace"));
        var isTrusted = folder is not null && Path.IsPathFullyQualified(folder) && Directory.Exists(folder) && await isTrustedAsync(CanonicalPath.Of(folder), http.RequestAborted);
        var listing = list(isTrusted ? CanonicalPath.Of(folder!) : null);
        await http.WriteAsync(new AgentDefinitions(
            [.. listing.Agents.Select(agent => DefinedAgent.Of(agent, listing.Shadowed))],
            [.. listing.Broken.Select(static broken => new UnreadAgent(broken.Path, DefinedAgent.NameOf(broken.Origin), broken.Line, broken.Message))],
            folder is null || isTrusted ? null : "The folder is not trusted, so the agents it may bring are not read. Look at what it brings: pryx trust"), AgentJson.Default.AgentDefinitions);
    }

    private async Task ListAsync(HttpContext http) => await http.WriteAsync(new AgentList(await desk.ListAsync(CallerOf(http), http.RequestAborted)), AgentJson.Default.AgentList);

    private static SessionId? CallerOf(HttpContext http) => http.QueryText("session_id") switch
    {
        null or "" => null,
        { } text => SessionId.TryParse(text, out var id) ? id : throw new PryxException("VALIDATION_ERROR", "session_id: this is no id of a session"),
    };

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
/// <param name="Agent">One that is defined for the folder.</param>
/// <param name="Workspace">The folder of one that helps no session; an existing one, absolute.</param>
/// <param name="Worktree">It works in a git worktree of its own, which stays when something was changed in it.</param>
public sealed record SpawnAgent(string? Task, string? Context, SessionId? SessionId, string? Model, string? Policy, string? Agent = null, string? Workspace = null, bool Worktree = false);

/// <param name="Source">built-in, user or workspace.</param>
/// <param name="Tools">Null for all that its caller has.</param>
/// <param name="Notes">What of its file does not count, in sentences.</param>
/// <param name="Shadows">Files whose name it takes.</param>
public sealed record DefinedAgent(string Name, string Description, string Source, string? File, IReadOnlyList<string>? Tools, IReadOnlyList<string> NotTools, string? Model, string? Policy, bool Worktree, IReadOnlyList<string> Notes, IReadOnlyList<string> Shadows)
{
    internal static string NameOf(AgentOrigin origin) => origin switch { AgentOrigin.BuiltIn => "built-in", AgentOrigin.User => "user", _ => "workspace" };

    internal static DefinedAgent Of(AgentDefinition agent, IReadOnlyList<AgentDefinition> shadowed) => new(
        agent.Name, agent.Description, NameOf(agent.Origin), agent.Path.Length > 0 ? agent.Path : null, agent.Tools, agent.NotTools, agent.Model, agent.Policy, agent.Worktree, agent.Notes,
        [.. shadowed.Where(other => other.Name == agent.Name).Select(static other => other.Path)]);
}

public sealed record UnreadAgent(string File, string Source, int Line, string Message);

/// <param name="Warning">Null when there is none.</param>
public sealed record AgentDefinitions(IReadOnlyList<DefinedAgent> Agents, IReadOnlyList<UnreadAgent> Broken, string? Warning);

public sealed record AgentList(IReadOnlyList<Agent> Agents);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SpawnAgent))]
[JsonSerializable(typeof(Agent))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentWait))]
[JsonSerializable(typeof(AgentDefinitions))]
internal sealed partial class AgentJson : JsonSerializerContext;
