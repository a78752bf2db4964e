using System.Globalization;
using System.Text.RegularExpressions;
using Pryx.Protocol.Models;
using Pryx.Providers.Ollama;

namespace Pryx.Providers.Catalog;

/// <summary>The bundled knowledge of models: limits in tokens, prices in USD per million tokens. Source: models.dev.</summary>
public static partial class ModelCatalog
{
    private static readonly CsvResource Models = new("models.csv");
    private static readonly ModelPrice Free = new(0, 0);

    /// <summary>What is known of the model; null when nothing is. A dated name finds the undated one and the other way round.</summary>
    public static ModelInfo? Find(ModelRef model)
    {
        var provider = KnownProviders.Find(model.Provider);
        if (provider is { IsFree: true })
            return new(model) { Price = Free, ContextWindow = model.Provider == "ollama" ? OllamaClient.DefaultContext : null };
        var source = provider?.CatalogId ?? provider?.Id ?? model.Provider;
        // OpenRouter's ":nitro" and ":exacto" route differently, the model is the same; ":free" has lines of its own.
        var isFree = model.Model.EndsWith(":free", StringComparison.Ordinal);
        var name = model.Model.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? model.Model[..colon] : model.Model;
        var fields = Models.Find($"{source},{model.Model},") ?? Models.Find($"{source},{name},") ?? FindByDate(source, name);
        return fields is null ? null : Read(model, fields, isFree);
    }

    /// <summary>The current models of a provider; deprecated ones are left out.</summary>
    public static IEnumerable<ModelInfo> Of(string provider)
    {
        var known = KnownProviders.Find(provider);
        var source = known?.CatalogId ?? known?.Id ?? provider;
        return Models.All($"{source},").Where(fields => !Has(fields, 'd')).Select(fields => Read(new(provider, fields[1]), fields, isFree: false));
    }


    private static string[]? FindByDate(string source, string name)
    {
        var undated = Date().Replace(name, "");
        if (undated.Length < name.Length && Models.Find($"{source},{undated},") is { } exact)
            return exact;
        // The newest of the dated ones; they are sorted.
        return Models.All($"{source},{undated}-").LastOrDefault(fields => Date().Replace(fields[1], "").Equals(undated, StringComparison.OrdinalIgnoreCase));
    }

    private static ModelInfo Read(ModelRef model, string[] fields, bool isFree) => new(model)
    {
        DisplayName = fields[2],
        ContextWindow = Whole(fields[3]),
        MaxOutput = Whole(fields[4]),
        Price = isFree ? Free : Price(fields),
        SupportsTools = Has(fields, 't'),
        SupportsImages = Has(fields, 'i'),
        SupportsReasoning = Has(fields, 'r'),
    };

    private static ModelPrice? Price(string[] fields) =>
        Money(fields[5]) is { } input && Money(fields[6]) is { } output ? new(input, output, Money(fields[7]), Money(fields[8])) : null;

    private static bool Has(string[] fields, char flag) => fields[9].Contains(flag, StringComparison.Ordinal);

    private static long? Whole(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static decimal? Money(string text) => decimal.TryParse(text, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    // -20250929, -2025-09-29, -latest
    [GeneratedRegex("-(\\d{8}|\\d{4}-\\d{2}-\\d{2}|latest)$")]
    private static partial Regex Date();
}
