using Pryx.Agent.Policy;
using Pryx.Protocol.Errors;
using static Pryx.Agent.Tests.Policy.PolicyCase;

namespace Pryx.Agent.Tests.Policy;

public sealed class NetworkGrantTests
{
    [Theory]
    [InlineData("network:api.example.org", "api.example.org", true)]
    [InlineData("network:api.example.org", "API.example.org.", true)]
    [InlineData("network:api.example.org", "api.example.org.evil.example", false)]
    [InlineData("network:api.example.org", "evilapi.example.org", false)]
    [InlineData("network:api.example.org", "sub.api.example.org", false)]
    [InlineData("network:api.example.org", "api.example.org:8443", false)]
    [InlineData("network:api.example.org", "user@api.example.org", false)]
    [InlineData("network:*.example.org", "a.b.example.org", true)]
    [InlineData("network:*.example.org", "example.org", false)]
    [InlineData("network:*.example.org", "evilexample.org", false)]
    [InlineData("registries", "registry.npmjs.org", true)]
    [InlineData("network:registries", "pypi.org", true)]
    [InlineData("registries", "github.com", false)]
    [InlineData("registries", "pypi.org.evil.example", false)]
    [InlineData("github-releases", "codeload.github.com", true)]
    [InlineData("network", "anything.example", true)]
    public void A_network_grant_is_for_a_host_whichever_of_our_tools_connects(string rule, string host, bool expected)
    {
        foreach (var tool in (string[])["http.request", "shell.exec"])
        {
            var request = Request(tool, Connect(host));
            Assert.Equal(expected, ToolRule.ParseGrant(rule).Covers(request, request.Plan.Accesses[0], Home));
        }
    }

    [Fact]
    public void A_network_grant_covers_no_command_no_file_and_no_tool_of_others()
    {
        foreach (var rule in (string[])["network", "registries", "network:api.example.org"])
        {
            var parsed = ToolRule.ParseGrant(rule);
            Assert.False(parsed.Covers(Request("shell.exec"), Run("curl api.example.org"), Home));
            Assert.False(parsed.Covers(Request("filesystem.write"), Write($"{Workspace}/a"), Home));
            Assert.False(parsed.Covers(Request("mcp.evil.fetch"), Connect("api.example.org"), Home));
            Assert.False(parsed.Covers(Request("mcp.evil.fetch"), null, Home));
        }
    }

    [Theory]
    [InlineData("POST", false)]
    [InlineData("PUT", false)]
    [InlineData("GET", true)]
    [InlineData(null, true)]
    public void Registries_are_for_getting_packages_not_for_publishing_them(string? method, bool expected) =>
        Assert.Equal(expected, ToolRule.ParseGrant("registries").Covers(Request("http.request"), Connect("registry.npmjs.org") with { Method = method }, Home));

    [Theory]
    [InlineData("http.request:GET api.example.org", "GET", true)]
    [InlineData("http.request:GET,HEAD api.example.org", "HEAD", true)]
    [InlineData("http.request:GET api.example.org", "POST", false)]
    [InlineData("http.request:GET api.example.org", null, false)]
    [InlineData("http.request:api.example.org", "POST", true)]
    public void A_host_may_be_granted_for_some_methods_only(string rule, string? method, bool expected)
    {
        var parsed = ToolRule.ParseGrant(rule);
        Assert.Equal(expected, parsed.Covers(Request("http.request"), Connect("api.example.org") with { Method = method }, Home));
        Assert.Equal(parsed.Text, ToolRule.ParseGrant(parsed.Text).Text);
    }

    [Theory]
    [InlineData("network:")]
    [InlineData("network:*")]
    [InlineData("network:https://x.example/")]
    [InlineData("network:*.org")]
    [InlineData("http.request:GET https://x")]
    public void What_is_no_host_is_no_rule(string rule) => Assert.Equal("RULE_INVALID", Assert.Throws<PryxException>(() => ToolRule.ParseGrant(rule)).Code);

    [Fact]
    public void What_a_sandbox_may_reach_is_told_from_the_grants()
    {
        var grants = Grants("network:api.example.org", "registries", "http.request:other.example", "shell.exec:make*");
        Assert.Equal(["api.example.org", "registries"], grants.NetworkHosts);
        Assert.False(grants.HasWholeNetwork);
        Assert.True(Grants("network").HasWholeNetwork);
        Assert.Empty(Grants("network").NetworkHosts);
    }

    [Fact]
    public void A_granted_folder_does_not_open_the_keys_in_it_unless_they_are_named()
    {
        var secret = Request("filesystem.read", Read($"{Workspace}/src/.env"));
        Assert.Equal(Decision.Ask, Under(PolicyMode.WorkspaceOnly, "filesystem.read:src/**").Judge(secret).Decision);
        Assert.Equal(Decision.Allow, Under(PolicyMode.WorkspaceOnly, "filesystem.read:src/.env").Judge(secret).Decision);
    }
}
