using Pryx.Core.Files;

namespace Pryx.Core.Tests.Files;

public sealed class ListDirToolTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly ListDirTool _tool = new(Disk.Local);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Entries_are_sorted_and_links_named_with_their_target()
    {
        _workspace.Put("b.txt", "");
        _workspace.Put("a/x.txt", "");
        _workspace.Link("link", "/etc");

        var outcome = await _workspace.RunAsync(_tool, []);

        Assert.Equal("a/\nb.txt\nlink -> /etc", outcome.Text);
    }

    [Fact]
    public async Task Below_the_first_level_ignored_entries_are_left_out()
    {
        _workspace.Put(".gitignore", "bin/\n*.log\n");
        _workspace.Put("bin/out.dll", "");
        _workspace.Put("src/a.cs", "");
        _workspace.Put("src/a.log", "");
        _workspace.Put(".git/config", "");

        var shallow = await _workspace.RunAsync(_tool, new() { ["depth"] = 3 });
        var all = await _workspace.RunAsync(_tool, new() { ["depth"] = 3, ["include_ignored"] = true });

        Assert.Equal(".git/\n.gitignore\nbin/\nsrc/\n  a.cs", shallow.Text);
        Assert.Equal(".git/\n.gitignore\nbin/\n  out.dll\nsrc/\n  a.cs\n  a.log", all.Text);
    }

    [Fact]
    public async Task Long_lists_are_capped_with_a_count_of_the_rest()
    {
        for (var i = 0; i < 520; i++)
        {
            _workspace.Put($"{i:000}.txt", "");
        }

        var lines = (await _workspace.RunAsync(_tool, [])).Text.Split('\n');

        Assert.Equal(501, lines.Length);
        Assert.StartsWith("(20 more", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_folder_is_a_failure_the_model_can_read() =>
        Assert.Equal("failed to list folder: no such folder: nope", (await _workspace.RunAsync(_tool, new() { ["path"] = "nope" })).Text);
}
