using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Files;

public sealed class WorkspacePathTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("a.txt", "a.txt")]
    [InlineData("./sub//a.txt", "sub/a.txt")]
    [InlineData("sub/../a.txt", "a.txt")]
    [InlineData("missing/deep/new.txt", "missing/deep/new.txt")]
    [InlineData("..name", "..name")]
    [InlineData(".", ".")]
    public void Paths_inside_are_relative_to_the_workspace(string path, string display)
    {
        var resolved = WorkspacePath.Resolve(_workspace.Root, path);
        Assert.True(resolved.IsInsideWorkspace);
        Assert.Equal(display, resolved.Display);
        Assert.Equal(resolved, WorkspacePath.Resolve(_workspace.Root, resolved.Canonical));
    }

    [Theory]
    [InlineData("../outside/x")]
    [InlineData("sub/../../outside/x")]
    [InlineData("/etc/passwd")]
    [InlineData("~/.ssh/id_rsa")]
    [InlineData("../project-2/x")]
    [InlineData("..")]
    public void Paths_that_leave_are_outside(string path) =>
        Assert.False(WorkspacePath.Resolve(_workspace.Root, path).IsInsideWorkspace);

    [Fact]
    [Requirement("SEC3", "path scope")]
    public void Links_are_followed_before_judging()
    {
        Directory.CreateDirectory(_workspace["real/sub"]);
        _workspace.Link("to-folder", _workspace.Outside);
        _workspace.Link("to-file", Path.Join(_workspace.Outside, "secret"));
        _workspace.Link("dangling", Path.Join(_workspace.Outside, "not/yet"));
        _workspace.Link("one", "two");
        _workspace.Link("two", "./three");
        _workspace.Link("three", "../outside");
        _workspace.Link("inside", "real/sub");
        _workspace.Link("up", "real/sub/../../..");

        foreach (var path in new[] { "to-folder/x", "to-folder/new/deep", "to-file", "dangling", "dangling/x", "one/x", "up/outside/x", "to-folder/../outside/x" })
        {
            var resolved = WorkspacePath.Resolve(_workspace.Root, path);
            Assert.False(resolved.IsInsideWorkspace, path);
            Assert.StartsWith(_workspace.Outside, resolved.Canonical, StringComparison.Ordinal);
        }
        // As the kernel does: ".." is the parent of where the link leads.
        Assert.Equal(_workspace["real/a"], WorkspacePath.Resolve(_workspace.Root, "inside/../a").Canonical);
        Assert.Equal("real/sub/x", WorkspacePath.Resolve(_workspace.Root, "inside/x").Display);
    }

    [Fact]
    public void Link_that_leads_back_inside_is_inside()
    {
        File.CreateSymbolicLink(Path.Join(_workspace.Outside, "back"), _workspace.Root);
        Assert.True(WorkspacePath.Resolve(_workspace.Root, "../outside/back/a").IsInsideWorkspace);
    }

    [Fact]
    public void Links_in_a_circle_nul_and_nothing_are_bad_arguments()
    {
        _workspace.Link("a", "b");
        _workspace.Link("b", "a");
        Assert.All(["a/x", "x\0y", " "], path => Assert.Throws<ToolArgumentException>(() => WorkspacePath.Resolve(_workspace.Root, path)));
    }

    [Fact]
    public async Task Every_writing_tool_says_that_a_link_leads_outside()
    {
        _workspace.Link("link", _workspace.Outside);
        ITool[] tools = [new WriteFileTool(Disk.Local), new EditFileTool(Disk.Local)];
        foreach (var tool in tools)
        {
            var plan = await _workspace.PlanAsync(tool, new() { ["path"] = "link/x", ["content"] = "", ["old_string"] = "a", ["new_string"] = "b" });
            Assert.Equal(new ToolAccess(AccessKind.Write, Path.Join(_workspace.Outside, "x")), Assert.Single(plan.Accesses) with { Size = null });
        }
    }

    [Fact]
    [Requirement("SEC3", "path scope")]
    public async Task Folder_that_becomes_a_link_between_check_and_use_is_not_followed()
    {
        Directory.CreateDirectory(_workspace["sub"]);
        File.WriteAllText(Path.Join(_workspace.Outside, "a.txt"), "secret");
        foreach (var tool in new ITool[] { new WriteFileTool(Disk.Local), new ReadFileTool(Disk.Local), new EditFileTool(Disk.Local) })
        {
            var arguments = Workspace.Arguments(new() { ["path"] = "sub/a.txt", ["content"] = "changed", ["old_string"] = "secret", ["new_string"] = "changed" });
            Directory.CreateDirectory(_workspace["sub"]);
            var plan = await tool.PlanAsync(arguments, _workspace.Context, TestContext.Current.CancellationToken);
            Assert.True(plan.Accesses[0].IsInsideWorkspace);
            Directory.Delete(_workspace["sub"]);
            _workspace.Link("sub", _workspace.Outside);

            var outcome = await tool.InvokeAsync(arguments, plan, _workspace.Context, TestContext.Current.CancellationToken);

            Assert.Equal(ToolStatus.Failed, outcome.Status);
            Assert.DoesNotContain("secret", outcome.Text, StringComparison.Ordinal);
            File.Delete(_workspace["sub"]);
        }
        Assert.Equal("secret", File.ReadAllText(Path.Join(_workspace.Outside, "a.txt")));
    }
}
