using Microsoft.AspNetCore.Http;
using Pryx.Agent.Policy;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;

namespace Pryx.Core.Policies;

/// <summary><c>/api/v1/policies</c>: what is allowed, asked and denied, what people granted beyond it, and why a call would be judged as it would.</summary>
public sealed class PolicyEndpoints(GrantStore grants, SessionStore sessions, PolicyExplanation explanation, PolicyFiles files, TimeProvider time)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/policies", "The modes, the layers that judge every call in their order, and where files of rules are") { Response = PolicyJson.Default.PolicyOverview }, OverviewAsync);
        routes.Add(new("GET", "/api/v1/policy/status", "The mode in force for turns that name none, the floor, the sandbox, how much is granted") { Response = PolicyJson.Default.PolicyStatus }, StatusAsync);
        routes.Add(new("POST", "/api/v1/policies/explain", "How a call would be judged, by which rule and why; nothing runs, nobody is asked, nothing is stored")
        { Scope = Scopes.Admin, Request = PoliciesJson.Default.ExplainCall, Response = PoliciesJson.Default.ExplainedCall }, ExplainAsync);
        routes.Add(new("GET", "/api/v1/policies/grants", "The grants that hold now, newest first: who gave them, when, for how long, how often they were used")
        { Query = [new("state", "active (when absent), expired, revoked or all; ended ones are shown for 90 days")], Response = PolicyJson.Default.GrantsBody }, ListAsync);
        routes.Add(new("GET", "/api/v1/policies/grants/{id}", "One grant, whether it holds or not; the beginning of its id is enough where it is unique") { Response = PolicyJson.Default.Grant }, GetAsync);
        routes.Add(new("POST", "/api/v1/policies/grants", "Allows a rule in the syntax of --allow: for a folder, for a session, until a time")
        { Scope = Scopes.Admin, Request = PolicyJson.Default.GrantInput, Response = PolicyJson.Default.Grant, Status = 201 }, AddAsync);
        routes.Add(new("DELETE", "/api/v1/policies/grants/{id}", "Revokes a grant at once; the beginning of its id is enough where it is unique") { Scope = Scopes.Approve, Status = 204 }, RevokeAsync);
    }

    private Task OverviewAsync(HttpContext http) => http.WriteAsync(PolicyOverview.Of(files), PolicyJson.Default.PolicyOverview);

    private async Task StatusAsync(HttpContext http)
    {
        var held = await grants.ListAsync(http.RequestAborted);
        await http.WriteAsync(new PolicyStatus(PolicyModes.Default.Name(), Floor: true, Sandbox: "none", held.Count), PolicyJson.Default.PolicyStatus);
    }

    private async Task ExplainAsync(HttpContext http) =>
        await http.WriteAsync(await explanation.OfAsync(await http.ReadAsync(PoliciesJson.Default.ExplainCall), http.RequestAborted), PoliciesJson.Default.ExplainedCall);

    private async Task ListAsync(HttpContext http)
    {
        var state = http.QueryText("state") ?? "active";
        if (state is not ("active" or "expired" or "revoked" or "all"))
        {
            throw new PryxException("VALIDATION_ERROR", "state: active, expired, revoked or all is expected");
        }
        var found = (await grants.ListAsync(withEnded: state != "active", http.RequestAborted)).AsEnumerable().Reverse().Select(grant => GrantsBody.Shown(grant, time.GetUtcNow()));
        await http.WriteAsync(new GrantsBody([.. found.Where(grant => state == "all" || grant.State == state)]), PolicyJson.Default.GrantsBody);
    }

    private async Task GetAsync(HttpContext http)
    {
        var id = http.RouteText("id");
        var found = (await grants.ListAsync(withEnded: true, http.RequestAborted)).Where(grant => grant.Id == id || (id.Length >= 4 && grant.Id.StartsWith(id, StringComparison.Ordinal))).ToList();
        await http.WriteAsync(found is [var only] ? GrantsBody.Shown(only, time.GetUtcNow()) : throw Unknown(id), PolicyJson.Default.Grant);
    }

    private async Task AddAsync(HttpContext http)
    {
        var input = await http.ReadAsync(PolicyJson.Default.GrantInput);
        if (string.IsNullOrWhiteSpace(input.Rule))
        {
            throw new PryxException("VALIDATION_ERROR", "rule: what is to be allowed is expected", "such as shell.exec:dotnet test*");
        }
        if (input.SessionId is { } session && await sessions.FindAsync(session, http.RequestAborted) is null)
        {
            throw new PryxException("SESSION_NOT_FOUND", $"session_id: there is no session {session}.", "pryx session list shows those there are.");
        }
        if (input.Workspace is { } folder && !(Path.IsPathFullyQualified(folder) && Directory.Exists(folder)))
        {
            throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {folder}; its absolute path is expected.");
        }
        var added = await grants.AddAsync(new NewGrant(input.Rule, input.Workspace, input.SessionId, By(http, input.GrantedBy)) { Lifetime = input.ExpiresAt - time.GetUtcNow() }, http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/policies/grants/{added.Id}";
        await http.WriteAsync(GrantsBody.Shown(added, time.GetUtcNow()), PolicyJson.Default.Grant, StatusCodes.Status201Created);
    }

    private async Task RevokeAsync(HttpContext http)
    {
        var id = http.RouteText("id");
        if (!await grants.RevokeAsync(id, By(http, http.QueryText("revoked_by")), http.RequestAborted))
        {
            throw Unknown(id);
        }
        await http.NoContent();
    }

    private static PryxException Unknown(string id) => new("GRANT_NOT_FOUND", $"There is no grant {id}.", "GET /api/v1/policies/grants lists those that hold.");

    // The user's own programs say for whom they speak; whoever has a token of its own is that token, whatever it says.
    private static string By(HttpContext http, string? said)
    {
        var caller = Caller.Of(http).Name;
        return caller is "core" or "anyone" && !string.IsNullOrWhiteSpace(said) && said.Length <= 100 ? said.Trim() : $"{http.Surface()}:{caller}";
    }
}
