using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Policies;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Testing;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Tests.Policies;

public sealed class TurnPolicyTests : IAsyncLifetime
{
    private readonly TempHome _home = new();
    private readonly FakeTime _time = new();
    private readonly SessionId _session = SessionId.New();
    private Database _database = null!;
    private GrantStore _grants = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await Database.OpenAsync(Path.Combine(_home.Data, "pryx.db"), _time, Cancellation);
        _grants = new(_database, new EventLog(_database));
        await AddSessionAsync(_session);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_grant_given_during_the_turn_counts_for_the_next_call_and_a_revoked_one_no_more()
    {
        var policy = Policy();
        Assert.Equal(Decision.Ask, await JudgeAsync(policy, "dotnet test"));
        var grant = await _grants.AddAsync(new("shell.exec:dotnet test*", _home.Workspace, _session, "cli:alice"), Cancellation);
        Assert.Equal(Decision.Allow, await JudgeAsync(policy, "dotnet test"));
        Assert.True(await _grants.RevokeAsync(grant.Id[..8], "cli:bob", Cancellation));
        Assert.Equal(Decision.Ask, await JudgeAsync(policy, "dotnet test"));
        Assert.False(await _grants.RevokeAsync(grant.Id, "cli:bob", Cancellation));
    }

    [Requirement("FR2.3", "session")]
    [Requirement("FR2.3", "forever")]
    [Requirement("FR2.3", "expiry")]
    [Fact]
    public async Task A_grant_holds_for_its_session_its_folder_and_its_time_only()
    {
        var other = SessionId.New();
        await AddSessionAsync(other);
        await _grants.AddAsync(new("shell.exec:make a*", _home.Workspace, _session, "cli") , Cancellation);
        await _grants.AddAsync(new("shell.exec:make b*", _home.Workspace, null, "cli"), Cancellation);
        await _grants.AddAsync(new("shell.exec:make c*", null, null, "cli") { Lifetime = TimeSpan.FromHours(1) }, Cancellation);
        var policy = Policy();
        var elsewhere = _home.Root;
        Assert.Equal([Decision.Allow, Decision.Allow, Decision.Allow], await AllAsync(_session, _home.Workspace));
        Assert.Equal([Decision.Ask, Decision.Allow, Decision.Allow], await AllAsync(other, _home.Workspace));
        Assert.Equal([Decision.Ask, Decision.Ask, Decision.Allow], await AllAsync(_session, elsewhere));
        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal([Decision.Allow, Decision.Allow, Decision.Ask], await AllAsync(_session, _home.Workspace));
        Assert.Equal(["shell.exec:make a*", "shell.exec:make b*"], (await _grants.ListAsync(Cancellation)).Select(grant => grant.Pattern));

        async Task<Decision[]> AllAsync(SessionId session, string workspace) =>
            [await JudgeAsync(policy, "make a", session, workspace), await JudgeAsync(policy, "make b", session, workspace), await JudgeAsync(policy, "make c", session, workspace)];
    }

    [Theory]
    [InlineData("folder", "workspace")]
    [InlineData("fs.write:src/**", "workspace")]
    [InlineData("shell.exec:make*", "host")]
    [InlineData("http.request:api.example.org", "network")]
    [InlineData("mcp.github.*", "integration")]
    [Requirement("FR2.2", "workspace")]
    [Requirement("FR2.2", "host")]
    [Requirement("FR2.2", "network")]
    [Requirement("FR2.2", "integration")]
    public async Task A_grant_is_stored_with_its_scope_and_lets_through_what_lies_in_it_alone(string pattern, string scope)
    {
        await _grants.AddAsync(new(pattern, _home.Workspace, null, "cli"), Cancellation);
        Assert.Equal(scope, await _database.ReadAsync(static connection => connection.Text("SELECT scope FROM policies"), Cancellation));

        var src = Path.Combine(_home.Workspace, "src", "a.cs");
        Dictionary<string, PolicyRequest> calls = new()
        {
            ["workspace"] = Request("x") with { Tool = "filesystem.write", Plan = new("x", [new(AccessKind.Write, src) { IsInsideWorkspace = true }]) },
            ["host"] = Request("make all"),
            ["network"] = Request("x") with { Tool = "http.request", Plan = new("x", [new(AccessKind.Network, "api.example.org") { Method = "GET" }]) },
            ["integration"] = Request("x") with { Tool = "mcp.github.create_issue", Plan = new("x", []) },
        };
        foreach (var (name, call) in calls)
        {
            Assert.Equal((name, name == scope ? Decision.Allow : Decision.Ask), (name, (await Policy().JudgeAsync(call, Cancellation)).Decision));
        }
    }

