using System.Text.RegularExpressions;
using Pryx.Commands;
using Pryx.Commands.Completion;
using Pryx.Testing;

namespace Pryx.Tests.Commands;

/// <summary>What guides and examples tell people to type is a command, with options that it has.</summary>
public sealed partial class GuideCommandTests
{
    [Fact]
    public void Every_command_in_a_guide_can_be_typed()
    {
        var faults = new List<string>();
        var count = 0;
        foreach (var guide in Directory.GetFiles(Path.Combine(SourceTree.Root, "docs", "guides"), "*.md"))
        {
            foreach (Match block in CodeBlock().Matches(File.ReadAllText(guide)))
            {
                foreach (var line in block.Groups[1].Value.Split('\n').Where(static line => line.StartsWith("pryx ", StringComparison.Ordinal)))
                {
                    count++;
                    faults.AddRange(FaultsOf(line).Select(fault => $"{Path.GetFileName(guide)}: {line}: {fault}"));
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(count > 100, $"{count} commands were found");
    }

    [Fact]
    public void Every_example_of_the_help_can_be_typed()
    {
        using var terminal = new TestTerminal(new FakeClient());
        var examples = CommandNode.Of(CommandLine.Build(terminal.Io, "pryx", out _)).SelectMany(static node => (Help.ExamplesOf(node.Command) ?? "").Split('\n')).Where(static line => line.StartsWith("pryx ", StringComparison.Ordinal)).ToList();

        var faults = examples.SelectMany(static line => FaultsOf(line).Select(fault => $"{line}: {fault}")).ToList();

        Assert.True(examples.Count > 100, $"{examples.Count} examples were found");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static IEnumerable<string> FaultsOf(string line)
    {
        // What the shell does with it is its own affair.
        var command = ShellPart().Replace(line, "").Replace("…", "x", StringComparison.Ordinal).Trim();
        string[] words = [.. Words().Matches(command).Skip(1).Select(static word => string.Concat(Quoted().Matches(word.Value).Select(static part => part.Value.Trim(part.Value[0] is '\'' or '"' ? part.Value[0] : ' '))))];
        if (words is ["--version"] or ["help", ..] || words.Length == 0)
        {
            return [];
        }
        using var terminal = new TestTerminal(new FakeClient());
        var root = CommandLine.Build(terminal.Io, "pryx", out _);
        words[0] = NearestCommand.InItsNumber(root, words[0]);
        var parsed = root.Parse(words);
        return parsed.Errors.Select(static error => error.Message).Concat(Misuse.Of(parsed, words) is { } misuse ? [misuse] : []);
    }

    // As a shell splits them: quotes keep spaces, and the other kind of quote is text inside.
    [GeneratedRegex("""(?:'[^']*'|"[^"]*"|[^\s'"])+""")]
    private static partial Regex Words();

    [GeneratedRegex("""'[^']*'|"[^"]*"|[^'"]+""")]
    private static partial Regex Quoted();

    [GeneratedRegex("```(?:bash|sh|console)?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\s(#|\||>|<|&&|&|2>|;).*$")]
    private static partial Regex ShellPart();
}
