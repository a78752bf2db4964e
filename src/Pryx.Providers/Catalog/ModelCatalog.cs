using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>The bundled knowledge of models: limits in tokens, prices in USD per million tokens. Source: models.dev. What a Core knows besides is in its <see cref="ModelDirectory"/>.</summary>
public static class ModelCatalog
{
    /// <summary>What is known of the model; null when nothing is. A dated name finds the undated one and the other way round.</summary>
    public static ModelInfo? Find(ModelRef model) => ModelDirectory.Bundled.Find(model);

    /// <summary>The current models of a provider; deprecated ones are left out.</summary>
    public static IEnumerable<ModelInfo> Of(string provider) => ModelDirectory.Bundled.Of(provider);
}