    [Fact]
    public async Task A_session_s_grants_die_with_it()
    {
        await _grants.AddAsync(new("folder", _home.Workspace, _session, "cli"), Cancellation);
        await _database.WriteAsync(connection => connection.Execute("DELETE FROM sessions"), Cancellation);
        Assert.Empty(await _grants.ListAsync(Cancellation));
    }

    [Fact]
    public async Task Every_grant_and_revocation_is_in_the_audit_log()
    {
        var grant = await _grants.AddAsync(new("fs.write:src/**", _home.Workspace, null, "cli:alice"), Cancellation);
        await _grants.RevokeAsync(grant.Id, "web:bob", Cancellation);
        var rows = await _database.ReadAsync(connection => connection.Query(
            "SELECT action, resource_id, actor, details FROM audit_log ORDER BY seq",
            row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3))), Cancellation);
        Assert.Equal([("grant.added", grant.Id, "cli:alice"), ("grant.revoked", grant.Id, "web:bob")], rows.Select(row => (row.Item1, row.Item2, row.Item3)));
        Assert.Contains("filesystem.write:src/**", rows[0].Item4, StringComparison.Ordinal);
        Assert.Null(await new AuditLog(_database).VerifyAsync(Cancellation));
    }

    [Theory]
    [InlineData("shell.exec:bash*", "RULE_TOO_WIDE")]
    [InlineData("shell.exec", "RULE_TOO_WIDE")]
    [InlineData("filesystem.write:../x", "RULE_INVALID")]
    [InlineData("folder", "GRANT_INVALID")]
    public async Task A_grant_that_must_not_be_is_refused_and_not_stored(string pattern, string code)
    {
        Assert.Equal(code, (await Assert.ThrowsAsync<PryxException>(() => _grants.AddAsync(new(pattern, null, null, "cli"), Cancellation))).Code);
        Assert.Empty(await _grants.ListAsync(Cancellation));
    }

    [Fact]
    public async Task The_flags_of_the_turn_count_and_a_wrong_one_stops_it_before_it_starts()
    {
        Assert.Equal(Decision.Allow, await JudgeAsync(Factory.Create(null, ["shell.exec:make*"], null), "make"));
        Assert.Equal(Decision.Deny, await JudgeAsync(Factory.Create("read-only", ["shell.exec:make*"], null), "make"));
        Assert.Equal(Decision.Allow, await JudgeAsync(Factory.Create("full", [], null), "make"));
        Assert.Equal("RULE_TOO_WIDE", Assert.Throws<PryxException>(() => Factory.Create(null, ["shell.exec:*"], null)).Code);
        Assert.Equal("POLICY_UNKNOWN", Assert.Throws<PryxException>(() => Factory.Create("trading", [], null)).Code);
        Assert.Equal("--allow shell.exec:make", (await Policy().JudgeAsync(Request("make"), Cancellation)).Next);
    }

    [Fact]
    public async Task The_data_directory_is_closed_also_through_a_link_to_the_home_folder()
    {
        var link = Path.Combine(_home.Root, "link");
        File.CreateSymbolicLink(link, _home.Home);
        var factory = new PolicyFactory(PolicyFactory.ScopeOf(new(link, Path.Combine(link, ".pryx"))), _grants, new PolicyFiles(Path.Combine(link, ".pryx", "policies"), _home.Home), new PolicyRates(TimeProvider.System), static () => null);
        var request = Request("x") with { Tool = "filesystem.read", Plan = new("x", [new(AccessKind.Read, Path.Combine(_home.Data, "vault.key"))]) };
        Assert.Equal(Decision.Deny, (await factory.Create("full", [], null).JudgeAsync(request, Cancellation)).Decision);
    }

    private PolicyFactory Factory => new(PolicyFactory.ScopeOf(new PryxPaths(_home.Home, _home.Data)), _grants, new PolicyFiles(Path.Combine(_home.Data, "policies"), _home.Home), new PolicyRates(TimeProvider.System), static () => null);

    private TurnPolicy Policy() => Factory.Create(null, [], null);

    private PolicyRequest Request(string command, SessionId? session = null, string? workspace = null) =>
        new("shell.exec", new ToolPlan("x", [new(AccessKind.Execute, command)]), session ?? _session, workspace ?? _home.Workspace, Provenance.User);

    private async Task<Decision> JudgeAsync(TurnPolicy policy, string command, SessionId? session = null, string? workspace = null) =>
        (await policy.JudgeAsync(Request(command, session, workspace), Cancellation)).Decision;

    private async Task AddSessionAsync(SessionId session) => await _database.WriteAsync(connection => connection.Execute(
        "INSERT INTO sessions (id, created_at, updated_at, title) VALUES ($id, $at, $at, 'x')", ("$id", session.ToString()), ("$at", Sql.FormatTime(_time.GetUtcNow()))), Cancellation);
}
