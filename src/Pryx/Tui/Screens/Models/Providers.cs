using System.Text.Json;
using Pryx.Commands.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Models;

/// <summary>Providers: whether a call could be sent, where the key is kept, trying it, giving it one.</summary>
internal sealed class Providers(ScreenHost host) : BrowseScreen<ProviderBody>(host)
{
    private readonly Dictionary<string, ProviderTest> _tests = new(StringComparer.Ordinal);
    private ProviderList? _read;

    public override string Name => "Providers";
    protected override StyledLine Heading => new(_read?.Active is { } active ? $"default: {active}" : "Providers", Ink.Muted);
    protected override StyledLine Summary => new($"{Listing.Shown.Count(static provider => provider.Configured)} ready of {Listing.Total}", Ink.Muted);
    protected override Facts Empty => new Facts().Title("No providers are known").Text(_read?.Warning, Ink.Warning);

    protected override async Task<IReadOnlyList<ProviderBody>> ReadAsync(CancellationToken cancellationToken)
    {
        _read = await Host.Core.GetAsync("/api/v1/providers", ProvidersJson.Default.ProviderList, cancellationToken);
        return [.. _read.Providers.OrderByDescending(static provider => provider.Active).ThenByDescending(static provider => provider is { Configured: true, RequiresApiKey: true })];
    }

    protected override Facts ErrorOf(PryxException error) => new Facts().Title("Failed to fetch providers", "✗", Ink.Error).Gap()
        .Text(error.Code == "CORE_GONE" ? "Pryx host not running. Start it with: pryx serve" : error.Message, Ink.Warning).Text(error.Next is { } next && error.Code != "CORE_GONE" ? "→ " + next : null, Ink.Muted);

    protected override string KeyOf(ProviderBody item) => item.Id;

    protected override string WordsOf(ProviderBody item) => $"{item.Id} {item.Name} {StateOf(item).Word} {(item.Local ? "local" : "")}";

    protected override StyledLine Row(ProviderBody item, int width)
    {
        var (sign, word, ink) = StateOf(item);
        return StatusLine.Of(width, new([new(sign + " ", ink), new(item.Name, item.Configured ? Ink.Default : Ink.Muted), .. item.Active ? [new("  default", Ink.Accent)] : Array.Empty<Span>()]), new(word, ink));
    }

