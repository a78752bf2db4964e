using System.Globalization;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>A model as one line of fields between tabs; what is at the end and empty is left out.</summary>
internal static class ModelRow
{
    private static readonly (char Letter, string Name)[] Modalities = [('t', "text"), ('i', "image"), ('p', "pdf"), ('a', "audio"), ('v', "video")];

    /// <param name="id">As the provider calls it.</param>
    public static string Write(string id, ModelInfo model) => string.Join('\t', (string[])
    [
        id,
        model.DisplayName == id ? "" : model.DisplayName ?? "",
        model.Family ?? "",
        model.Released?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        Text(model.ContextWindow),
        Text(model.MaxInput),
        Text(model.MaxOutput),
        model.Price is { } price ? Write(price) : "",
        model.Price is { } tiered ? string.Join('|', tiered.Tiers.Select(tier => $"{tier.Above.ToString(CultureInfo.InvariantCulture)}:{Write(tier.Price)}")) : "",
        $"{(model.SupportsTools ? "t" : "")}{(model.SupportsReasoning ? "r" : "")}{(model.SupportsStructuredOutput ? "s" : "")}{model.Status?[..1]}",
        $"{Letters(model.InputModalities)}>{Letters(model.OutputModalities)}" is var kinds && kinds == "t>t" ? "" : kinds,
        string.Join(',', model.Efforts),
        model.ReasoningBudget is { } budget ? $"{Text(budget.Min)}-{Text(budget.Max)}" : "",
        model.Tokenizer == ModelNames.Tokenizer(id) ? "" : model.Tokenizer ?? "",
    ]).TrimEnd('\t');

    public static ModelInfo Read(string line, ModelRef shown)
    {
        var fields = line.Split('\t');
        string Field(int at) => at < fields.Length ? fields[at] : "";
        var (flags, kinds) = (Field(9), Field(10));
        var price = ReadPrice(Field(7));
        IReadOnlyList<string> input = kinds.Length == 0 ? ["text"] : Names(kinds[..Arrow(kinds)]);
        return new(shown)
        {
            DisplayName = Field(1) is { Length: > 0 } name ? name : fields[0],
            Family = Field(2) is { Length: > 0 } family ? family : null,
            Released = DateOnly.TryParseExact(Field(3), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var released) ? released : null,
            ContextWindow = Whole(Field(4)),
            MaxInput = Whole(Field(5)),
            MaxOutput = Whole(Field(6)),
            Price = price is null || Field(8).Length == 0 ? price : price with { Tiers = [.. Field(8).Split('|').Select(ReadTier).OfType<PriceTier>()] },
            SupportsTools = flags.Contains('t', StringComparison.Ordinal),
            SupportsReasoning = flags.Contains('r', StringComparison.Ordinal),
            SupportsStructuredOutput = flags.Contains('s', StringComparison.Ordinal),
            SupportsCaching = price?.CacheRead is not null,
            SupportsImages = input.Contains("image"),
            Status = flags.Contains('d', StringComparison.Ordinal) ? "deprecated" : flags.Contains('b', StringComparison.Ordinal) ? "beta" : flags.Contains('a', StringComparison.Ordinal) ? "alpha" : null,
            InputModalities = input,
            OutputModalities = kinds.Length == 0 ? ["text"] : Names(kinds[Math.Min(kinds.Length, Arrow(kinds) + 1)..]),
            Efforts = Field(11).Split(',', StringSplitOptions.RemoveEmptyEntries),
            ReasoningBudget = Field(12).Split('-') is [var min, var max] ? new(Whole(min), Whole(max)) : null,
            Tokenizer = Field(13) is { Length: > 0 } tokenizer ? tokenizer : ModelNames.Tokenizer(fields[0]),
        };
    }

    private static string Write(ModelPrice price) => string.Join(';', (string[])
    [
        Text(price.Input), Text(price.Output), Text(price.CacheRead), Text(price.CacheWrite), Text(price.Reasoning), price.Request == 0 ? "" : Text(price.Request),
    ]).TrimEnd(';');

    private static ModelPrice? ReadPrice(string text)
    {
        var amounts = text.Split(';');
        decimal? Amount(int at) => at < amounts.Length && decimal.TryParse(amounts[at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount : null;
        return Amount(0) is { } input && Amount(1) is { } output ? new(input, output, Amount(2), Amount(3)) { Reasoning = Amount(4), Request = Amount(5) ?? 0 } : null;
    }

    private static PriceTier? ReadTier(string text) => text.Split(':') is [var above, var amounts] && Whole(above) is { } tokens && ReadPrice(amounts) is { } price ? new(tokens, price) : null;

    private static int Arrow(string kinds) => kinds.IndexOf('>', StringComparison.Ordinal) is >= 0 and var at ? at : kinds.Length;

    private static string[] Names(string letters) => [.. Modalities.Where(kind => letters.Contains(kind.Letter, StringComparison.Ordinal)).Select(kind => kind.Name)];

    private static string Letters(IReadOnlyList<string> names) => string.Concat(Modalities.Where(kind => names.Contains(kind.Name)).Select(kind => kind.Letter));

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Text(decimal? amount) => amount?.ToString("0.############", CultureInfo.InvariantCulture) ?? "";
}
