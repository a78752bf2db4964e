using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tests.Files;

public sealed class SearchToolTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly GlobTool _glob = new(Disk.Local);
    private readonly GrepTool _grep = new(Disk.Local, static path => path.EndsWith(".env", StringComparison.Ordinal));

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("*.cs", "a.cs src/b.cs src/deep/c.cs")]
    [InlineData("**/*.cs", "a.cs src/b.cs src/deep/c.cs")]
    [InlineData("src/*.cs", "src/b.cs")]
    [InlineData("src/**", "src/b.cs src/d.{x}.md src/deep/c.cs")]
    [InlineData("./src/**/*.{cs,md}", "src/b.cs src/d.{x}.md src/deep/c.cs")]
    [InlineData("{a,c}.c?", "a.cs src/deep/c.cs")]
    [InlineData("*.zip", "No files match. (What .gitignore names was left out; include_ignored searches it too.)")]
    public async Task Glob_finds_files_sorted(string pattern, string expected)
    {
        PutSources();
        Assert.Equal(expected.StartsWith("No", StringComparison.Ordinal) ? expected : expected.Replace(' ', '\n'), (await _workspace.RunAsync(_glob, new() { ["pattern"] = pattern })).Text);
        Assert.Equal(expected.StartsWith("No", StringComparison.Ordinal) ? expected : expected.Replace(' ', '\n'), (await _workspace.RunAsync(_glob, new() { ["pattern"] = pattern.Contains('/') ? $"{_workspace.Root}/{pattern.TrimStart('.', '/')}" : pattern })).Text);
    }

    [Fact]
    public async Task Grep_leaves_out_files_that_would_be_asked_by_their_own_name_and_says_so()
    {
        _workspace.Put(".env", "KEY=needle-in-secret");
        _workspace.Put("a.txt", "needle");

        var found = await _workspace.RunAsync(_grep, new() { ["pattern"] = "needle" });

        Assert.Contains("a.txt:1:needle", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("in-secret", found.Text, StringComparison.Ordinal);
        Assert.Contains("1 files that probably hold secrets were left out", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grep_shows_file_line_and_text_and_skips_binary_and_ignored_files()
    {
        PutSources();
        File.WriteAllBytes(_workspace["binary"], [.. "needle"u8, 0]);
        _workspace.Put("src/b.cs", "first\n  a Needle here\r\nneedle\n");
        _workspace.Put("out/c.cs", "needle");

        var found = await _workspace.RunAsync(_grep, new() { ["pattern"] = "[Nn]eedle" });
        var all = await _workspace.RunAsync(_grep, new() { ["pattern"] = "NEEDLE", ["ignore_case"] = true, ["literal"] = true, ["include_ignored"] = true, ["include"] = "*.cs" });

        Assert.Equal("src/b.cs:2:  a Needle here\nsrc/b.cs:3:needle", found.Text);
        Assert.Equal("out/c.cs:1:needle\nsrc/b.cs:2:  a Needle here\nsrc/b.cs:3:needle", all.Text);
    }

    [Fact]
    public async Task Grep_shows_lines_around_each_match_once()
    {
        _workspace.Put("a.txt", "1\n2\nhit\n4\nhit\n6\n7\n8\n9\nhit\n");

        var found = await _workspace.RunAsync(_grep, new() { ["pattern"] = "hit", ["path"] = "a.txt", ["context"] = 1 });

        Assert.Equal("a.txt-2-2\na.txt:3:hit\na.txt-4-4\na.txt:5:hit\na.txt-6-6\n--\na.txt-9-9\na.txt:10:hit", found.Text);
    }

    [Fact]
    public async Task Grep_counts_what_it_does_not_show()
    {
        _workspace.Put("a.txt", string.Concat(Enumerable.Repeat("hit\n", 7)));
        _workspace.Put("b.txt", "hit\n");

        var lines = (await _workspace.RunAsync(_grep, new() { ["pattern"] = "hit", ["limit"] = 3 })).Text.Split('\n');

        Assert.Equal(["a.txt:1:hit", "a.txt:2:hit", "a.txt:3:hit", "(5 more matching lines, 2 files with matches in all; narrow the pattern, path or include)"], lines);
    }

    [Fact]
    public async Task Patterns_that_need_backtracking_work_and_can_not_hang()
    {
        _workspace.Put("a.txt", "foobar\nfoobaz\n");
        _workspace.Put("evil.txt", new string('a', 40) + "!");

        Assert.Equal("a.txt:2:foobaz", (await _workspace.RunAsync(_grep, new() { ["pattern"] = "foo(?!bar)" })).Text);
        Assert.StartsWith("No matches", (await _workspace.RunAsync(_grep, new() { ["pattern"] = "^(a+)+$" })).Text, StringComparison.Ordinal);
        Assert.Contains("takes too long", (await _workspace.RunAsync(_grep, new() { ["pattern"] = "^(?=a)(a+)+$" })).Text, StringComparison.Ordinal);
        var bad = await Assert.ThrowsAsync<ToolArgumentException>(() => _workspace.PlanAsync(_grep, new() { ["pattern"] = "foo(" }));
        Assert.Contains("set literal to true", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Searching_never_follows_a_link_out_of_the_folder()
    {
        File.WriteAllText(Path.Join(_workspace.Outside, "secret.txt"), "needle");
        _workspace.Link("out", _workspace.Outside);
        _workspace.Link("file.txt", Path.Join(_workspace.Outside, "secret.txt"));

        Assert.StartsWith("No matches", (await _workspace.RunAsync(_grep, new() { ["pattern"] = "needle" })).Text, StringComparison.Ordinal);
        Assert.Equal("file.txt\nout", (await _workspace.RunAsync(_glob, new() { ["pattern"] = "**" })).Text);
    }

    [Fact]
    public async Task Matches_in_an_untrusted_folder_are_labelled()
    {
        _workspace.Put("a.txt", "hit");
        _workspace.Context = _workspace.Context with { IsTrusted = false };

        var found = await _workspace.RunAsync(_grep, new() { ["pattern"] = "hit" });

        Assert.Equal((Provenance.Untrusted, ". in a folder that is not trusted"), (found.Provenance, found.Source));
    }

    private void PutSources()
    {
        _workspace.Put(".gitignore", "out/\n.gitignore\n");
        foreach (var path in new[] { "a.cs", "src/b.cs", "src/deep/c.cs", "src/d.{x}.md", "out/x.cs" })
        {
            _workspace.Put(path, "");
        }
    }
}
