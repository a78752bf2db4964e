using System.Diagnostics;
using System.Text;
using Pryx.Core.Configuration;
using Pryx.Core.Processes;

namespace Pryx.Core.Tests.Processes;

public sealed class ShellWordsTests
{
    /// <summary>PRYX_FUZZ=60000 for the whole measurement: <c>make fuzz</c>.</summary>
    private static readonly int Lines = int.TryParse(EnvironmentSettings.Read("PRYX_FUZZ"), out var lines) ? lines : 5_000;

    [Theory]
    [InlineData("ls -la", "ls -la")]
    [InlineData("git status && git diff", "git status", "git diff")]
    [InlineData("a | b |& c || d & e ; f\ng", "a", "b", "c", "d", "e", "f", "g")]
    [InlineData("grep 'a && b' \"x; y\" z\\ w", "grep 'a && b' \"x; y\" z\\ w")]
    [InlineData("r''m -rf \"build\"", "rm -rf build")]
    [InlineData("\\rm x", "rm x")]
    [InlineData("git pu\"s\"h origin", "git push origin")]
    [InlineData("echo $HOME \"${USER}s\" $?", "echo $HOME \"${USER}s\" $?")]
    [InlineData("grep -E 'foo$' src/*.cs", "grep -E 'foo$' src/*.cs")]
    [InlineData("grep foo$ x", "grep foo$ x")]
    [InlineData("CI=1 npm test", "npm test")]
    [InlineData("dotnet test \\\n  --no-build", "dotnet test --no-build")]
    [InlineData("# first build\nmake", "make")]
    [InlineData("make 2>&1 | tail -n 5", "make", "tail -n 5")]
    [InlineData("git show stash@{0}", "git show stash@{0}")]
    [InlineData("sudo rm -rf x", "sudo rm -rf x", "rm -rf x")]
    [InlineData("nohup sudo make install", "nohup sudo make install", "sudo make install", "make install")]
    [InlineData("find . -name x -exec rm {} \\;", "find . -name x -exec rm {} \\;")]
    [InlineData("echo a#b", "echo a#b")]
    [InlineData("a && # why\n b", "a", "b")]
    [InlineData("cd src && ls > /tmp/out", "cd src", "ls")]
    public void Understood(string line, params string[] commands)
    {
        var parsed = ShellWords.Parse(line);
        Assert.Null(parsed.Unclear);
        Assert.Equal(commands, parsed.Commands.Where(command => command.Words.Count > 0).Select(command => command.Text));
    }

