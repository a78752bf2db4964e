using Pryx.Agent.Policy;
using Pryx.Testing;
using static Pryx.Agent.Tests.Policy.PolicyCase;

namespace Pryx.Agent.Tests.Policy;

/// <summary>Mode × call × grant, as one table. A = Allow, ? = Ask, D = Deny; columns: read-only, ask, workspace-only, network-allowlist, full.</summary>
public sealed class ModeTableTests
{
    private static readonly PolicyMode[] Columns = [PolicyMode.ReadOnly, PolicyMode.Ask, PolicyMode.WorkspaceOnly, PolicyMode.NetworkAllowlist, PolicyMode.Full];

    private static readonly Dictionary<string, PolicyRequest> Calls = new()
    {
        ["read inside"] = Request("filesystem.read", Read("/home/u/project/a.cs")),
        ["read inside, short name"] = Request("fs.read", Read("/home/u/project/a.cs")),
        ["read outside"] = Request("filesystem.read", Read("/usr/include/stdio.h")),
        ["read a neighbour"] = Request("filesystem.read", Read("/home/u/project2/a.cs")),
        ["read tool output"] = Request("filesystem.read", Read("/home/u/.pryx/tool-output/1.txt")),
        ["read .env"] = Request("filesystem.read", Read("/home/u/project/.env")),
        ["write inside"] = Request("filesystem.write", Write("/home/u/project/a.cs")),
        ["write .env"] = Request("filesystem.write", Write("/home/u/project/.env")),
        ["edit inside"] = Request("filesystem.edit", Read("/home/u/project/a.cs"), Write("/home/u/project/a.cs")),
        ["write outside"] = Request("fs.write", Write("/tmp/a")),
        ["write in and out"] = Request("filesystem.write", Write("/home/u/project/a"), Write("/tmp/a")),
        ["dotnet test"] = Request("shell.exec", Run("dotnet test")),
        ["dotnet test && rm"] = Request("shell.exec", Run("dotnet test"), Run("rm -rf bin")),
        ["dotnet test > file"] = Request("shell.exec", Run("dotnet test"), Write("/home/u/project/out.txt")),
        ["unclear command"] = Request("shell.exec", Run("dotnet test")).Unclear(),
        ["get a host"] = Request("http.request", Connect("api.example.org")),
        ["plan"] = Request("plan.update"),
        ["ask the user"] = Request("user.ask"),
        ["unknown tool"] = Request("mcp.github.create_issue"),
        ["unknown tool that says it reads"] = Request("mcp.files.read", Read("/home/u/project/a.cs")),
        ["built-in that says nothing"] = Request("filesystem.read"),
        ["secret"] = Request("filesystem.read", Read("/home/u/.ssh/id_rsa")),
        ["own data"] = Request("filesystem.write", Write("/home/u/.pryx/config.yaml")),
        ["git hook"] = Request("filesystem.write", Write("/home/u/project/.git/hooks/pre-commit")),
        ["sudo"] = Request("shell.exec", Run("sudo apt install x")),
    };

