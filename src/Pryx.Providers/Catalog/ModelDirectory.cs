using Pryx.Protocol.Models;
using Pryx.Providers.Ollama;

namespace Pryx.Providers.Catalog;

/// <summary>
/// All that is known of models, the strongest word first: the user's overrides, OpenRouter's own list, then the fetched and the bundled
/// catalog, the newer before the older.
/// </summary>
public sealed class ModelDirectory
{
    private static readonly ModelPrice Free = new(0, 0);
    private readonly CatalogTable[] _tables;
    private readonly CatalogTable? _openRouter;
    private readonly CatalogOverrides _overrides;

    /// <param name="fetched">Null where none was fetched.</param>
    /// <param name="openRouter">OpenRouter's own list; null where none was fetched.</param>
    public ModelDirectory(CatalogTable? fetched, CatalogTable? openRouter, CatalogOverrides overrides)
    {
        (_openRouter, _overrides) = (openRouter, overrides);
        _tables = fetched is null ? [CatalogTable.Bundled] : fetched.Stamp.FetchedAt >= CatalogTable.Bundled.Stamp.FetchedAt ? [fetched, CatalogTable.Bundled] : [CatalogTable.Bundled, fetched];
        Providers = overrides.Providers.Count == 0 && fetched is null ? ProviderDirectory.Bundled : new(overrides.Providers, fetched);
    }

    /// <summary>What Pryx brings and nothing else.</summary>
    public static ModelDirectory Bundled { get; } = new(null, null, CatalogOverrides.None);

    public ProviderDirectory Providers { get; }

    /// <summary>The user's other names for models.</summary>
    public IReadOnlyDictionary<string, ModelRef> Aliases => _overrides.Aliases;

    /// <summary>What is known of the model; null when nothing is. A dated name finds the undated one and the other way round.</summary>
    public ModelInfo? Find(ModelRef model)
    {
        var provider = Providers.Find(model.Provider);
        var found = provider is { IsFree: true } ? FreeOf(model) : FindIn(SourceOf(provider, model.Provider), model);
        return _overrides.Apply(provider is null ? model : model with { Provider = provider.Id }, found, model);
    }

    /// <summary>The current models of a provider by name; deprecated ones are left out unless they are wanted.</summary>
    public IEnumerable<ModelInfo> Of(string provider, bool withDeprecated = false)
    {
        var known = Providers.Find(provider);
        var id = known?.Id ?? provider;
        var source = SourceOf(known, provider);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var live = id == "openrouter" ? _openRouter?.Of(id, id).ToDictionary(model => model.Ref.Model, StringComparer.OrdinalIgnoreCase) : null;
        foreach (var row in _tables.SelectMany(table => table.Of(source, id)).Concat(live?.Values ?? Enumerable.Empty<ModelInfo>()))
        {
            if (!seen.Add(row.Ref.Model))
            {
                continue;
            }
            var model = id == "openrouter" ? OpenRouterModels.Merge(row, live?.GetValueOrDefault(row.Ref.Model))! : known is { IsFree: true } ? row with { Price = Free } : row;
            if (withDeprecated || model.Status != "deprecated")
            {
                yield return _overrides.Apply(model.Ref, model, model.Ref)!;
            }
        }
        foreach (var own in _overrides.ModelsOf(id))
        {
            if (seen.Add(own.Model) && Find(own) is { } whole)
            {
                yield return whole;
            }
        }
        if (known is { Wire: ProviderWire.Demo, DefaultModel: { } tour })
        {
            yield return FreeOf(new(id, tour));
        }
    }

    /// <summary>Of every provider that is known, also of those that no wire of ours speaks to.</summary>
    public IEnumerable<ModelInfo> All(bool withDeprecated = false)
    {
        var sources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var provider in Providers.All)
        {
            sources.Add(SourceOf(provider, provider.Id));
            foreach (var model in Of(provider.Id, withDeprecated))
            {
                yield return model;
            }
        }
        foreach (var told in _tables.SelectMany(table => table.Providers).ToList())
        {
            if (sources.Add(told.Id))
            {
                foreach (var model in Of(told.Id, withDeprecated))
                {
                    yield return model;
                }
            }
        }
    }

    private ModelInfo? FindIn(string source, ModelRef model)
    {
        // OpenRouter's ":nitro" and ":exacto" route differently, the model is the same; ":free" has lines of its own.
        var isFree = model.Model.EndsWith(":free", StringComparison.Ordinal);
        var name = model.Model.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? model.Model[..colon] : model.Model;
        var found = FindExact(source, model.Model, model) ?? (name == model.Model ? null : FindExact(source, name, model)) ?? FindByDate(source, name, model);
        if (source == "openrouter")
        {
            found = OpenRouterModels.Merge(found, _openRouter?.Find(source, model.Model, model) ?? _openRouter?.Find(source, name, model));
        }
        return isFree && found is not null ? found with { Price = Free } : found;
    }

    private ModelInfo? FindExact(string source, string name, ModelRef shown)
    {
        foreach (var table in _tables)
        {
            if (table.Find(source, name, shown) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private ModelInfo? FindByDate(string source, string name, ModelRef shown)
    {
        var undated = ModelNames.Undated(name);
        if (undated.Length < name.Length && FindExact(source, undated, shown) is { } exact)
        {
            return exact;
        }
        foreach (var table in _tables)
        {
            if (table.FindDated(source, undated, shown) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    // What runs at home costs nothing; what it can do depends on what the user installed.
    private static ModelInfo FreeOf(ModelRef model) => new(model)
    {
        Price = Free,
        ContextWindow = model.Provider == "ollama" ? OllamaClient.DefaultContext : null,
        Tokenizer = ModelNames.Tokenizer(model.Model),
    };

    private static string SourceOf(ProviderInfo? provider, string id) => provider?.CatalogId ?? provider?.Id ?? id;
}
