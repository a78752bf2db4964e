using Pryx.Tests.EndToEnd;
using Pryx.Tui.Input;
using Pryx.Tui.Screens.Policies;
using Pryx.Tui.Screens.Settings;

namespace Pryx.Tests.Tui.Screens;

/// <summary>Screens against a daemon that runs: what they show is what it has, what they change is changed.</summary>
public sealed class ScreenJourneyTests
{
    [Fact]
    public async Task A_setting_is_changed_from_its_screen_and_stands_in_the_file()
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person, "serve", "--no-supervisor", "--port", "0");
        await using var client = DaemonProcess.Connect(person);
        using var bench = new ScreenBench(new HttpLink(served.Http, client), static host => new SettingsScreen(host), 120, 40);
        await bench.Bench.ShowsAsync("max_messages_per_session");
        bench.Type("/max_messages").Press(Key.Enter).Type("e").Press(Key.Ctrl('u')).Type("many").Press(Key.Enter);
        await bench.Bench.ShowsAsync("a whole number is expected");
        bench.Press(Key.Ctrl('u')).Type("500").Press(Key.Enter);
        await bench.Bench.ShowsAsync("from config.yaml");
        Assert.Contains("500", bench.Frame);
        Assert.Contains("max_messages_per_session: 500", await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "config.yaml"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_grant_is_given_and_taken_back_from_its_screen()
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person, "serve", "--no-supervisor", "--port", "0");
        await using var client = DaemonProcess.Connect(person);
        using var bench = new ScreenBench(new HttpLink(served.Http, client), host => new PoliciesScreen(host with { Folder = person.Folder }), 120, 40);
        await bench.Bench.ShowsAsync("Nothing waits for you");
        bench.To("Grants");
        await bench.Bench.ShowsAsync("No grants");
        bench.Type("a").Type("no rule at all").Press(Key.Enter);
        await bench.Bench.ShowsAsync("→");
        Assert.Empty(await client.ListGrantsAsync(withEnded: true, TestContext.Current.CancellationToken));
        bench.Press(Key.Ctrl('u')).Type("shell.exec:dotnet test*").Press(Key.Enter);
        await bench.Bench.ShowsAsync("1 in force");
        Assert.Equal(person.Folder, Assert.Single(await client.ListGrantsAsync(withEnded: false, TestContext.Current.CancellationToken)).Workspace);
        bench.Type("dy");
        await bench.Bench.ShowsAsync("revoked");
        Assert.Empty(await client.ListGrantsAsync(withEnded: false, TestContext.Current.CancellationToken));
    }
}
