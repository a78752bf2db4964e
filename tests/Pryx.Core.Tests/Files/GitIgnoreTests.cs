using System.Diagnostics;
using Pryx.Core.Files;

namespace Pryx.Core.Tests.Files;

public sealed class GitIgnoreTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    private static readonly string[] s_rules =
    [
        "*.log", "/root.txt", "build/", "docs/*.txt", "**/temp", "a/**/z", "logs/**", "!keep.log", "foo?bar", "[abc].txt", "[!x]y.md",
        "\\#hash", "\\!bang", "trailing   ", "space\\ ", "# comment", "", "/nested/deep/", "foo/**/", "*.[oa]", "**", "!*.cs", "*~", "dir/*",
        "!dir/keep", "/", "//", "[[:digit:]]x", "[a-", "a**b", "x/**", "**/only/name", "\\*star", "[]-]q", "*/mid/*", "b[", "\\",
    ];

    private static readonly string[] s_paths =
    [
        "a.log", "keep.log", "root.txt", "sub/root.txt", "build", "build/x.cs", "sub/build/y", "docs/a.txt", "docs/sub/a.txt", "temp", "x/temp/f",
        "a/z", "a/b/z", "a/b/c/z/f", "logs/x/y", "foo1bar", "foo/bar", "foo/1/2", "a.txt", "d.txt", "ay.md", "xy.md", "#hash", "!bang",
        "trailing", "space ", "nested/deep/f", "sub/nested/deep/f", "m.o", "m.a", "m.c", "p.cs", "q~", "dir/keep", "dir/lose", "dir/sub/keep",
        "1x", "ax", "aXXb", "x/1", "only/name", "k/only/name/l", "*star", "]q", "-q", "u/mid/v", "u/mid/w/v", "b[", "plain",
    ];

    [Fact]
    public async Task Every_rule_judges_every_path_as_git_does()
    {
        await GitAsync("init -q");
        foreach (var path in s_paths)
        {
            if (!Directory.Exists(_workspace[path]))
            {
                try
                {
                    _workspace.Put(path, "");
                }
                catch (IOException)
                {
                    // Another path made a file where this one needs a folder.
                }
            }
        }
        var random = new Random(3);
        var files = s_rules.Select(rule => $"{rule}\n").ToList();
        for (var i = 0; i < 60; i++)
        {
            files.Add(string.Concat(Enumerable.Range(0, 4).Select(_ => s_rules[random.Next(s_rules.Length)] + (i % 5 == 0 ? "\r\n" : "\n"))));
        }
        foreach (var rules in files)
        {
            _workspace.Put(".gitignore", rules);
            // A nested file decides before the one above.
            _workspace.Put("sub/.gitignore", "!*.log\nroot.txt\n");
            Assert.True((await GitFilesAsync()).SequenceEqual(OurFiles()), $"{rules}\ngit:  {string.Join(' ', await GitFilesAsync())}\nours: {string.Join(' ', OurFiles())}");
        }
    }

    [Fact]
    public async Task Rules_of_folders_above_and_of_info_exclude_hold_too()
    {
        await GitAsync("init -q");
        _workspace.Put(".git/info/exclude", "secret.txt\n");
        _workspace.Put(".gitignore", "/sub/inner/*.tmp\n*.bak\n");
        _workspace.Put("sub/inner/a.tmp", "");
        _workspace.Put("sub/inner/b.bak", "");
        _workspace.Put("sub/inner/secret.txt", "");
        _workspace.Put("sub/inner/c.cs", "");

        var found = await _workspace.RunAsync(new GlobTool(Disk.Local), new() { ["pattern"] = "*", ["path"] = "sub/inner" });

        Assert.Equal("sub/inner/c.cs", found.Text);
    }

    private List<string> OurFiles() =>
    [
        .. new FolderWalk(Disk.Local, WorkspacePath.Resolve(_workspace.Root, "."), _workspace.Root)
            .Entries(TestContext.Current.CancellationToken)
            .Where(entry => entry.Kind == FileKind.Regular).Select(entry => entry.Relative).Order(StringComparer.Ordinal),
    ];

    /// <summary>What git would add: everything that is not ignored.</summary>
    private async Task<List<string>> GitFilesAsync() =>
        [.. (await GitAsync("ls-files -z --others --exclude-standard")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private async Task<string> GitAsync(string arguments)
    {
        var start = new ProcessStartInfo("git", $"-c core.excludesFile= -C \"{_workspace.Root}\" {arguments}") { RedirectStandardOutput = true };
        using var git = new Process { StartInfo = start };
        try
        {
            git.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("git is not installed");
        }
        var output = await git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