    [Theory]
    [InlineData("echo $(rm x)")]
    [InlineData("echo \"$(rm x)\"")]
    [InlineData("echo `rm x`")]
    [InlineData("echo \"`rm x`\"")]
    [InlineData("(rm x)")]
    [InlineData("{ rm x; }")]
    [InlineData("f() { rm x; }; f")]
    [InlineData("function f { rm; }")]
    [InlineData("cat <(ls)")]
    [InlineData("tee >(sh)")]
    [InlineData("cat << EOF\nx\nEOF")]
    [InlineData("cat <<< x")]
    [InlineData("echo ${x:-$(rm)}")]
    [InlineData("echo ${!x}")]
    [InlineData("echo ${x}${y//a/b}")]
    [InlineData("echo $((1+1))")]
    [InlineData("echo $[1+1]")]
    [InlineData("echo $'\\x41'")]
    [InlineData("echo $\"x\"")]
    [InlineData("echo $1")]
    [InlineData("echo $@")]
    [InlineData("$CMD x")]
    [InlineData("\"$CMD\" x")]
    [InlineData("r$X x")]
    [InlineData("./*")]
    [InlineData("~/bin/x")]
    [InlineData("eval x")]
    [InlineData("e'v'al x")]
    [InlineData("exec x")]
    [InlineData(". ./x")]
    [InlineData("source x")]
    [InlineData("command rm x")]
    [InlineData("builtin eval x")]
    [InlineData("export PATH=/evil")]
    [InlineData("PATH=/evil ls")]
    [InlineData("LD_PRELOAD=x ls")]
    [InlineData("IFS=x; ls $y")]
    [InlineData("printf -v PATH x")]
    [InlineData("alias ls=rm")]
    [InlineData("trap 'rm x' EXIT")]
    [InlineData("if true; then rm x; fi")]
    [InlineData("for i in 1; do rm; done")]
    [InlineData("while :; do rm; done")]
    [InlineData("case x in x) rm;; esac")]
    [InlineData("[[ -f x ]]")]
    [InlineData("! ls")]
    [InlineData("bash -c 'rm x'")]
    [InlineData("/bin/sh script.sh")]
    [InlineData("sudo -u root rm x")]
    [InlineData("env A=b rm x")]
    [InlineData("sudo eval x")]
    [InlineData("sudo sudo bash -c x")]
    [InlineData("xargs -I{} rm {}")]
    [InlineData("timeout 5 rm x")]
    [InlineData("echo {a,b}")]
    [InlineData("{rm,x}")]
    [InlineData("echo {1..9}")]
    [InlineData("echo x > $FILE")]
    [InlineData("echo x > ~/.bashrc")]
    [InlineData("echo x > *.txt")]
    [InlineData("echo x >& file")]
    [InlineData("echo x > /dev/tcp/1.2.3.4/80")]
    [InlineData("cd /etc && echo x > passwd")]
    [InlineData("echo 'unfinished")]
    [InlineData("echo \"unfinished")]
    [InlineData("echo x \\")]
    [InlineData("ls &&")]
    [InlineData("ls |")]
    [InlineData("| ls")]
    [InlineData("ls ;; rm")]
    [InlineData("; ls")]
    [InlineData("ls & ; rm")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("# only a comment")]
    [InlineData("echo x >")]
    [InlineData("a=(1 2)")]
    [InlineData("ls\u00a0-la")]
    [InlineData("echo \u202egnp.exe")]
    [InlineData("ls\r")]
    [InlineData("echo \u001b[2K")]
    [InlineData("!(x)")]
    [InlineData("'' x")]
    [InlineData("time | ls")]
    [InlineData("ls <2>x")]
    [InlineData("ls > #x")]
    [InlineData("999>x ls")]
    public void Unclear(string line) => Assert.NotNull(ShellWords.Parse(line).Unclear);

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
    [InlineData("time ls", null)]
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

    [Fact]
    public async Task What_is_understood_bash_accepts()
    {
        string[] pieces =
        [
            "ls", "rm", "echo", "a=b", "CI=1", "x", "-f", "'", "\"", "'a b'", "\"a $X\"", "\\", "$", "$X", "${X}", "$?", "$(", "`", "(", ")", "{", "}", "{a,b}", "<", ">", ">>", "2>", "2>&1", "&>",
            ">&", "<<", "|", "||", "&", "&&", "|&", ";", ";;", "\n", " ", " ", " ", " ", "\t", "#", "!", "*", "?", "[", "]", "~", "if", "then", "fi", "do", "done", "for", "in", "case", "esac", "[[", "]]",
            "=", "+=", "%", "@", "^", ",", ":", "time", "coproc", "function", "while", "select", "1", "\\\n", "ä", "/dev/null", "f", ".", "-", "eval", "sudo",
        ];
        var random = new Random(20261121);
        var understood = new List<string>();
        for (var i = 0; i < Lines; i++)
        {
            var line = new StringBuilder();
            for (var count = random.Next(1, 10); count > 0; count--)
            {
                line.Append(pieces[random.Next(pieces.Length)]);
            }
            if (ShellWords.Parse(line.ToString()).Unclear is null)
            {
                understood.Add(line.ToString());
            }
        }
        Assert.True(understood.Count > Lines / 30, $"Only {understood.Count} of the lines were understood.");

        // bash -n reads without running.
        var folder = Directory.CreateTempSubdirectory("pryx-words-");
        try
        {
            for (var i = 0; i < understood.Count; i++)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{i:00000}"), understood[i], TestContext.Current.CancellationToken);
            }
            using var bash = new Process
            {
                StartInfo = new ProcessStartInfo("/bin/bash", ["-c", "for f in *; do bash -n $f 2>/dev/null || echo $f; done"])
                { WorkingDirectory = folder.FullName, RedirectStandardOutput = true },
            };
            bash.Start();
            var refused = (await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal([], refused.Select(name => understood[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