    [Requirement("FR2.4", "read-only")]
    [Requirement("FR2.4", "workspace-only")]
    [Requirement("FR2.4", "network-allowlist")]
    [Requirement("FR2.1", "fs.write judged")]
    [Requirement("FR2.1", "shell.exec judged")]
    [Requirement("SEC3", "path scope")]
    [Theory]
    [InlineData("read inside", "", "AAAAA")]
    [InlineData("read inside, short name", "", "AAAAA")]
    [InlineData("read outside", "", "????A")]
    [InlineData("read outside", "fs.read:/usr/include/**", "AAAAA")]
    [InlineData("read a neighbour", "", "????A")]
    [InlineData("read a neighbour", "filesystem.read:**", "????A")]
    [InlineData("read tool output", "", "AAAAA")]
    [InlineData("read .env", "", "????A")]
    [InlineData("read .env", "filesystem.read:.env", "AAAAA")]
    [InlineData("write inside", "", "D???A")]
    [InlineData("write inside", "folder", "DAAAA")]
    [InlineData("write inside", "filesystem.*", "DAAAA")]
    [InlineData("write inside", "fs.write:*.cs", "DAAAA")]
    [InlineData("write inside", "filesystem.write:src/**", "D???A")]
    [InlineData("write .env", "folder", "D???A")]
    [InlineData("edit inside", "folder", "DAAAA")]
    [InlineData("edit inside", "filesystem.write", "D???A")]
    [InlineData("write outside", "", "D?DDA")]
    [InlineData("write outside", "folder", "D?DDA")]
    [InlineData("write outside", "filesystem.write", "DADDA")]
    [InlineData("write in and out", "folder", "D?DDA")]
    [InlineData("dotnet test", "", "D???A")]
    [InlineData("dotnet test", "folder", "D???A")]
    [InlineData("dotnet test", "shell.exec:dotnet test*", "DAAAA")]
    [InlineData("dotnet test", "shell.exec:dotnet build*", "D???A")]
    [InlineData("dotnet test && rm", "shell.exec:dotnet test*", "D???A")]
    [InlineData("dotnet test > file", "shell.exec:dotnet test*", "D???A")]
    [InlineData("unclear command", "", "D???A")]
    [InlineData("unclear command", "shell.exec:dotnet test*", "D???A")]
    [InlineData("get a host", "", "D??DA")]
    [InlineData("get a host", "http.request:api.example.org", "DAAAA")]
    [InlineData("get a host", "http.request:other.example.org", "D??DA")]
    [InlineData("plan", "", "AAAAA")]
    [InlineData("ask the user", "", "AAAAA")]
    [InlineData("unknown tool", "", "D???A")]
    [InlineData("unknown tool", "mcp.github.*", "DAAAA")]
    [InlineData("unknown tool", "mcp.gitlab.*", "D???A")]
    [InlineData("unknown tool that says it reads", "", "D???A")]
    [InlineData("built-in that says nothing", "", "D???A")]
    [InlineData("secret", "filesystem.read", "DDDDD")]
    [InlineData("own data", "filesystem.*", "DDDDD")]
    [InlineData("git hook", "folder", "D????")]
    [InlineData("sudo", "shell.exec:sudo apt install x", "D????")]
    [Requirement("SEC3", "tool allow-list")]
    [Requirement("SEC4", "http external")]
    [Requirement("P4", "policy for sensitive operations")]
    public void Each_mode_judges_each_call(string call, string grant, string expected)
    {
        var actual = string.Concat(Columns.Select(mode => Under(mode, grant.Length == 0 ? [] : [grant]).Judge(Calls[call]).Decision switch
        {
            Decision.Allow => "A",
            Decision.Ask => "?",
            _ => "D",
        }));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_write_outside_says_outside_workspace()
    {
        var judgement = Under(PolicyMode.WorkspaceOnly).Judge(Request("filesystem.write", Write("/etc/passwd")));
        Assert.Equal(Decision.Deny, judgement.Decision);
        Assert.Contains("outside workspace", judgement.Reason, StringComparison.Ordinal);
        Assert.Equal("mode:workspace-only", judgement.Rule);
    }

    [Fact]
    public void The_folder_grant_is_offered_only_where_it_answers_the_whole_call()
    {
        var policy = Under(PolicyMode.WorkspaceOnly);
        Assert.Equal("folder", policy.Judge(Calls["edit inside"]).FolderGrant);
        Assert.Null(policy.Judge(Calls["dotnet test > file"]).FolderGrant);
        Assert.Null(policy.Judge(Calls["git hook"]).FolderGrant);
        Assert.Null(policy.Judge(Calls["write in and out"]).FolderGrant);
        Assert.Null(policy.Judge(Calls["write inside"].Unclear()).FolderGrant);
        Assert.Null(Under(PolicyMode.Ask).Judge(Calls["write inside"]).FolderGrant);
    }

    [Fact]
    public void Mode_ask_takes_the_grants_of_this_session_and_not_the_standing_ones()
    {
        var granted = PolicySet.Create(PolicyMode.Ask, Scope, Standing("folder", "shell.exec:dotnet test*"));
        Assert.Equal(Decision.Ask, granted.Judge(Calls["write inside"]).Decision);
        Assert.Equal(Decision.Ask, granted.Judge(Calls["dotnet test"]).Decision);
        Assert.Equal(Decision.Allow, granted.With(Grants("shell.exec:dotnet test*")).Judge(Calls["dotnet test"]).Decision);
    }

    [Fact]
    public void A_grant_names_itself_as_the_rule()
    {
        var judgement = PolicySet.Create(PolicyMode.WorkspaceOnly, Scope, Standing("shell.exec:dotnet test*")).Judge(Calls["dotnet test"]);
        Assert.Equal("grant:1", judgement.Rule);
        Assert.Contains("shell.exec:dotnet test*", judgement.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("full", PolicyMode.Full)]
    [InlineData(" Workspace-Only ", PolicyMode.WorkspaceOnly)]
    [InlineData(null, PolicyMode.WorkspaceOnly)]
    public void Modes_are_named(string? text, PolicyMode mode) => Assert.Equal(mode, PolicyModes.Parse(text));

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("4")]
    public void An_unknown_mode_is_an_error_and_never_another_mode(string text) =>
        Assert.Equal("POLICY_UNKNOWN", Assert.Throws<Pryx.Protocol.Errors.PryxException>(() => PolicyModes.Parse(text)).Code);
}
