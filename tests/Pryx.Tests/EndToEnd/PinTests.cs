using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Pins with the real executable.</summary>
public sealed class PinTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pin_is_added_read_back_kept_to_and_removed()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made; git push"}""")), Says("I may not.")), Cancellation);
        using var person = Person.At(provider);

        var added = await person.PryxAsync("pin", "add", "do not push until I say so");
        var told = await person.PryxAsync("pin", "add", "be polite", "--everywhere", "--expires", "8h");
        var run = await person.RunAsync("--policy", "full", "--approve-all", "push");
        var pins = (await person.JsonAsync("pin", "list", "--json")).EnumerateArray().ToList();
        var removed = await person.PryxAsync("pin", "remove", pins[0].GetProperty("id").GetString()![..8]);
        var again = await person.PryxAsync("pin", "remove", pins[0].GetProperty("id").GetString()!);

        Assert.True(added.ExitCode == 0, added.Stderr);
        Assert.Contains("Denied, whatever else is allowed: pushing.", added.Stdout, StringComparison.Ordinal);
        Assert.Contains("Not enforced", told.Stdout, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        Assert.False(person.Home.Exists("made"));
        Assert.Equal([("do not push until I say so", true), ("be polite", false)], pins.Select(pin => (pin.GetProperty("text").GetString()!, pin.GetProperty("enforced").GetBoolean())));
        Assert.Contains("No longer pinned: do not push until I say so", removed.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, again.ExitCode);
        Assert.Single((await person.JsonAsync("pin", "list", "--json")).EnumerateArray());
    }
}
