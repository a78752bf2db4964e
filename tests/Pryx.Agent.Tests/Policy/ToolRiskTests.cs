using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Agent.Tests.Policy;

public sealed class ToolRiskTests
{
    private static readonly Judgement Asked = new(Decision.Ask, "mode:ask", "Every side effect is asked.");

    [Theory]
    [InlineData("ls -la", RiskLevel.Low)]
    [InlineData("cat .env", RiskLevel.High)]
    [InlineData("dotnet test", RiskLevel.Medium)]
    [InlineData("rm -rf /tmp/test", RiskLevel.High)]
    [InlineData("/usr/bin/sudo ls", RiskLevel.High)]
    [InlineData("git status", RiskLevel.Medium)]
    [InlineData("git push origin main", RiskLevel.High)]
    [InlineData("python build.py", RiskLevel.Medium)]
    [InlineData("python -m pytest", RiskLevel.Medium)]
    [InlineData("python -c 'print(1)'", RiskLevel.High)]
    [InlineData("bash", RiskLevel.High)]
    public void A_command_is_as_risky_as_what_it_can_break(string command, RiskLevel expected) =>
        Assert.Equal(expected, Of("shell.exec", new ToolAccess(AccessKind.Execute, command)));

    [Fact]
    public void The_riskiest_access_counts()
    {
        Assert.Equal(RiskLevel.High, Of("shell.exec", new ToolAccess(AccessKind.Execute, "ls"), new ToolAccess(AccessKind.Execute, "rm x")));
        Assert.Equal(RiskLevel.Low, Of("filesystem.read", new ToolAccess(AccessKind.Read, "/w/a") { IsInsideWorkspace = true }));
        Assert.Equal(RiskLevel.Medium, Of("filesystem.write", new ToolAccess(AccessKind.Write, "/w/a") { IsInsideWorkspace = true }));
        Assert.Equal(RiskLevel.High, Of("filesystem.write", new ToolAccess(AccessKind.Write, "/etc/hosts")));
        Assert.Equal(RiskLevel.Medium, Of("http.request", new ToolAccess(AccessKind.Network, "example.org") { Method = "GET" }));
        Assert.Equal(RiskLevel.High, Of("http.request", new ToolAccess(AccessKind.Network, "example.org") { Method = "POST" }));
        Assert.Equal(RiskLevel.Medium, Of("mcp.server.tool"));
    }

    [Fact]
    public void What_is_unclear_or_held_by_the_floor_is_high()
    {
        var harmless = new ToolPlan("Run ls", [new(AccessKind.Execute, "ls")]);
        Assert.Equal(RiskLevel.High, ToolRisk.Of("shell.exec", harmless with { Unclear = "It can not be taken apart." }, Asked));
        Assert.Equal(RiskLevel.High, ToolRisk.Of("shell.exec", harmless, new(Decision.Ask, "floor:guarded", "…")));
        Assert.Equal(RiskLevel.High, ToolRisk.Of("shell.exec", harmless, new(Decision.Ask, "taint", "…")));
    }

    private static RiskLevel Of(string tool, params ToolAccess[] accesses) => ToolRisk.Of(tool, new ToolPlan("", accesses), Asked);
}
