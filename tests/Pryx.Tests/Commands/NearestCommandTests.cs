namespace Pryx.Tests.Commands;

/// <summary>What a slip of the finger is answered with, and what the help says to whom.</summary>
public sealed class NearestCommandTests
{
    [Theory]
    [InlineData("sesion list", "Unknown command: sesion", "pryx session")]
    [InlineData("session lst", "Unknown command: session lst", "pryx session list")]
    [InlineData("session list --jsn", "Unrecognized command or argument '--jsn'.", "pryx session list --json")]
    [InlineData("stop --verbos", "Unrecognized command or argument '--verbos'; what is no option goes behind --", "pryx stop --verbose")]
    [InlineData("skills info ''", "NAME is empty.", "pryx skills info --help")]
    [InlineData("frobnicate", "Unknown command: frobnicate", "pryx --help")]
    public async Task A_slip_is_answered_with_what_was_meant(string line, string what, string next)
    {
        using var terminal = new TestTerminal(new FakeClient());

        var code = await terminal.RunAsync([.. line.Split(' ').Select(static word => word == "''" ? "" : word)]);

        Assert.Equal(2, code);
        Assert.StartsWith($"Error: {what}\nNext: {next}\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_tells_what_to_do_first_and_fits_a_narrow_terminal()
    {
        using var wide = new TestTerminal(new FakeClient());
        using var narrow = new TestTerminal(new FakeClient()).WithTerminal(width: 40);

        await wide.RunAsync("help");
        await narrow.RunAsync("help");

        Assert.Contains("When something is wrong:", wide.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("pryx-core", wide.Out.ToString(), StringComparison.Ordinal);
        Assert.All(narrow.Out.ToString().Split('\n'), static line => Assert.True(line.Length <= 40, line));
    }

    [Fact]
    public async Task Every_command_that_help_names_is_one()
    {
        using var terminal = new TestTerminal(new FakeClient());
        await terminal.RunAsync("help");
        var named = terminal.Out.ToString().Split('\n').Where(static line => line.StartsWith("  pryx ", StringComparison.Ordinal)).Select(static line => line.Trim().Split(' ')).ToList();

        Assert.True(named.Count > 10);
        foreach (var words in named)
        {
            using var asked = new TestTerminal(new FakeClient());
            string[] command = [.. words.Skip(1).TakeWhile(static word => word.Length > 0 && char.IsAsciiLetterLower(word[0])).Take(2)];
            Assert.Equal((0, ""), (await asked.RunAsync([.. command.Take(command is ["run" or "provider" or "skills" or "mcp" or "policy" or "config" or "approval" or "session" or "cost" or "backup", ..] ? 2 : 1), "--help"]), asked.Error.ToString()));
        }
    }
}
