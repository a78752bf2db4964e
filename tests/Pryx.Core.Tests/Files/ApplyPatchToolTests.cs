using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tests.Files;

public sealed class ApplyPatchToolTests : IDisposable
{
    private const string Functions = "def a():\n    x = 1\n    return x\n\ndef b():\n    x = 1\n    return x\n";
    private readonly Workspace _workspace = new();
    private readonly ApplyPatchTool _tool = new(Disk.Local);

    public void Dispose() => _workspace.Dispose();

    private Task<ToolOutcome> PatchAsync(string patch) => _workspace.RunAsync(_tool, new() { ["patch"] = patch });

    [Fact]
    public async Task Sections_add_update_move_and_delete()
    {
        _workspace.Put("a.py", Functions);
        _workspace.Put("old.txt", "one\ntwo\n");
        _workspace.Put("gone.txt", "x");

        var outcome = await PatchAsync("""
            *** Begin Patch
            *** Add File: new/file.txt
            +hello
            +
            +world
            *** Update File: a.py
            @@ def b():
            -    x = 1
            +    x = 2
                 return x
            *** Update File: old.txt
            *** Move to: moved/new.txt
            @@
             one
            -two
            +2
            *** Delete File: gone.txt
            *** End Patch
            """);

        Assert.Equal(ToolStatus.Completed, outcome.Status);
        Assert.Equal("hello\n\nworld\n", _workspace.Text("new/file.txt"));
        Assert.Equal(Functions.Replace("b():\n    x = 1", "b():\n    x = 2", StringComparison.Ordinal), _workspace.Text("a.py"));
        Assert.Equal("one\n2\n", _workspace.Text("moved/new.txt"));
        Assert.False(File.Exists(_workspace["old.txt"]));
        Assert.False(File.Exists(_workspace["gone.txt"]));
        Assert.StartsWith("Added new/file.txt.\nUpdated a.py.\n     3\t    return x", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unified_diff_finds_its_place_when_the_numbers_are_off()
    {
        _workspace.Put("a.txt", string.Join("\r\n", Enumerable.Range(1, 30)) + "\r\n");
        _workspace.Put("open.txt", "a\nb");

        var outcome = await PatchAsync("""
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -2,3 +2,3 @@
             9
            -10
            +ten
             11
            @@ -20,2 +20,3 @@
             28
            +between
             29
            --- a/open.txt
            +++ b/open.txt
            @@ -1,2 +1,2 @@
             a
            -b
            \ No newline at end of file
            +c
            --- /dev/null
            +++ b/n.txt
            @@ -0,0 +1 @@
            +new
            \ No newline at end of file
            """);

        Assert.Equal(ToolStatus.Completed, outcome.Status);
        Assert.Equal(string.Join("\r\n", Enumerable.Range(1, 30)).Replace("\n10\r", "\nten\r", StringComparison.Ordinal).Replace("28\r\n", "28\r\nbetween\r\n", StringComparison.Ordinal) + "\r\n", _workspace.Text("a.txt"));
        Assert.Equal("a\nc\n", _workspace.Text("open.txt"));
        Assert.Equal("new", _workspace.Text("n.txt"));
    }

    [Fact]
    public async Task One_hunk_that_does_not_fit_leaves_every_file_as_it_was()
    {
        _workspace.Put("a.txt", "one\n");
        _workspace.Put("b.py", Functions);

        var outcome = await PatchAsync("*** Begin Patch\n*** Update File: a.txt\n-one\n+1\n*** Add File: c.txt\n+c\n*** Update File: b.py\n-    x = 7\n+    x = 8\n*** End Patch");

        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.Contains("The closest lines are:\n     1\tdef a():\n     2\t    x = 1", outcome.Text, StringComparison.Ordinal);
        Assert.Equal("one\n", _workspace.Text("a.txt"));
        Assert.False(File.Exists(_workspace["c.txt"]));
    }

    [Fact]
    public async Task Failure_while_writing_puts_the_files_before_it_back()
    {
        _workspace.Put("a.txt", "one\n");
        _workspace.Put("file", "in the way");

        var outcome = await PatchAsync("*** Begin Patch\n*** Update File: a.txt\n-one\n+1\n*** Add File: b.txt\n+b\n*** Add File: file/below.txt\n+c\n*** End Patch");

        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.Equal("one\n", _workspace.Text("a.txt"));
        Assert.False(File.Exists(_workspace["b.txt"]));
    }

    [Fact]
    public async Task Place_that_is_not_unique_is_refused_also_but_for_white_space()
    {
        _workspace.Put("a.py", Functions);

        var exact = await PatchAsync("*** Begin Patch\n*** Update File: a.py\n-    x = 1\n+    x = 2\n*** End Patch");
        var near = await PatchAsync("*** Begin Patch\n*** Update File: a.py\n-\tx = 1\n+\tx = 2\n*** End Patch");
        var partial = await PatchAsync("*** Begin Patch\n*** Update File: a.py\n-f a():\n+f c():\n*** End Patch");

        Assert.Contains("fits in 2 places (lines 2, 6)", exact.Text, StringComparison.Ordinal);
        Assert.Contains("2 places differ from it in white space only (lines 2, 6)", near.Text, StringComparison.Ordinal);
        Assert.Contains("was not found", partial.Text, StringComparison.Ordinal);
        Assert.Equal(Functions, _workspace.Text("a.py"));
    }

    [Fact]
    public async Task White_space_fuzz_keeps_the_indentation_of_the_file()
    {
        _workspace.Put("a.go", "func a() {\n\tif x {\n\t\treturn 1\n\t}\n}\n");

        var outcome = await PatchAsync("--- a/a.go\n+++ b/a.go\n@@ -2,3 +2,4 @@\n     if x {\n+        log()\n         return 1\n     }\n");

        Assert.Contains("except for white space", outcome.Text, StringComparison.Ordinal);
        Assert.Equal("func a() {\n\tif x {\n\t\tlog()\n\t\treturn 1\n\t}\n}\n", _workspace.Text("a.go"));
    }

    [Fact]
    public async Task Plan_names_every_path_and_preview_shows_every_diff()
    {
        _workspace.Put("src/a.txt", "one\n");
        _workspace.Link("out", _workspace.Outside);
        const string patch = "*** Begin Patch\n*** Update File: src/a.txt\n*** Move to: src/b.txt\n-one\n+1\n*** Add File: out/x\n+x\n*** End Patch";

        var plan = await _workspace.PlanAsync(_tool, new() { ["patch"] = patch });
        var preview = await _workspace.PreviewAsync(_tool, new() { ["patch"] = patch });

        Assert.Equal([(_workspace["src/a.txt"], true), (_workspace["src/b.txt"], true), (Path.Join(_workspace.Outside, "x"), false)], plan.Accesses.Select(access => (access.Target, access.IsInsideWorkspace)));
        Assert.Null(plan.GrantPattern);
        Assert.Equal(PreviewKind.Diff, preview.Kind);
        Assert.StartsWith("--- a/src/a.txt\n+++ b/src/b.txt\n@@ -1 +1 @@\n-one\n+1\n--- /dev/null\n", preview.Text, StringComparison.Ordinal);
        Assert.Equal("one\n", _workspace.Text("src/a.txt"));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("*** Begin Patch\n*** Update File: a\n?x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Delete File: a\n*** Delete File: a\n*** End Patch")]
    [InlineData("@@ -1 +1 @@\n-a\n+b")]
    [InlineData("--- a/x\n+++ b/x\nno hunk")]
    public async Task Unreadable_patch_says_what_is_wrong_with_it(string patch)
    {
        var error = await Assert.ThrowsAsync<ToolArgumentException>(() => _workspace.PlanAsync(_tool, new() { ["patch"] = patch }));
        Assert.StartsWith("The patch can not be read: ", error.Message, StringComparison.Ordinal);
    }
}