    protected override Facts DetailsOf(ProviderBody item)
    {
        var (_, word, ink) = StateOf(item);
        var facts = new Facts().Title(item.Name, word, ink).Gap()
            .Say("key", KeyOfProvider(item), item.KeySource is null && item.RequiresApiKey ? Ink.Warning : Ink.Default)
            .Say("calls go to", item.BaseUrl, Ink.Link)
            .Say("model", item.DefaultModel)
            .Say("runs", item.Local ? "on your own machine or network" : null)
            .Say("variables", item.KeyVariables is { Count: > 0 } names ? string.Join(", ", names) : null, Ink.Muted)
            .Say("spoken", item.Wire, Ink.Muted);
        if (item.Health is { } health)
        {
            facts.Say("health", health.State switch { "open" => $"left alone after {Say.Count(health.Failures, "failure")}", "half-open" => "one call may be tried", _ => "answers" }, health.State == "closed" ? Ink.Success : Ink.Warning)
                .Say("last failure", health.LastFailureAt is { } at ? $"{RelativeTime.Of(at, Host.Time.GetUtcNow())}: {health.LastError}" : null, Ink.Muted);
        }
        if (_tests.TryGetValue(item.Id, out var test))
        {
            facts.Section("Test").Item(test.Ok ? "✓" : "✗", test.Ok ? $"works, {Say.Took(test.LatencyMs)}{(test.Models is { } count ? $", lists {Say.Count(count, "model")}" : "")}" : test.Reason ?? test.Verdict, test.Ok ? Ink.Success : Ink.Error);
            facts.Say("account", test.Account is { } account ? $"{account.Label}{(account.Remaining is { } left ? $" ${left:0.00} left" : "")}{(account.IsFreeTier ? ", free tier" : "")}".Trim() : null);
        }
        if (!item.Configured)
        {
            facts.Gap().Text(item.Oauth ? "K stores a key; or sign in with an account:" : "K stores a key, masked, in the keychain.", Ink.Muted).Text(item.Oauth ? $"  pryx provider signin {item.Id}" : null, Ink.Code);
        }
        return facts.Text(_read?.Warning, Ink.Warning);
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(ProviderBody? item) => item is null ? [] :
    [
        new('t', "test", () => Test(item)),
        .. item.RequiresApiKey || item.KeySource is not null ? [new('k', item.KeySource is null ? "set key" : "change key", () => SetKey(item))] : Array.Empty<ScreenAction>(),
        .. item is { Configured: true, Active: false } ? [new('u', "use as default", () => Use(item))] : Array.Empty<ScreenAction>(),
        .. item.KeySource is "keychain" or "oauth" || item.Added ? [new('d', "remove", () => Remove(item))] : Array.Empty<ScreenAction>(),
    ];

    private void Test(ProviderBody provider) => Work.Begin($"Calling {provider.Name}", async cancellationToken =>
    {
        _tests[provider.Id] = await Host.Core.SendAsync("POST", PathOf(provider, "/test"), JsonSerializer.Serialize(new(), ProvidersJson.Default.TestProvider), ProvidersJson.Default.ProviderTest, cancellationToken);
        Renew();
    });

    private void SetKey(ProviderBody provider) => Host.Ask(new Form(Host, $"The key of {provider.Name}", "It is tried, and kept in the keychain or the encrypted vault, never in a file of the configuration.", [new("Key (not shown)", IsMasked: true)], async (texts, cancellationToken) =>
    {
        if (texts[0].Length == 0)
        {
            throw new PryxException("KEY_EMPTY", "API key cannot be empty.");
        }
        var test = await Host.Core.SendAsync("POST", PathOf(provider, "/test"), JsonSerializer.Serialize(new(texts[0]), ProvidersJson.Default.TestProvider), ProvidersJson.Default.ProviderTest, cancellationToken);
        if (test.Verdict == ProviderVerdicts.Refused)
        {
            throw new PryxException("KEY_REFUSED", test.Reason ?? $"{provider.Name} refuses this key.", "it was not stored");
        }
        var stored = await Host.Core.SendAsync("POST", PathOf(provider, "/key"), JsonSerializer.Serialize(new(texts[0], null), ProvidersJson.Default.KeyInput), ProvidersJson.Default.KeyStored, cancellationToken);
        _tests[provider.Id] = test;
        Host.Say($"The key of {provider.Name} is kept in {stored.KeptIn}.{(stored.HiddenBy is { } variable ? $" {variable} comes before it." : "")}");
        Read();
    }));

    private void Use(ProviderBody provider) => Work.Begin($"Making {provider.Name} the default", async cancellationToken =>
    {
        var used = await Host.Core.SendAsync("POST", PathOf(provider, "/use"), JsonSerializer.Serialize(new(), ProvidersJson.Default.UseProvider), ProvidersJson.Default.ProviderUsed, cancellationToken);
        Host.Say($"From the next turn on: {used.ModelProvider}/{used.ModelName}.{(used.Note is { } note ? " " + note : "")}");
        Read();
    });

    private void Remove(ProviderBody provider) => Host.Confirm($"Remove {provider.Name}?", "Its key and its sign-in are deleted here. At the provider they stay valid.", "Remove", () => Work.Begin($"Removing {provider.Name}", async cancellationToken =>
    {
        var removed = await Host.Core.SendAsync("DELETE", PathOf(provider), null, ProvidersJson.Default.ProviderRemoved, cancellationToken);
        Host.Say(removed.StillSet is { } variable ? $"Removed; {variable} still gives it a key." : $"{provider.Name} is removed.");
        Read();
    }));

    private static string PathOf(ProviderBody provider, string action = "") => $"/api/v1/providers/{Uri.EscapeDataString(provider.Id)}{action}";

    private static string KeyOfProvider(ProviderBody provider) => provider.KeySource switch
    {
        "env" => $"from {provider.KeyVariable} of the environment",
        ".env" => $"from {provider.KeyVariable} in a .env file",
        "keychain" => "in the keychain of this machine",
        "oauth" => "signed in with an account",
        _ => provider.SigninEnded ? "the sign-in has ended" : provider.RequiresApiKey ? "none yet" : "needs none",
    };

    private static (string Sign, string Word, Ink Ink) StateOf(ProviderBody provider) => provider switch
    {
        { SigninEnded: true } => ("!", "sign in again", Ink.Warning),
        { Health.State: "open" } => ("!", "does not answer", Ink.Warning),
        { Configured: true, RequiresApiKey: false } => ("●", "needs no key", Ink.Success),
        { Configured: true } => ("●", "ready", Ink.Success),
        _ => ("○", "no key", Ink.Faint),
    };
}
