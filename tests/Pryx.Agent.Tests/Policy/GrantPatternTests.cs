using Pryx.Agent.Policy;
using Pryx.Protocol.Errors;
using static Pryx.Agent.Tests.Policy.PolicyCase;

namespace Pryx.Agent.Tests.Policy;

public sealed class GrantPatternTests
{
    private static bool Covers(string rule, PolicyRequest request) =>
        ToolRule.ParseGrant(rule).Covers(request, request.Plan.Accesses.Count == 0 ? null : request.Plan.Accesses[0], Home);

    [Theory]
    [InlineData("dotnet test*", "dotnet test", true)]
    [InlineData("dotnet test*", "dotnet test --x", true)]
    [InlineData("dotnet test *", "dotnet test", true)]
    [InlineData("dotnet test*", "  dotnet   test\t-v", true)]
    [InlineData("dotnet test*", "dotnet testx", false)]
    [InlineData("dotnet test*", "dotnet", false)]
    [InlineData("dotnet test*", "Dotnet test", false)]
    [InlineData("dotnet test*", "/tmp/dotnet test", false)]
    [InlineData("dotnet test*", "dotnet \"test\"", false)]
    [InlineData("dotnet test*", "PATH=/tmp dotnet test", false)]
    [InlineData("dotnet test*", "sudo dotnet test", false)]
    [InlineData("dotnet test*", "dotnet test; rm -rf /", false)]
    [InlineData("dotnet test*", "dotnet test && rm x", false)]
    [InlineData("dotnet test*", "dotnet test | sh", false)]
    [InlineData("dotnet test*", "dotnet test & rm x", false)]
    [InlineData("dotnet test*", "dotnet test\nrm x", false)]
    [InlineData("dotnet test*", "dotnet test\rrm x", false)]
    [InlineData("dotnet test*", "dotnet test $(rm x)", false)]
    [InlineData("dotnet test*", "dotnet test \"$(rm x)\"", false)]
    [InlineData("dotnet test*", "dotnet test `rm x`", false)]
    [InlineData("dotnet test*", "dotnet test <(rm x)", false)]
    [InlineData("dotnet test*", "dotnet test > ~/.bashrc", false)]
    [InlineData("dotnet test*", "dotnet test >/dev/nullx", false)]
    [InlineData("dotnet test*", "dotnet test 2>&1", true)]
    [InlineData("dotnet test*", "dotnet test 2>/dev/null", true)]
    [InlineData("dotnet test*", "dotnet test 'a;b' \"c|d\" e\\;f", true)]
    [InlineData("dotnet test*", "dotnet test 'unclosed", false)]
    [InlineData("dotnet test*", "dotnet test \u001b[2K", false)]
    [InlineData("dotnet test*", "dotnet\u00a0test", false)]
    [InlineData("dotnet test*", "dоtnet test", false)] // a Cyrillic о
    [InlineData("dotnet test", "dotnet test", true)]
    [InlineData("dotnet test ", "dotnet test", true)]
    [InlineData("dotnet test", "dotnet test --x", false)]
    [InlineData("ls *.cs", "ls *.cs", true)]
    [InlineData("ls *.cs", "ls a.cs", false)]
    [InlineData("git commit -m 'a b'", "git commit -m 'a b'", true)]
    [InlineData("git commit -m 'a b'", "git commit -m 'a c'", false)]
    [InlineData("python build.py*", "python build.py --fast", true)]
    [InlineData("python -m pytest*", "python -m pytest -q", true)]
    public void Commands_match_word_by_word(string pattern, string command, bool expected) =>
        Assert.Equal(expected, Covers($"shell.exec:{pattern}", Request("shell.exec", Run(command))));

