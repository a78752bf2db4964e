using Pryx.Testing;
using Pryx.Tests.EndToEnd;

namespace Pryx.Tests.Commands;

/// <summary>The scripts in the shells that they are for.</summary>
public sealed class CompletionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pryx ses", "session")]
    [InlineData("pryx session ex", "export")]
    [InlineData("pryx sessions ex", "export")]
    [InlineData("pryx session export --format m", "markdown")]
    [InlineData("pryx session list --js", "--json")]
    [InlineData("pryx provider use opena", "openai")]
    [InlineData("pryx config get model_n", "model_name")]
    [InlineData("pryx run --model demo", "demo/tour")]
    public async Task Bash_offers_commands_options_and_names(string line, string expected)
    {
        using var person = new Person();
        var words = line.Split(' ');
        var script = $$"""
            source <({{Quoted(Person.Executable)}} completion bash)
            pryx() { {{Quoted(Person.Executable)}} "$@"; }
            COMP_WORDS=({{string.Join(' ', words.Select(Quoted))}}) COMP_CWORD={{words.Length - 1}}
            _pryx
            printf '%s\n' "${COMPREPLY[@]}"
            """;

        var result = await RunProcess.RunAsync("/bin/bash", ["--norc", "-c", script], person.Setup(), Cancellation);

        Assert.Equal("", result.Stderr);
        Assert.Contains(expected, result.Stdout.Split('\n').Select(static word => word.Trim()));
    }

    [Theory]
    [InlineData("pryx ses", "session")]
    [InlineData("pryx session export --format ", "markdown")]
    [InlineData("pryx session list --js", "--json")]
    [InlineData("pryx provider use opena", "openai")]
    public async Task Fish_offers_commands_options_and_names(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "fish is not installed: apt-get install fish");
        using var person = new Person();
        var folder = Path.GetDirectoryName(Person.Executable)!;

        var result = await RunProcess.RunAsync("/usr/bin/fish", ["--no-config", "-c", $"set -x PATH '{folder}' $PATH; pryx completion fish | source; complete -C '{line}'"], person.Setup(), Cancellation);

        Assert.Equal("", result.Stderr);
        Assert.Contains(expected, result.Stdout.Split('\n').Select(static word => word.Split('\t')[0].Trim()));
    }

    [Fact]
    public async Task Zsh_reads_the_script_and_knows_where_it_is()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "zsh is not installed: apt-get install zsh");
        using var person = new Person();
        var script = $$"""
            compdef() { :; }
            source <({{Quoted(Person.Executable)}} completion zsh)
            at=
            _pryx_at " sessions" && print -r -- "at:$at"
            _pryx_words " session export"; print -rl -- $flags
            _pryx_value " session export --format"; print -rl -- $known
            """;

        var result = await RunProcess.RunAsync("/usr/bin/zsh", ["-f", "-c", script], person.Setup(), Cancellation);

        Assert.Equal("", result.Stderr);
        Assert.Contains("at: session\n", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("--format:", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("markdown", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_page_of_the_manual_is_one_for_man()
    {
        using var person = new Person();
        var folder = Path.Combine(person.Home.Root, "man1");

        var written = await person.PryxAsync("man", "--output", folder);
        var again = await person.PryxAsync("man", "session");

        Assert.Equal(0, written.ExitCode);
        var pages = Directory.GetFiles(folder);
        Assert.True(pages.Length > 30, $"{pages.Length} pages");
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder, "pryx-session.1"), Cancellation), again.Stdout);
        Assert.Contains("pryx session export 3f2a \\-\\-format markdown", again.Stdout, StringComparison.Ordinal);
        foreach (var page in pages)
        {
            Assert.DoesNotContain((await File.ReadAllTextAsync(page, Cancellation)).Split('\n'), static line => line.StartsWith('.') && !line.StartsWith(".SH", StringComparison.Ordinal) && !line.StartsWith(".TH", StringComparison.Ordinal) && !line.StartsWith(".TP", StringComparison.Ordinal) && !line.StartsWith(".B ", StringComparison.Ordinal) && line is not (".PP" or ".nf" or ".fi" or ".RS 4" or ".RE") && !line.StartsWith(".br", StringComparison.Ordinal));
        }
    }

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
