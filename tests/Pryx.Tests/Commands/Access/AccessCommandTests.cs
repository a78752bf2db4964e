using Pryx.Protocol.Grants;
using Pryx.Protocol.Workspaces;

namespace Pryx.Tests.Commands.Access;

public sealed class AccessCommandTests
{
    [Fact]
    public async Task A_grant_is_added_listed_and_revoked()
    {
        var client = new FakeClient();
        using var add = new TestTerminal(client);
        using var list = new TestTerminal(client);
        using var revoke = new TestTerminal(client);

        Assert.Equal(0, await add.RunAsync("grant", "add", "shell.exec:make", "--everywhere", "--expires", "30d"));
        Assert.Equal("Granted shell.exec:make (everywhere, until 2026-01-31 00:00 UTC). Take it back: pryx grant revoke 4f1c9999\n", add.Out.ToString());
        Assert.Equal("cli:alice", Assert.Single(client.Grants).GrantedBy);
        Assert.Equal(0, await list.RunAsync("grant", "list"));
        Assert.Equal("4f1c9999  shell.exec:make  (everywhere, until 2026-01-31 00:00 UTC; never used)\n", list.Out.ToString());
        Assert.Equal(0, await revoke.RunAsync("grant", "revoke", "4f1c"));
        Assert.Empty(client.Grants);
    }

    [Theory]
    [InlineData("RULE_INVALID", 1, "grant", "add", "everything")]
    [InlineData("no grant", 1, "grant", "revoke", "dead")]
    [InlineData("not a duration", 2, "grant", "add", "a:b", "--expires", "later")]
    [InlineData("no session", 1, "grant", "add", "a:b", "--session", "dead")]
    public async Task What_can_not_be_granted_says_why(string what, int code, params string[] args)
    {
        using var terminal = new TestTerminal(new FakeClient());

        Assert.Equal(code, await terminal.RunAsync(args));
        Assert.Contains(what == "RULE_INVALID" ? "'everything' is no rule." : what, terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_holds_in_this_folder_unless_told_otherwise()
    {
        using var terminal = new TestTerminal(new FakeClient());

        await terminal.RunAsync("grant", "add", "shell.exec:make");
        Assert.Equal(terminal.Home.Workspace, Assert.Single(terminal.Client.Grants).Workspace);
    }

    [Theory]
    [InlineData("8h", "2026-01-01 08:00 UTC")]
    [InlineData("2026-03-31", "2026-04-01 00:00 UTC")]
    [InlineData("2026-03-31T12:00:00Z", "2026-03-31 12:00 UTC")]
    public async Task A_grant_ends_after_a_while_or_with_a_day(string expires, string end)
    {
        using var terminal = new TestTerminal(new FakeClient());

        await terminal.RunAsync("grant", "add", "network:api.example.org", "--everywhere", "--expires", expires);
        Assert.Contains($"until {end})", terminal.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ended_grants_are_counted_listed_when_wanted_and_shown_with_their_use()
    {
        var client = new FakeClient();
        client.Grants.Add(new Grant("4f1c9999", "a:b") { State = "expired", Uses = 3, GrantedBy = "cli:alice", Scope = "host" });
        using var list = new TestTerminal(client);
        using var all = new TestTerminal(client);
        using var show = new TestTerminal(client);

        await list.RunAsync("grant", "list");
        Assert.Contains("1 expired and counts no more", list.Out.ToString(), StringComparison.Ordinal);
        await all.RunAsync("grant", "list", "--all");
        Assert.Contains("a:b  (everywhere, until revoked; used 3×, last unknown)  expired", all.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await show.RunAsync("grant", "show", "4f1c"));
        Assert.Contains("given by  cli:alice", show.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("state     expired", show.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grants_are_an_array_in_JSON()
    {
        var client = new FakeClient();
        client.Grants.Add(new Grant("4f1c9999", "a:b"));
        using var terminal = new TestTerminal(client);

        await terminal.RunAsync("grant", "list", "--json");
        Assert.Equal("""[{"id":"4f1c9999","rule":"a:b","created_at":"0001-01-01T00:00:00+00:00","state":"active","uses":0}]""" + "\n", terminal.Out.ToString());
    }

    [Theory]
    [InlineData("y", 0, true)]
    [InlineData("\nn", 1, false)]
    public async Task Trust_shows_what_the_folder_brings_and_asks(string keys, int code, bool isTrusted)
    {
        using var terminal = new TestTerminal(new FakeClient { TrustCard = Card() }).WithTerminal();
        terminal.Keys.Shown = () => terminal.Keys.Type(keys);

        Assert.Equal(code, await terminal.RunAsync("trust"));
        Assert.Equal(isTrusted, terminal.Client.Trusted is not null);
        Assert.StartsWith("""
            ── Trust this folder? ──────────────────────────────────────────────────
              /src/app

              AGENTS.md: instructions for the model
                  Be nice.
                  ␛[2J

              .env: variables for tools

              y  trust it as it is now; changes are asked again
              n  do not: it stays data, the work goes on
              Answer: 
            """.ReplaceLineEndings("\n"), terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 2)]
    public async Task Without_a_terminal_trust_wants_yes(bool isYes, int code)
    {
        using var terminal = new TestTerminal(new FakeClient { TrustCard = Card() });

        Assert.Equal(code, await terminal.RunAsync(isYes ? ["trust", "--yes"] : ["trust"]));
        Assert.Equal(isYes, terminal.Client.Trusted is not null);
        Assert.Contains("AGENTS.md", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_a_person_leaves_the_folder_data_and_says_so()
    {
        using var terminal = Running();

        Assert.Equal(0, await terminal.RunAsync("run", "--approve-all", "hi"));
        Assert.Null(terminal.Client.Trusted);
        Assert.StartsWith("AGENTS.md, .env in this folder are treated as data, because the folder is not trusted. To change that: pryx trust /src/app\n", terminal.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("n", false)]
    public async Task A_run_in_a_terminal_asks_about_the_folder_first_and_goes_on_either_way(string key, bool isTrusted)
    {
        using var terminal = Running().WithTerminal();
        terminal.Keys.Shown = () => terminal.Keys.Type(key);

        Assert.Equal(0, await terminal.RunAsync("run", "hi"));
        Assert.Equal(isTrusted, terminal.Client.Trusted is not null);
        Assert.Equal("Done.\n", terminal.Out.ToString());
    }

    private static TestTerminal Running() => new(new FakeClient
    {
        TrustCard = Card(),
        Play = core =>
        {
            core.Says(1, "Done.");
            core.Ends();
            return Task.CompletedTask;
        },
    });

    private static TrustCard Card() => new("/src/app", "f00d", [new("AGENTS.md", "instructions for the model", "Be nice.\n\e[2J\n"), new(".env", "variables for tools")]);
}
