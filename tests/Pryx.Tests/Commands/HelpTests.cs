using System.Text.RegularExpressions;
using Pryx.Testing;

namespace Pryx.Tests.Commands;

/// <summary>Every command there is, found by the help of the one above it.</summary>
public sealed partial class HelpTests
{
    [Fact]
    [Requirement("CLI21", "exit 0")]
    public async Task Every_command_and_subcommand_explains_itself()
    {
        var faults = new List<string>();
        var waiting = new Queue<string[]>([[]]);
        var seen = 0;
        while (waiting.TryDequeue(out var path))
        {
            using var terminal = new TestTerminal(new FakeClient());
            var code = await terminal.RunAsync([.. path, "--help"]);
            var help = terminal.Out.ToString();
            seen++;
            if (code != 0 || terminal.Error.ToString().Length > 0 || !help.Contains("Usage:", StringComparison.Ordinal))
            {
                faults.Add($"{string.Join(' ', path)}: {code}, {terminal.Error}");
            }
            var commands = help.Split("\nCommands:\n") is [_, var list, ..] ? list.Split("\n\n")[0] : "";
            foreach (Match command in CommandName().Matches(commands))
            {
                waiting.Enqueue([.. path, command.Groups[1].Value]);
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(seen > 60, $"{seen} commands were found");
    }

    [Theory]
    [InlineData("sessions", "session")]
    [InlineData("policies", "policy")]
    [InlineData("processes", "process")]
    [InlineData("memories", "memory")]
    [InlineData("hook", "hooks")]
    [InlineData("skill", "skills")]
    [InlineData("agents", "agent")]
    [InlineData("grants", "grant")]
    public async Task A_group_is_found_by_one_or_many(string said, string meant)
    {
        using var terminal = new TestTerminal(new FakeClient());

        var code = await terminal.RunAsync(said, "--help");

        Assert.Equal((0, ""), (code, terminal.Error.ToString()));
        Assert.Contains($" {meant} ", terminal.Out.ToString(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^  ([a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex CommandName();
}
