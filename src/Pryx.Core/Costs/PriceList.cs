using Pryx.Protocol.Costs;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Costs;

/// <summary>What models cost.</summary>
internal static class PriceList
{
    /// <summary>By provider and name.</summary>
    /// <param name="part">Of a provider's or a model's name; null for all.</param>
    public static IReadOnlyList<PricedModel> Of(ModelDirectory catalog, string? part) =>
    [
        .. catalog.All()
            .Where(model => part is null || model.Ref.ToString().Contains(part, StringComparison.OrdinalIgnoreCase) || model.DisplayName?.Contains(part, StringComparison.OrdinalIgnoreCase) == true)
            .Select(static model => new PricedModel(model.Ref.Provider, model.Ref.Model, model.DisplayName, model.Price))
            .OrderBy(static model => model.Provider, StringComparer.Ordinal).ThenBy(static model => model.Model, StringComparer.Ordinal),
    ];
}
