using System.Text.Json;
using Pryx.Protocol.Mcp;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Mcp;

/// <summary>MCP servers: whether they work, what they offer, adding one and taking it away.</summary>
internal sealed class McpScreen(ScreenHost host) : BrowseScreen<McpServerBody>(host)
{
    private readonly McpDetails _details = new(host.Core, host.Time);
    private McpServersBody? _read;

    public override string Name => "MCP";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(5);

    protected override Facts Empty => new Facts().Title("No MCP servers yet")
        .Gap().Text("An MCP server gives models tools: a browser, a database, an issue tracker.")
        .Gap().Text("Press A and type a name and an address, or the command that starts it:").Text("  https://mcp.linear.app/mcp", Ink.Code).Text("  npx -y @modelcontextprotocol/server-filesystem ~/notes", Ink.Code);

    protected override StyledLine Summary
    {
        get
        {
            var failed = Listing.Shown.Count(static server => server is { Enabled: true, State: McpStates.Failed or McpStates.NeedsAuth });
            return new([new($"{Listing.Shown.Count(static server => server.Enabled)} on of {Listing.Total}", Ink.Muted), .. failed > 0 ? [new($" · {failed} in trouble", Ink.Warning)] : Array.Empty<Span>()]);
        }
    }

    protected override async Task<IReadOnlyList<McpServerBody>> ReadAsync(CancellationToken cancellationToken)
    {
        _read = await Host.Core.GetAsync("/api/v1/mcp/servers", McpJson.Default.McpServersBody, cancellationToken);
        return _read.Servers;
    }

    protected override string KeyOf(McpServerBody item) => item.Name;

    protected override string WordsOf(McpServerBody item) => $"{item.Name} {McpWords.StateOf(item).Word} {item.Transport} {item.Url} {(item.Command is { } command ? string.Join(' ', command) : "")}";

    protected override StyledLine Row(McpServerBody item, int width)
    {
        var (sign, word, ink) = McpWords.StateOf(item);
        return StatusLine.Of(width,
            new([new(sign + " ", ink), new(item.Name, item.Enabled ? Ink.Default : Ink.Muted), new(item.Tools is { } tools && item.Enabled ? $"  {Say.Count(tools, "tool")}" : "", Ink.Faint)]),
            new([new(item.Transport == "bundled" ? "with Pryx  " : "", Ink.Faint), new(word, ink)]));
    }

    protected override Facts DetailsOf(McpServerBody item)
    {
        var facts = _details.Of(item);
        if (_read?.Problems is { Count: > 0 } problems)
        {
            facts.Section("Files that can not be read");
            foreach (var problem in problems)
            {
                facts.Item("✗", problem, Ink.Error);
            }
        }
        return facts;
    }

    protected override void OnSelected(McpServerBody item) => Host.App.Start(async () =>
    {
        await _details.ReadAsync(item, Host.Stopping);
        Renew();
    });

    protected override IReadOnlyList<ScreenAction> ActionsOf(McpServerBody? item) => item is null ? [new('a', "add", Add)] :
    [
        new('e', item.Enabled ? "switch off" : "switch on", () => Switch(item)),
        new('t', "test", () => Test(item)),
        new('a', "add", Add),
        .. item.State == McpStates.NeedsAuth || (item.Url is not null && _details.Name == item.Name && _details.Signin is { State: McpSigninStates.None or McpSigninStates.Failed }) ? [new('s', "sign in", () => Signin(item))] : Array.Empty<ScreenAction>(),
        .. _details.Name == item.Name && _details.Signin is { State: McpSigninStates.SignedIn } ? [new('o', "sign out", () => Signout(item))] : Array.Empty<ScreenAction>(),
        .. item.Origin == "home" ? [new('d', "delete", () => Delete(item))] : Array.Empty<ScreenAction>(),
    ];

    private void Switch(McpServerBody server) => Work.Begin($"Switching {server.Name} {(server.Enabled ? "off" : "on")}", async cancellationToken =>
    {
        await Host.Core.SendAsync("POST", McpCalls.PathOf(server.Name, server.Enabled ? "/disable" : "/enable"), null, cancellationToken);
        Host.Say($"{server.Name} is {(server.Enabled ? "off" : "on")}.");
        Read();
    });

    private void Test(McpServerBody server) => Work.Begin($"Connecting to {server.Name}", async cancellationToken =>
    {
        var test = await Host.Core.SendAsync("POST", McpCalls.PathOf(server.Name, "/test"), null, McpJson.Default.McpTest, cancellationToken);
        _details.Take(test);
        Host.Say(test.Ok ? $"{server.Name} works: {Say.Count(test.Tools, "tool")}, {Say.Took(test.Took)}." : $"{server.Name} does not work.");
        Renew();
        Read();
    });

    private void Add() => Host.Ask(new Form(Host, "Add an MCP server", "It counts at once; its program runs in the sandbox.",
        [new("Name", "linear"), new("Address or command", "https://mcp.linear.app/mcp   or   npx -y PACKAGE"), new("Hosts that its program may reach (of a command only)", "none; registries are added for npx and uvx")],
        async (texts, cancellationToken) =>
        {
            var added = await Host.Core.AddServerAsync(McpCalls.Input(texts[0], texts[1], texts[2]), cancellationToken);
            Host.Say($"{added.Name} is {(added.Replaced ? "changed" : "added")}. T tests it.");
            Read();
        }));

    private void Signin(McpServerBody server) => Work.Begin($"Asking {server.Name} for its sign-in", async cancellationToken =>
    {
        var started = await Host.Core.SendAsync("POST", McpCalls.PathOf(server.Name, "/auth"), JsonSerializer.Serialize(new(), McpSigninJson.Default.McpSigninInput), McpSigninJson.Default.McpSigninStarted, cancellationToken);
        if (!started.IsNeeded)
        {
            Host.Say($"{server.Name} lets Pryx in without a sign-in.");
        }
        else if (started.Url is { } url)
        {
            Host.App.Signals.Copy(url);
            Host.Ask($"Sign in to {server.Name}", new Facts().Text("Open this address in a browser on this machine; it is copied. The answer comes back by itself.").Gap().Text(url, Ink.Link), $"pryx mcp auth {server.Name}", new DialogChoice(Input.Key.Enter, "Close", static () => { }));
        }
        Read();
    });

    private void Signout(McpServerBody server) => Host.Confirm($"Sign out of {server.Name}?", "Its tokens are forgotten.", "Sign out", () => Work.Begin($"Signing out of {server.Name}", async cancellationToken =>
    {
        await Host.Core.SendAsync("DELETE", McpCalls.PathOf(server.Name, "/auth"), null, cancellationToken);
        Read();
    }));

    private void Delete(McpServerBody server) => Host.Confirm($"Delete {server.Name}?", $"It is taken out of {server.Source}.", "Delete", () => Work.Begin($"Deleting {server.Name}", async cancellationToken =>
    {
        await Host.Core.SendAsync("DELETE", McpCalls.PathOf(server.Name), null, cancellationToken);
        Host.Say($"{server.Name} is deleted.");
        Read();
    }));
}