    [Theory]
    [InlineData("shell.exec")]
    [InlineData("shell.exec:*")]
    [InlineData("shell.exec: * ")]
    [InlineData("SHELL.EXEC")]
    [InlineData("shell.*")]
    [InlineData("sh*")]
    [InlineData("*")]
    [InlineData("*:src/**")]
    [InlineData("mcp*")]
    [InlineData("shell.exec:bash*")]
    [InlineData("shell.exec:/bin/bash*")]
    [InlineData("shell.exec:BASH *")]
    [InlineData("shell.exec:bash -c*")]
    [InlineData("shell.exec:\"bash\"*")]
    [InlineData("shell.exec:b\\ash*")]
    [InlineData("shell.exec:$SHELL*")]
    [InlineData("shell.exec:X=1 bash*")]
    [InlineData("shell.exec:python*")]
    [InlineData("shell.exec:python3.12*")]
    [InlineData("shell.exec:python -c*")]
    [InlineData("shell.exec:python -m*")]
    [InlineData("shell.exec:node -r x*")]
    [InlineData("shell.exec:npx*")]
    [InlineData("shell.exec:sudo apt*")]
    [InlineData("shell.exec:env FOO=1*")]
    [InlineData("shell.exec:xargs*")]
    [InlineData("shell.exec:find .*")]
    [InlineData("shell.exec:timeout 5 dotnet test*")]
    [InlineData("shell.exec:git*")]
    [InlineData("shell.exec:git -c*")]
    [InlineData("shell.exec:docker run*")]
    [InlineData("shell.exec:uv run*")]
    [InlineData("shell.exec:dotnet exec*")]
    public void An_interpreter_a_wrapper_or_everything_is_not_granted(string rule)
    {
        var refusal = Assert.Throws<PryxException>(() => ToolRule.ParseGrant(rule));
        Assert.Equal("RULE_TOO_WIDE", refusal.Code);
        Assert.False(ToolRule.IsGrantable(rule));
        Assert.Contains("--policy full", refusal.Next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shell.exec:npm run*")]
    [InlineData("shell.exec:dotnet run*")]
    [InlineData("shell.exec:git status*")]
    [InlineData("shell.exec:docker run alpine*")]
    [InlineData("shell.exec:bash -c 'echo a'")]
    [InlineData("shell.exec:make*")]
    public void What_names_its_work_is_granted(string rule) => Assert.True(ToolRule.IsGrantable(rule));

    [Theory]
    [InlineData("src/**", "/home/u/project/src/a.cs", true)]
    [InlineData("src/", "/home/u/project/src/x/a.cs", true)]
    [InlineData("./src/**", "/home/u/project/src/a.cs", true)]
    [InlineData("src/** ", "/home/u/project/src/a.cs", true)]
    [InlineData("src/**", "/home/u/project/src", true)]
    [InlineData("src/**", "/home/u/project/srcx/a.cs", false)]
    [InlineData("src/**", "/home/u/project/../project/src/a.cs", false)]
    [InlineData("src/**", "/tmp/src/a.cs", false)]
    [InlineData("*.cs", "/home/u/project/a.cs", true)]
    [InlineData("*.cs", "/home/u/project/src/a.cs", false)]
    [InlineData("**/*.cs", "/home/u/project/a.cs", true)]
    [InlineData("**/*.cs", "/home/u/project/x/y/a.cs", true)]
    [InlineData("**/a/**/b.cs", "/home/u/project/a/a/x/b.cs", true)]
    [InlineData("**/a/**/b.cs", "/home/u/project/b.cs", false)]
    [InlineData("a?.cs", "/home/u/project/ab.cs", true)]
    [InlineData("a?.cs", "/home/u/project/a.cs", false)]
    [InlineData("**", "/home/u/project2/a.cs", false)]
    [InlineData("/tmp/x/**", "/tmp/x/y", true)]
    [InlineData("/tmp/x/**", "/tmp/x/../y", false)]
    [InlineData("/tmp/x", "/tmp/x", true)]
    [InlineData("~/notes/**", "/home/u/notes/a.md", true)]
    [InlineData("~/notes/**", "/home/v/notes/a.md", false)]
    public void Paths_match_as_globs_below_the_workspace(string pattern, string path, bool expected) =>
        Assert.Equal(expected, Covers($"filesystem.read:{pattern}", Request("filesystem.read", Read(path))));

    [Fact]
    public void Paths_are_compared_in_the_system_s_own_case() =>
        Assert.Equal(!OperatingSystem.IsLinux(), Covers("filesystem.read:src/**", Request("filesystem.read", Read("/home/u/project/SRC/a"))));

    [Theory]
    [InlineData("api.example.org", "api.example.org", true)]
    [InlineData("API.example.org ", "api.Example.org", true)]
    [InlineData("api.example.org", "api.example.org.", true)]
    [InlineData("api.example.org", "api.example.org:8443", false)]
    [InlineData("api.example.org:8443", "api.example.org:8443", true)]
    [InlineData("api.example.org:8443", "api.example.org", false)]
    [InlineData("example.org", "api.example.org", false)]
    [InlineData("*.example.org", "a.b.example.org", true)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("*.example.org", "evilexample.org", false)]
    [InlineData("*.example.org", "a.example.org.evil.com", false)]
    [InlineData("*.example.org", "user@a.example.org", false)]
    [InlineData("api.example.org", "аpi.example.org", false)] // a Cyrillic а
    [InlineData("api.kiosk.org", "api.ſiosK.org", false)] // a long s and a Kelvin sign
    [InlineData("localhost:8080", "localhost:8080", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    public void Hosts_match_exactly_or_below(string pattern, string host, bool expected) =>
        Assert.Equal(expected, Covers($"http.request:{pattern}", Request("http.request", Connect(host))));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(":x")]
    [InlineData("shell exec:ls")]
    [InlineData("filesystem.write:")]
    [InlineData("filesystem.write:../x")]
    [InlineData("filesystem.write:src/../../x")]
    [InlineData("filesystem.write:/home/u/../v")]
    [InlineData("filesystem.write:src**")]
    [InlineData("http.request:*")]
    [InlineData("http.request:*.org")]
    [InlineData("http.request:a*.example.org")]
    [InlineData("http.request:https://example.org")]
    [InlineData("http.request:аpi.example.org")]
    [InlineData("file*system.read")]
    public void A_rule_that_can_not_be_read_is_an_error(string rule) =>
        Assert.Equal("RULE_INVALID", Assert.Throws<PryxException>(() => ToolRule.ParseGrant(rule)).Code);

    [Fact]
    public void The_short_name_of_the_file_tools_is_the_same_rule()
    {
        Assert.Equal("filesystem.write:src/**", ToolRule.ParseGrant("fs.write:src/**").Text);
        Assert.True(Covers("FS.*", Request("filesystem.edit", Write("/home/u/project/a"))));
        Assert.True(ToolRule.ParseGrant(" Folder ").IsFolder);
    }

    [Fact]
    public void A_pattern_covers_no_call_that_does_not_say_what_it_touches() =>
        Assert.False(Covers("mcp.github.*:api.github.com", Request("mcp.github.list")));

    [Theory]
    [InlineData("dotnet test", "shell.exec:dotnet test*", "--allow 'shell.exec:dotnet test'")]
    [InlineData("dotnet test", null, "--allow 'shell.exec:dotnet test'")]
    [InlineData("bash run.sh", null, "--allow 'shell.exec:bash run.sh'")]
    [InlineData("echo 'a'", null, "--allow 'shell.exec:echo '\\''a'\\'''")]
    [InlineData("ls *", null, null)]
    [InlineData("sudo ls", null, null)]
    [InlineData("cat ~/.ssh/id_rsa", null, null)]
    public void The_narrowest_flag_for_a_command_is_named(string command, string? suggestion, string? expected)
    {
        var request = Request("shell.exec", Run(command));
        Assert.Equal(expected, NarrowestGrant.Find(Under(PolicyMode.WorkspaceOnly), request with { Plan = request.Plan with { GrantPattern = suggestion } }));
    }

    [Fact]
    public void The_narrowest_flags_for_other_calls_are_named()
    {
        var policy = Under(PolicyMode.WorkspaceOnly);
        Assert.Equal("--allow folder", NarrowestGrant.Find(policy, Request("fs.write", Write("/home/u/project/a"), Write("/home/u/project/b"))));
        Assert.Equal("--allow http.request:api.example.org", NarrowestGrant.Find(Under(PolicyMode.NetworkAllowlist), Request("http.request", Connect("api.example.org"))));
        Assert.Equal("--allow filesystem.read:/tmp/a", NarrowestGrant.Find(policy, Request("filesystem.read", Read("/tmp/a"))));
        Assert.Equal("--allow mcp.github.list", NarrowestGrant.Find(policy, Request("mcp.github.list")));
        Assert.Equal("--allow 'shell.exec:make all' --allow 'shell.exec:make check'", NarrowestGrant.Find(policy, Request("shell.exec", Run("make all"), Run("make check"))));
        Assert.Null(NarrowestGrant.Find(policy, Request("filesystem.write", Write("/tmp/a"))));
        Assert.Null(NarrowestGrant.Find(policy, Request("shell.exec", Run("make")).Tainted()));
        Assert.Null(NarrowestGrant.Find(policy, Request("shell.exec", Run("make")).Unclear()));
        Assert.Null(NarrowestGrant.Find(policy, Request("filesystem.read", Read("/home/u/project/a"))));
    }
}
