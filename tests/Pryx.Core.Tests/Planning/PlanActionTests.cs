using Pryx.Agent.Tools;
using Pryx.Core.Planning;

namespace Pryx.Core.Tests.Planning;

/// <summary>What a plan's list may grant: a model wrote it, and a card is read in passing.</summary>
public sealed class PlanActionTests
{
    [Theory]
    [InlineData("filesystem.write:src/**")]
    [InlineData("fs.write:notes.txt")]
    [InlineData("shell.exec:dotnet test*")]
    [InlineData("process.start:npm run dev*")]
    [InlineData("http.request:GET api.example.org")]
    [InlineData("network:registries")]
    [InlineData("mcp.github.list_issues")]
    public void One_thing_is_granted(string action)
    {
        var actions = PlanActions.Read([action]);

        Assert.Single(actions.Granted);
        Assert.Empty(actions.Asked);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("network")]
    [InlineData("*")]
    [InlineData("filesystem.*")]
    [InlineData("mcp.github.*")]
    [InlineData("shell.exec")]
    [InlineData("shell.exec:*")]
    [InlineData("shell.exec:python3*")]
    [InlineData("shell.exec:bash -c*")]
    [InlineData("shell.exec:sudo*")]
    [InlineData("process.start:node*")]
    [InlineData("filesystem.write")]
    [InlineData("filesystem.write:**")]
    [InlineData("filesystem.write:./**")]
    [InlineData("filesystem.write:/")]
    [InlineData("filesystem.write:~/**")]
    [InlineData("http.request")]
    public void What_means_more_than_it_says_is_asked(string action)
    {
        var actions = PlanActions.Read([action]);

        Assert.Empty(actions.Granted);
        Assert.Single(actions.Asked);
    }

    [Theory]
    [InlineData("rm -rf /")]
    [InlineData("shell.exec:ls\nshell.exec:rm*")]
    [InlineData("shell.exec:")]
    [InlineData("http.request:*")]
    public void What_is_no_action_is_said(string action) => Assert.Throws<ToolArgumentException>(() => PlanActions.Read([action]));
}
