using System.Runtime.Versioning;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tests.Files;

public sealed class WriteFileToolTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly WriteFileTool _tool = new(Disk.Local);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task New_file_gets_its_folders()
    {
        var outcome = await _workspace.RunAsync(_tool, new() { ["path"] = "a/b/c.txt", ["content"] = "hi\n" });

        Assert.Equal("Created a/b/c.txt (1 line, 3 bytes).", outcome.Text);
        Assert.Equal("hi\n", _workspace.Text("a/b/c.txt"));
        Assert.Single(Directory.GetFileSystemEntries(_workspace["a/b"]));
    }

    [Fact]
    public async Task Mode_line_ends_and_byte_order_mark_are_kept()
    {
        File.WriteAllText(_workspace["run.cmd"], "one\r\ntwo\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_workspace["run.cmd"], (UnixFileMode)0x1E8);
        }

        await _workspace.RunAsync(_tool, new() { ["path"] = "run.cmd", ["content"] = "three\nfour\n" });

        Assert.Equal([0xEF, 0xBB, 0xBF, .. "three\r\nfour\r\n"u8], File.ReadAllBytes(_workspace["run.cmd"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0x1E8, File.GetUnixFileMode(_workspace["run.cmd"]));
        }
    }

    [Fact]
    public async Task Preview_is_a_unified_diff_and_changes_nothing()
    {
        _workspace.Put("a.txt", "one\ntwo\nthree\n");

        var preview = await _workspace.PreviewAsync(_tool, new() { ["path"] = "a.txt", ["content"] = "one\n2\nthree\n" });
        var creation = await _workspace.PreviewAsync(_tool, new() { ["path"] = "new.txt", ["content"] = "x" });

        Assert.Equal(new ToolPreview(PreviewKind.Diff, "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"), preview);
        Assert.Equal("--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n", creation.Text);
        Assert.Equal("one\ntwo\nthree\n", _workspace.Text("a.txt"));
        Assert.False(File.Exists(_workspace["new.txt"]));
    }

    [Fact]
    public async Task Hard_link_to_a_file_outside_is_replaced_not_written_through()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        var victim = Path.Join(_workspace.Outside, "victim");
        File.WriteAllText(victim, "untouched");
        Assert.Equal(0, TestSystem.Link(victim, _workspace["innocent.txt"]));

        await _workspace.RunAsync(_tool, new() { ["path"] = "innocent.txt", ["content"] = "new" });

        Assert.Equal("new", _workspace.Text("innocent.txt"));
        Assert.Equal("untouched", File.ReadAllText(victim));
    }

    [Fact]
    public async Task Pipe_is_refused_without_waiting_for_its_other_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        Assert.Equal(0, TestSystem.MakePipe(_workspace["pipe"], 0x1B6));

        var written = await _workspace.RunAsync(_tool, new() { ["path"] = "pipe", ["content"] = "x" });
        var read = await _workspace.RunAsync(new ReadFileTool(Disk.Local), new() { ["path"] = "pipe" });

        Assert.All([written, read], outcome => Assert.Contains("device, pipe or socket", outcome.Text, StringComparison.Ordinal));
        Assert.All([written, read], outcome => Assert.Equal(ToolStatus.Failed, outcome.Status));
    }

    [Fact]
    public async Task Plan_touches_nothing_and_offers_the_folder()
    {
        var inside = await _workspace.PlanAsync(_tool, new() { ["path"] = "src/x/../a.cs", ["content"] = "" });
        var top = await _workspace.PlanAsync(_tool, new() { ["path"] = "a.cs", ["content"] = "" });
        var outside = await _workspace.PlanAsync(_tool, new() { ["path"] = "../outside/a.cs", ["content"] = "" });

        Assert.Equal("Write src/a.cs", inside.Summary);
        Assert.Equal(new ToolAccess(AccessKind.Write, _workspace["src/a.cs"]) { IsInsideWorkspace = true, Size = 0 }, Assert.Single(inside.Accesses));
        Assert.Equal("filesystem.write:src/**", inside.GrantPattern);
        Assert.Equal("filesystem.write:a.cs", top.GrantPattern);
        Assert.Null(outside.GrantPattern);
        Assert.False(outside.Accesses[0].IsInsideWorkspace);
        Assert.Empty(Directory.GetFileSystemEntries(_workspace.Root));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Read_only_file_and_locked_folder_are_refused_to_an_ordinary_user()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        var file = _workspace.Put("readonly.txt", "old");
        File.SetUnixFileMode(file, (UnixFileMode)0x124);
        File.SetUnixFileMode(_workspace.Root, (UnixFileMode)0x1FF);
        Directory.CreateDirectory(_workspace["locked"]);
        File.SetUnixFileMode(_workspace["locked"], (UnixFileMode)0x16D);
        File.SetUnixFileMode(Path.GetDirectoryName(_workspace.Root)!, (UnixFileMode)0x1ED);

        var failures = await TestSystem.AsOrdinaryUserAsync(() => new[]
        {
            Record.Exception(() => Disk.Local.Write(file, "new"u8)),
            Record.Exception(() => Disk.Local.Write(_workspace["locked/new.txt"], "new"u8)),
        });

        Assert.All(failures, failure => Assert.IsType<UnauthorizedAccessException>(failure));
        Assert.Equal("old", File.ReadAllText(file));
        Assert.Empty(Directory.GetFileSystemEntries(_workspace["locked"]));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_workspace.Root), entry => entry.EndsWith(".tmp", StringComparison.Ordinal));
    }
}
