namespace Pryx.Core.Tests.Processes;

public sealed class ShellGrantTests
{
    [Theory]
    [InlineData("dotnet test --filter X", "shell.exec:dotnet test*")]
    [InlineData("git status", "shell.exec:git status*")]
    [InlineData("ls -la", "shell.exec:ls*")]
    [InlineData("./build.sh all", "shell.exec:./build.sh*")]
    [InlineData("CI=1 npm test", "shell.exec:npm test*")]
    [InlineData("git -c core.pager=x log", null)]
    [InlineData("git", null)]
    [InlineData("git push origin main", null)]
    [InlineData("git status; git log", null)]
    [InlineData("git log > x", null)]
    [InlineData("python3 x.py", null)]
    [InlineData("/usr/bin/python3.11 x.py", null)]
    [InlineData("node x.js", null)]
    [InlineData("perl -e x", null)]
    [InlineData("sudo ls", null)]
    [InlineData("env", null)]
    [InlineData("xargs rm", null)]
    [InlineData("nohup ls", null)]
    [InlineData("time ls", "shell.exec:ls*")]
    [InlineData("find . -exec rm x +", null)]
    [InlineData("find . -name x", "shell.exec:find*")]
    [InlineData("find . -delete", null)]
    [InlineData("ssh host", null)]
    [InlineData("docker run x", null)]
    [InlineData("npx x", null)]
    [InlineData("bash", null)]
    [InlineData("rm x", null)]
    [InlineData("curl x", null)]
    [InlineData("awk '{system(\"x\")}'", null)]
    [InlineData("'a*b' x", null)]
    [InlineData("echo $(x)", null)]
    public async Task Pattern_that_is_offered_opens_no_more_than_it_says(string line, string? pattern)
    {
        using var bench = new ShellBench();
        Assert.Equal(pattern, (await bench.PlanAsync(line, TestContext.Current.CancellationToken)).GrantPattern);
    }
}
