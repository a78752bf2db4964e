using System.Globalization;
using System.Text;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>A model as one line of fields between tabs; what is at the end and empty is left out.</summary>
internal static class ModelRow
{
    private static readonly (char Letter, string Name)[] Modalities = [('t', "text"), ('i', "image"), ('p', "pdf"), ('a', "audio"), ('v', "video")];

    /// <param name="id">As the provider calls it.</param>
    public static void Write(StringBuilder row, string id, ModelInfo model)
    {
        row.Append(id).Append('\t').Append(model.DisplayName == id ? null : model.DisplayName).Append('\t').Append(model.Family);
        row.Append('\t');
        if (model.Released is { } released)
        {
            row.Append(CultureInfo.InvariantCulture, $"{released:yyyy-MM-dd}");
        }
        row.Append('\t');
        Write(row, model.ContextWindow, '\t');
        Write(row, model.MaxInput, '\t');
        Write(row, model.MaxOutput, '\t');
        if (model.Price is { } price)
        {
            Write(row, price);
        }
        row.Append('\t');
        for (var i = 0; i < model.Price?.Tiers.Count; i++)
        {
            var tier = model.Price.Tiers[i];
            row.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : "|")}{tier.Above}:");
            Write(row, tier.Price);
        }
        row.Append('\t').Append(model.SupportsTools ? "t" : null).Append(model.SupportsReasoning ? "r" : null).Append(model.SupportsStructuredOutput ? "s" : null).Append(model.Status?[0]).Append('\t');
        if (model.InputModalities is not ["text"] || model.OutputModalities is not ["text"])
        {
            Write(row, model.InputModalities);
            row.Append('>');
            Write(row, model.OutputModalities);
        }
        row.Append('\t').AppendJoin(',', model.Efforts).Append('\t');
        if (model.ReasoningBudget is { } budget)
        {
            Write(row, budget.Min, '-');
            if (budget.Max is { } most)
            {
                row.Append(CultureInfo.InvariantCulture, $"{most}");
            }
        }
        row.Append('\t').Append(model.Tokenizer == ModelNames.Tokenizer(id) ? null : model.Tokenizer);
        TrimEnd(row, '\t');
    }

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

    private static void Write(StringBuilder row, ModelPrice price)
    {
        Write(row, price.Input);
        Write(row, price.Output);
        Write(row, price.CacheRead);
        Write(row, price.CacheWrite);
        Write(row, price.Reasoning);
        Write(row, price.Request == 0 ? (decimal?)null : price.Request);
        TrimEnd(row, ';');
    }

    // A nullable one in an interpolated string is boxed, five thousand times.
    private static void Write(StringBuilder row, decimal? amount)
    {
        if (amount is { } known)
        {
            row.Append(CultureInfo.InvariantCulture, $"{known:0.############}");
        }
        row.Append(';');
    }

    private static void Write(StringBuilder row, long? number, char end)
    {
        if (number is { } known)
        {
            row.Append(CultureInfo.InvariantCulture, $"{known}");
        }
        row.Append(end);
    }

    // In a row of this table: what is before it ends with something else.
    private static void TrimEnd(StringBuilder row, char mark)
    {
        while (row.Length > 0 && row[^1] == mark)
        {
            row.Length--;
        }
    }

    private static ModelPrice? ReadPrice(string text)
    {
        var amounts = text.Split(';');
        decimal? Amount(int at) => at < amounts.Length && decimal.TryParse(amounts[at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount : null;
        return Amount(0) is { } input && Amount(1) is { } output ? new(input, output, Amount(2), Amount(3)) { Reasoning = Amount(4), Request = Amount(5) ?? 0 } : null;
    }

    private static PriceTier? ReadTier(string text) => text.Split(':') is [var above, var amounts] && Whole(above) is { } tokens && ReadPrice(amounts) is { } price ? new(tokens, price) : null;

    private static int Arrow(string kinds) => kinds.IndexOf('>', StringComparison.Ordinal) is >= 0 and var at ? at : kinds.Length;

    private static string[] Names(string letters) => [.. Modalities.Where(kind => letters.Contains(kind.Letter, StringComparison.Ordinal)).Select(kind => kind.Name)];

    private static void Write(StringBuilder row, IReadOnlyList<string> names)
    {
        foreach (var (letter, name) in Modalities)
        {
            if (names.Contains(name))
            {
                row.Append(letter);
            }
        }
    }

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
