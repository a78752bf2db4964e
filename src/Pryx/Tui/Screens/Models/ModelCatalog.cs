using System.Globalization;
using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Protocol.Providers;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Models;

/// <summary>Every known model: its price, its context, what it can do. Those that could be called now come first.</summary>
internal sealed class ModelCatalog(ScreenHost host) : BrowseScreen<ModelBody>(host)
{
    private ModelList? _read;

    public override string Name => "Models";

    protected override StyledLine Heading => _read?.Catalog is { } catalog
        ? new($"as of {Host.Time.At(catalog.FetchedAt)[..10]}{(catalog.IsStale ? ", old" : "")}", catalog.IsStale ? Ink.Warning : Ink.Muted) : new("Models", Ink.Muted);

    protected override StyledLine Summary => new($"{Listing.Shown.Count(static model => model.Configured == true)} with a key of {Listing.Total}", Ink.Muted);

    protected override Facts Empty => new Facts().Title("No models are known").Gap().Text("F fetches the list of models and prices now.", Ink.Muted);

    protected override async Task<IReadOnlyList<ModelBody>> ReadAsync(CancellationToken cancellationToken)
    {
        _read = await Host.Core.GetAsync("/api/v1/models", ModelListJson.Default.ModelList, cancellationToken);
        return [.. _read.Models.OrderByDescending(static model => model.Configured == true)];
    }

    protected override string KeyOf(ModelBody item) => $"{item.Provider}/{item.Id}";

    protected override string WordsOf(ModelBody item) =>
        $"{item.Provider}/{item.Id} {item.Name} {item.Family} {(item.SupportsReasoning ? "reasoning" : "")} {(item.SupportsVision ? "vision" : "")} {(item.SupportsTools ? "tools" : "")} {(item.InputPrice == 0 ? "free" : "")}";

    protected override StyledLine Row(ModelBody item, int width)
    {
        var ink = item.Configured == true ? Ink.Default : Ink.Muted;
        var price = item.InputPrice is { } input ? input == 0 && item.OutputPrice == 0 ? "free" : $"${input:0.##} / ${item.OutputPrice:0.##}" : "";
        return StatusLine.Of(width,
            new([new(item.Configured == true ? "● " : "○ ", item.Configured == true ? Ink.Success : Ink.Faint), new(item.Provider is { } provider ? provider + "/" : "", Ink.Muted), new(item.Id, ink)]),
            new([new(width > 52 && item.ContextWindow is { } window ? Say.Short(window) + "  " : "", Ink.Faint), new(price, Ink.Muted)]));
    }

    protected override Facts DetailsOf(ModelBody item)
    {
        List<string> able = [.. new[] { (item.SupportsTools, "tools"), (item.SupportsVision, "images"), (item.SupportsReasoning, "reasoning"), (item.SupportsCaching, "caching"), (item.SupportsStructuredOutput, "structured output") }.Where(static ability => ability.Item1).Select(static ability => ability.Item2)];
        return new Facts().Title(item.Name, item.Status ?? (item.Configured == true ? "can be called" : "no key for its provider"), item.Status is not null ? Ink.Warning : item.Configured == true ? Ink.Success : Ink.Muted).Gap()
            .Say("name", $"{item.Provider}/{item.Id}", Ink.Accent)
            .Say("input", PriceOf(item.InputPrice)).Say("output", PriceOf(item.OutputPrice)).Say("cache read", PriceOf(item.CacheReadPrice)).Say("cache write", PriceOf(item.CacheWritePrice)).Say("reasoning", PriceOf(item.ReasoningPrice))
            .Say("above", item.PriceTiers is { Count: > 0 } tiers ? string.Join("\n", tiers.Select(static tier => string.Create(CultureInfo.InvariantCulture, $"{Say.Short(tier.Above)} tokens: ${tier.InputPrice:0.###} / ${tier.OutputPrice:0.###}"))) : null)
            .Say("context", TokensOf(item.ContextWindow)).Say("reply", TokensOf(item.MaxOutputTokens))
            .Say("can", able.Count > 0 ? string.Join(", ", able) : "text only")
            .Say("reads", item.InputModalities is { Count: > 1 } inputs ? string.Join(", ", inputs) : null)
            .Say("effort", item.ReasoningEfforts is { Count: > 0 } efforts ? string.Join(", ", efforts) : null)
            .Say("released", item.ReleaseDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
            .Say("family", item.Family)
            .Gap().Say("in a chat", $"/model {item.Provider}/{item.Id}", Ink.Accent)
            .Gap().Text(_read?.Note, Ink.Warning).Text(_read?.Catalog?.Warning, Ink.Warning);
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(ModelBody? item) =>
    [
        .. item is { Provider: { } provider, Configured: true } ? [new('u', "use as default", () => Use(provider, item.Id))] : Array.Empty<ScreenAction>(),
        new('f', "fetch the list", Fetch),
    ];

    private void Use(string provider, string model) => Work.Begin($"Making {model} the default", async cancellationToken =>
    {
        var used = await Host.Core.SendAsync("POST", $"/api/v1/providers/{Uri.EscapeDataString(provider)}/use", JsonSerializer.Serialize(new(model), ProvidersJson.Default.UseProvider), ProvidersJson.Default.ProviderUsed, cancellationToken);
        Host.Say($"From the next turn on: {used.ModelProvider}/{used.ModelName}.{(used.Note is { } note ? " " + note : "")}");
    });

    private void Fetch() => Work.Begin("Fetching models and prices", async cancellationToken =>
    {
        var fetched = await Host.Core.SendAsync("POST", "/api/v1/models/refresh", null, ModelListJson.Default.CatalogRefreshed, cancellationToken);
        Host.Say(fetched.IsChanged ? $"{fetched.Models} models are known now." : "Nothing new.");
        Read();
    });

    private static string? PriceOf(decimal? usd) => usd is { } price ? price == 0 ? "free" : string.Create(CultureInfo.InvariantCulture, $"${price:0.####} a million tokens") : null;

    private static string? TokensOf(long? tokens) => tokens is { } number ? $"{number.ToString("N0", CultureInfo.InvariantCulture)} tokens" : null;
}
