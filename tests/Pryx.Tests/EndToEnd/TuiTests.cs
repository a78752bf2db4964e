using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>The terminal UI as a person has it: a real terminal, the real Core that it starts itself, the demo tour instead of a model.</summary>
public sealed class TuiTests
{
    [Fact]
    public async Task The_first_run_leads_to_a_chat_whose_question_is_answered_by_a_letter()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A pseudo-terminal needs Linux or macOS.");
        var cancellationToken = TestContext.Current.CancellationToken;
        using var person = new Person();
        await File.WriteAllTextAsync(Path.Combine(person.Folder, "notes.txt"), "hello", cancellationToken);
        await using var terminal = person.Terminal();

        await terminal.WaitForTextAsync("Step 0: Pryx Cloud Login", cancellationToken);
        terminal.SendKeys("s");
        await terminal.WaitForTextAsync("Step 1: Provider", cancellationToken);
        terminal.SendKeys("\e1");
        await terminal.WaitForTextAsync("What shall be done?", cancellationToken);
        terminal.SendKeys("hello\r");
        await terminal.WaitForTextAsync("yes, once", cancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(900), TimeProvider.System, cancellationToken);
        terminal.SendKeys("y");
        await Until.TrueAsync(() => File.Exists(Path.Combine(person.Folder, "pryx-tour.md")), cancellationToken);
        await EndAsync(terminal, person);
    }

    [Fact]
    public async Task A_Core_that_is_killed_is_said_to_be_away_and_the_chat_goes_on_with_the_same_question()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A pseudo-terminal needs Linux or macOS.");
        var cancellationToken = TestContext.Current.CancellationToken;
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);
        await using var terminal = person.Terminal();
        await terminal.WaitForTextAsync("Step 0: Pryx Cloud Login", cancellationToken);
        terminal.SendKeys("\e1");
        await terminal.WaitForTextAsync("What shall be done?", cancellationToken);
        terminal.SendKeys("hello\r");
        await terminal.WaitForTextAsync("yes, once", cancellationToken);

        Assert.Equal(0, (await person.ShellAsync($"kill -9 {served.CorePid}")).ExitCode);
        await terminal.WaitForTextAsync("Core is away", cancellationToken);
        await terminal.WaitForTextAsync("Core goes on", cancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(900), TimeProvider.System, cancellationToken);
        terminal.SendKeys("\ey");
        await Until.TrueAsync(() => File.Exists(Path.Combine(person.Folder, "pryx-tour.md")), cancellationToken);
    }

    // The host that the terminal UI has started would stay for a minute.
    private static async Task EndAsync(TerminalProcess terminal, Person person)
    {
        terminal.SendKeys("\x03\x03\x03");
        Assert.Equal(0, await terminal.WaitAsync(TestContext.Current.CancellationToken));
        using var metadata = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "metadata.json"), TestContext.Current.CancellationToken));
        await person.ShellAsync($"kill {metadata.RootElement.GetProperty("host_pid").GetInt32()}");
    }
}
