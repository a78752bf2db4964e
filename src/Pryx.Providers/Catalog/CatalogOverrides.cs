using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>What the configuration says of models and providers: the strongest word there is.</summary>
public sealed class CatalogOverrides
{
    private readonly Dictionary<(string Provider, string Model), ModelOverride> _models;

    /// <param name="aliases">Other names for models.</param>
    public CatalogOverrides(IReadOnlyDictionary<ModelRef, ModelOverride> models, IReadOnlyDictionary<string, ModelRef> aliases, IReadOnlyList<ProviderInfo> providers)
    {
        _models = models.ToDictionary(entry => Key(entry.Key), entry => entry.Value);
        (Models, Aliases, Providers) = ([.. models.Keys], aliases, providers);
    }

    public static CatalogOverrides None { get; } = new(new Dictionary<ModelRef, ModelOverride>(), new Dictionary<string, ModelRef>(), []);

    public IReadOnlyList<ModelRef> Models { get; }
    public IReadOnlyDictionary<string, ModelRef> Aliases { get; }
    public IReadOnlyList<ProviderInfo> Providers { get; }

    public IEnumerable<ModelRef> ModelsOf(string provider) => Models.Where(model => model.Provider.Equals(provider, StringComparison.OrdinalIgnoreCase));

    /// <param name="model">With the provider's own id.</param>
    /// <param name="found">What is known besides; null when nothing is.</param>
    /// <param name="shown">What the answer is called.</param>
    public ModelInfo? Apply(ModelRef model, ModelInfo? found, ModelRef shown) => _models.Count == 0 ? found
        : (_models.GetValueOrDefault(Key(model)) ?? (model == shown ? null : _models.GetValueOrDefault(Key(shown)))) is { } own ? own.Over(found ?? new(shown)) : found;

    private static (string, string) Key(ModelRef model) => (model.Provider.ToLowerInvariant(), model.Model.ToLowerInvariant());
}
