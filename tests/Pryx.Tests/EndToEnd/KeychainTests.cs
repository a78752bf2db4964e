using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Keys in a real Secret Service, and what happens where there is none.</summary>
public sealed class KeychainTests
{
    private const string Entry = "pryx:provider:openai";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI18", "keychain only")]
    [Requirement("NFR-S2", "none in plaintext config")]
    public async Task A_key_goes_to_the_Secret_Service_is_used_from_there_and_is_in_no_file()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        await using var keyring = await PrivateKeyring.StartAsync(person.Home);
        person.Variables["DBUS_SESSION_BUS_ADDRESS"] = keyring.Address;

        var set = await person.PryxAsync(["provider", "set-key", "openai"], stdin: Person.Key + "\n");
        var run = await person.RunAsync("hello");

        Assert.True(set.ExitCode == 0, set.Stderr);
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Contains("keychain", set.Stdout, StringComparison.Ordinal);
        Assert.Equal(Person.Key, await keyring.LookUpAsync(Entry));
        Assert.All(provider.ModelRequests, request => Assert.Equal($"Bearer {Person.Key}", request.Headers["Authorization"]));
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "vault.json")));
        Assert.All(Directory.EnumerateFiles(person.Home.Data, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Person.Key, File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Contains(Entry, File.ReadAllText(Path.Combine(person.Home.Data, "keychain.json")), StringComparison.Ordinal);

        var removed = await person.PryxAsync("provider", "remove", "openai");
        Assert.True(removed.ExitCode == 0, removed.Stderr);
        Assert.Equal("", await keyring.LookUpAsync(Entry));
    }

    [Fact]
    public async Task What_the_vault_has_still_counts_and_moves_when_it_is_set_again()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        await person.PryxAsync(["provider", "set-key", "openai"], stdin: Person.Key + "\n");
        await using var keyring = await PrivateKeyring.StartAsync(person.Home);
        person.Variables["DBUS_SESSION_BUS_ADDRESS"] = keyring.Address;

        var run = await person.RunAsync("hello");
        Assert.True(run.ExitCode == 0, run.Stderr);
        var again = await person.PryxAsync(["provider", "set-key", "openai"], stdin: Person.Key + "2\n");
        Assert.True(again.ExitCode == 0, again.Stderr);
        var after = await person.RunAsync("hello");

        Assert.True(after.ExitCode == 0, after.Stderr);
        Assert.Equal([$"Bearer {Person.Key}", $"Bearer {Person.Key}2"], provider.ModelRequests.Select(request => request.Headers["Authorization"]).Distinct());
        Assert.Equal(Person.Key + "2", await keyring.LookUpAsync(Entry));

        // Gone from sight, the keychain is said to be the reason.
        person.Variables["DBUS_SESSION_BUS_ADDRESS"] = $"unix:path={person.Home.Root}/nobody";
        var lost = await person.RunAsync("hello");
        Assert.NotEqual(0, lost.ExitCode);
        Assert.Contains("lies in the OS keychain", lost.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T7.9", "fallback")]
    public async Task Where_the_bus_has_no_Secret_Service_the_vault_takes_the_key_without_a_wait()
    {
        using var person = new Person();
        await using var keyring = await PrivateKeyring.StartAsync(person.Home, unlocks: false);
        person.Variables["DBUS_SESSION_BUS_ADDRESS"] = keyring.Address;

        var set = await person.PryxAsync(["provider", "set-key", "openai"], stdin: Person.Key + "\n");
        var told = await person.PryxAsync("api", "GET", "/api/v1/diagnostics");

        Assert.True(set.ExitCode == 0, set.Stderr);
        Assert.True(File.Exists(Path.Combine(person.Home.Data, "vault.json")));
        Assert.Contains("Secret Service can not be used", (string?)JsonNode.Parse(told.Stdout)!["keys"], StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T7.9", "clear error")]
    public async Task Who_insists_on_the_keychain_is_told_that_there_is_none()
    {
        using var person = new Person();
        person.Variables["PRYX_SECRET_STORE"] = "keychain";

        var set = await person.PryxAsync(["provider", "set-key", "openai"], stdin: Person.Key + "\n");

        Assert.NotEqual(0, set.ExitCode);
        Assert.Contains("there is no session bus", set.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "vault.json")));
    }
}
