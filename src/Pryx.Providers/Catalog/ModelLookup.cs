using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>What a name means. One of the three is set.</summary>
/// <param name="Candidates">It could be any of these; the best first.</param>
/// <param name="Suggestions">It is none; these are near.</param>
public sealed record ModelMatch(ModelRef? Model, IReadOnlyList<ModelRef> Candidates, IReadOnlyList<ModelRef> Suggestions)
{
    internal static ModelMatch Of(ModelRef model) => new(model, [], []);
}

/// <summary>
/// From what people type to a model: <c>anthropic/claude-sonnet-5</c>, <c>claude-sonnet-4.5</c>, <c>gpt5 mini</c>, <c>sonnet</c>, or one of
/// their own aliases. A name under a provider that the catalog does not know is taken as it is: models come out every day.
/// </summary>
/// <param name="isConfigured">Whether a call could be sent to a provider; only asked for names without one.</param>
public sealed class ModelLookup(ModelDirectory directory, Func<string, bool> isConfigured)
{
    private const int Shown = 8;

    public ModelMatch Find(string text)
    {
        text = text.Trim();
        if (directory.Aliases.TryGetValue(text, out var alias))
        {
            return ModelMatch.Of(alias);
        }
        if (ModelRef.TryParse(text, out var named) && directory.Providers.Find(named.Provider) is { } provider)
        {
            return Within(provider, named);
        }
        return Anywhere(text, ModelRef.TryParse(text, out _));
    }

    private ModelMatch Within(ProviderInfo provider, ModelRef named)
    {
        if (provider.Wire is ProviderWire.Demo or ProviderWire.Ollama || directory.Find(named) is not null)
        {
            return ModelMatch.Of(named);
        }
        var query = ModelWords.Of(named.Model);
        var found = query.BestOf(directory.Of(provider.Id, withDeprecated: true));
        // A version that the catalog does not know is a new one, not another one; what is neither a model nor a family may be what a server of the user's own calls its model.
        return ModelMatch.Of(found is [var only] && (query.IsExact(only) || (!query.HasVersion && IsFamily(only, named.Model))) ? named with { Model = only.Ref.Model } : named);
    }

    // "sonnet" and "claude sonnet" are claude-sonnet; "chat" is not gpt.
    private static bool IsFamily(ModelInfo model, string name) => model.Family is { } family
        && $"-{family}".EndsWith($"-{name.Trim().Replace(' ', '-')}", StringComparison.OrdinalIgnoreCase);

    private ModelMatch Anywhere(string text, bool hasSlash)
    {
        var query = ModelWords.Of(text);
        var providers = directory.Providers.All.Where(provider => provider is { IsFetched: false, IsFree: false } or { IsOwn: true }).ToList();
        var popular = directory.Providers.Popular.Select(provider => provider.Id).ToHashSet(StringComparer.Ordinal);
        // Whoever can be asked comes first, and of those the makers and the well-known. A GITHUB_TOKEN or HF_TOKEN is there for other reasons.
        var ranked = providers.Select((provider, order) => (provider, Rank: (isConfigured(provider.Id) && (provider.IsOwn || provider.KeyVariables.Any(name => name.EndsWith("KEY", StringComparison.Ordinal))) ? 0 : 2) + (popular.Contains(provider.Id) ? 0 : 1), order))
            .OrderBy(entry => entry.Rank).ThenBy(entry => entry.order).Select(entry => entry.provider);
        var near = new List<ModelRef>();
        foreach (var provider in ranked)
        {
            var models = directory.Of(provider.Id, withDeprecated: true).ToList();
            // With a slash it is a model's own name, such as moonshotai/Kimi-K2.6: nothing less will do.
            var found = hasSlash ? [.. models.Where(model => model.Ref.Model.Equals(text, StringComparison.OrdinalIgnoreCase))] : query.BestOf(models);
            if (found.Count > 0)
            {
                return found is [var only] ? ModelMatch.Of(only.Ref) : new(null, Take(found), []);
            }
            if (near.Count < Shown)
            {
                near.AddRange(query.Near(models, hasSlash ? text : null).Select(model => model.Ref));
            }
        }
        return new(null, [], [.. near.Distinct().Take(Shown)]);
    }

    private static List<ModelRef> Take(IReadOnlyList<ModelInfo> models) => [.. models.Take(Shown).Select(model => model.Ref)];
}
