using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Providers.Catalog;
using Pryx.Testing;

namespace Pryx.Core.Tests.Catalog;

public sealed class BundledCatalogTests
{
    // Those that people name most; the table of the others comes with the first refresh.
    private static readonly HashSet<string> _bundled = new(StringComparer.Ordinal)
    {
        "openai", "anthropic", "google", "openrouter", "groq", "xai", "mistral", "cohere", "togetherai", "deepseek", "zai", "alibaba", "cerebras", "deepinfra", "fireworks-ai",
        "github-copilot", "huggingface", "minimax", "moonshotai", "nvidia", "ollama-cloud", "perplexity",
    };

    /// <summary>eng/catalog makes the bundled table here: what reads a catalog at run time made it.</summary>
    [Fact]
    [Requirement("MOD2", "bundled")]
    [Requirement("MOD4", "bundled")]
    public void The_bundled_catalog_knows_hundreds_of_models_of_the_providers_that_people_name()
    {
        if (EnvironmentSettings.Read("PRYX_CATALOG_SOURCE") is { Length: > 0 } source)
        {
            var at = DateTimeOffset.Parse(EnvironmentSettings.Read("PRYX_CATALOG_DATE")!, CultureInfo.InvariantCulture);
            var table = ModelsDevReader.Read(File.ReadAllBytes(source)).ToTable(new() { FetchedAt = at, CheckedAt = at }, provider => _bundled.Contains(provider.Id));
            File.WriteAllBytes(EnvironmentSettings.Read("PRYX_CATALOG_TARGET")!, table);
            return;
        }
        var providers = CatalogTable.Bundled.Providers.Select(provider => provider.Id).ToList();
        Assert.Equal(_bundled.Order(StringComparer.Ordinal), providers);
        var models = providers.SelectMany(provider => CatalogTable.Bundled.Of(provider, provider)).ToList();
        Assert.True(models.Count >= 300, $"{models.Count} models");
        Assert.True(models.Count(model => model.Price is not null && model.ContextWindow is not null) >= 300);
    }
}
