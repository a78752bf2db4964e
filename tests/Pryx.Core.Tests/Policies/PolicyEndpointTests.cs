using System.Net;
using Pryx.Core.Audit;
using Pryx.Core.Storage;

namespace Pryx.Core.Tests.Policies;

public sealed class PolicyEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_grant_is_given_listed_counted_and_taken_back_under_the_caller_s_name()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, added) = await core.PostAsync("/api/v1/policies/grants", new { rule = "shell.exec:dotnet test*", workspace = core.Home.Workspace, granted_by = "cli:alice" }, Cancellation);
        var id = (string)added!["id"]!;

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("cli:alice", (string?)added["granted_by"]);
        Assert.Equal(id, (string?)Assert.Single((await core.GetAsync("/api/v1/policies/grants", Cancellation)).Body!["grants"]!.AsArray())!["id"]);
        Assert.Equal(1, (int)(await core.GetAsync("/api/v1/policy/status", Cancellation)).Body!["grants"]!);

        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, $"/api/v1/policies/grants/{id}", null, Cancellation)).Status);
        Assert.Empty((await core.GetAsync("/api/v1/policies/grants", Cancellation)).Body!["grants"]!.AsArray());
        var again = await core.SendAsync(HttpMethod.Delete, $"/api/v1/policies/grants/{id}", null, Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "GRANT_NOT_FOUND"), (again.Status, (string?)again.Body!["error"]!["code"]));

        await using var database = await Database.OpenAsync(Path.Combine(core.Home.Data, "pryx.db"), TimeProvider.System, Cancellation);
        var actors = (await new AuditTrail(database).ReadOldestAsync(new(null, "grant.*", null, null), 10, 0, Cancellation)).Select(entry => $"{entry.Action} {entry.Actor}");
        Assert.Equal(["grant.added cli:alice", "grant.revoked http:core"], actors);
    }

    [Theory]
    [InlineData("""{"rule":"shell.exec"}""", HttpStatusCode.BadRequest, "RULE_TOO_WIDE")]
    [InlineData("""{"rule":"%%"}""", HttpStatusCode.BadRequest, "RULE_INVALID")]
    [InlineData("""{}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData("""{"rule":7}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData("""{"rule":"folder"}""", HttpStatusCode.BadRequest, "GRANT_INVALID")]
    [InlineData("""{"rule":"folder","workspace":"/no/such/folder"}""", HttpStatusCode.BadRequest, "WORKSPACE_MISSING")]
    [InlineData("""{"rule":"folder","workspace":"relative"}""", HttpStatusCode.BadRequest, "WORKSPACE_MISSING")]
    [InlineData("""{"rule":"shell.exec:make*","session_id":"4f9d6a3e-2b1c-4d5e-8f70-112233445566"}""", HttpStatusCode.NotFound, "SESSION_NOT_FOUND")]
    [InlineData("""{"rule":"shell.exec:make*","session_id":"x"}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData("""{"rule":"shell.exec:make*","expires_at":"2020-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest, "GRANT_INVALID")]
    public async Task A_grant_that_must_not_be_is_refused_and_not_stored(string body, HttpStatusCode expected, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, answer) = await core.PostAsync("/api/v1/policies/grants", body, Cancellation);
        Assert.Equal((expected, code), (status, (string?)answer!["error"]!["code"]));
        Assert.Empty((await core.GetAsync("/api/v1/policies/grants", Cancellation)).Body!["grants"]!.AsArray());
    }

    [Fact]
    public async Task The_overview_names_every_mode_and_layer_and_where_files_would_be()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var body = (await core.GetAsync("/api/v1/policies", Cancellation)).Body!;
        Assert.Equal(["read-only", "ask", "workspace-only", "network-allowlist", "full"], body["modes"]!.AsArray().Select(mode => (string?)mode!["name"]));
        Assert.Equal("workspace-only", (string?)body["modes"]!.AsArray().Single(mode => (bool)mode!["is_default"]!)!["name"]);
        Assert.Equal(["pins", "floor"], body["layers"]!.AsArray().Take(2).Select(layer => (string?)layer!["name"]));
        Assert.Equal(Path.Combine(core.Home.Data, "policies"), (string?)body["files"]!["folder"]);
        var status = (await core.GetAsync("/api/v1/policy/status", Cancellation)).Body!;
        Assert.Equal(("workspace-only", true, "none"), ((string?)status["mode"], (bool)status["floor"]!, (string?)status["sandbox"]));
    }

    [Fact]
    public async Task An_explanation_says_what_a_real_call_would_meet_and_leaves_no_trace()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        core.Home.Write("a.txt", "x");

        Assert.Equal(("allow", "mode:workspace-only"), await ExplainAsync(new { tool = "filesystem.read", args = new { path = "a.txt" } }));
        Assert.Equal(("deny", "mode:workspace-only"), await ExplainAsync(new { tool = "write_file", args = new { path = "/etc/passwd", content = "x" }, policy = "workspace-only" }));
        Assert.Equal("deny", (await ExplainAsync(new { tool = "filesystem.read", args = new { path = Path.Combine(core.Home.Data, "vault.key") }, policy = "full" })).Decision);
        Assert.Equal(("deny", "mode:read-only"), await ExplainAsync(new { tool = "shell.exec", args = new { command = "make" }, policy = "read-only" }));
        Assert.Equal(("ask", "mode:workspace-only"), await ExplainAsync(new { tool = "mcp.github.create_issue" }));
        Assert.False(core.Home.Exists("made-by-explain"));
        Assert.Equal("ask", (await ExplainAsync(new { tool = "shell.exec", args = new { command = "touch made-by-explain" } })).Decision);
        Assert.False(core.Home.Exists("made-by-explain"));

        await core.PostAsync("/api/v1/policies/grants", new { rule = "shell.exec:make*", workspace = core.Home.Workspace }, Cancellation);
        Assert.StartsWith("grant:", (await ExplainAsync(new { tool = "shell.exec", args = new { command = "make" }, workspace = core.Home.Workspace })).Rule, StringComparison.Ordinal);
        Assert.Equal(("ask", "taint"), await ExplainAsync(new { tool = "shell.exec", args = new { command = "curl https://example.org" }, untrusted = true }));
        Assert.Equal(["grant.added"], (await core.GetAsync("/api/v1/audit", Cancellation)).Body!["entries"]!.AsArray().Select(entry => (string?)entry!["action"]));

        async Task<(string? Decision, string? Rule)> ExplainAsync(object call)
        {
            var (status, body) = await core.PostAsync("/api/v1/policies/explain", call, Cancellation);
            Assert.True(status == HttpStatusCode.OK, body!.ToJsonString());
            return ((string?)body["decision"], (string?)body["rule"]);
        }
    }

    [Theory]
    [InlineData("""{"args":{}}""", "VALIDATION_ERROR")]
    [InlineData("""{"tool":"shell.exec","args":{}}""", "VALIDATION_ERROR")]
    [InlineData("""{"tool":"shell.exec","args":[1]}""", "VALIDATION_ERROR")]
    [InlineData("""{"tool":"shell.exec","args":{"command":"ls"},"policy":"trading"}""", "POLICY_UNKNOWN")]
    [InlineData("""{"tool":"shell.exec","args":{"command":"ls"},"workspace":"/no/such"}""", "WORKSPACE_MISSING")]
    public async Task What_can_not_be_explained_says_what_is_missing(string body, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, answer) = await core.PostAsync("/api/v1/policies/explain", body, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, code), (status, (string?)answer!["error"]!["code"]));
    }
}
