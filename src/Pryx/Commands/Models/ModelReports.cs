using System.Globalization;
using Pryx.Protocol.Models;
using Pryx.Terminal;

namespace Pryx.Commands.Models;

/// <summary>Models for people: a table that fits the terminal, or all about one.</summary>
internal sealed class ModelReports(CommandIo io)
{
    // Context, output, two prices, four flags, and the gaps between.
    private const int Numbers = 1 + 7 + 7 + 9 + 9 + 6;
    private readonly Style _style = io.OutStyle;

    public void Show(ModelList list)
    {
        var models = list.Models;
        if (list.Note is { } note)
        {
            io.Out.WriteLine(SafeText.Line(note));
        }
        if (models.Count > 0)
        {
            var width = io.IsOutTerminal ? Math.Max(io.Size().Width, 40) : int.MaxValue;
            var nameWidth = models.Max(model => TextLayout.WidthOf(Reference(model)));
            // Where there is no room for everything, the limits of replies go first, then what a model can do.
            var hasOutput = width - Numbers >= Math.Min(nameWidth, 36);
            var hasFlags = width - Numbers + 7 >= Math.Min(nameWidth, 28);
            nameWidth = Math.Max(5, Math.Min(nameWidth, width == int.MaxValue ? nameWidth : width - Numbers + (hasOutput ? 0 : 7) + (hasFlags ? 0 : 6)));
            io.Out.WriteLine(_style.Dim(Row("MODEL", nameWidth, "CONTEXT", hasOutput ? "OUTPUT" : null, "$ IN/1M", "$ OUT/1M", hasFlags ? "CAN" : null)));
            foreach (var model in models)
            {
                Show(model, nameWidth, hasOutput, hasFlags);
            }
        }
        // Beside the table, so that a pipe gets that alone.
        if (models.Count > 0)
        {
            io.Error.WriteLine(io.ErrorStyle.Dim($"{models.Count.ToString("N0", CultureInfo.InvariantCulture)} {(models.Count == 1 ? "model" : "models")}. CAN: t tools, i images, r reasoning, c cached input. {Origin(list.Catalog)}"));
        }
        if (list.Catalog?.Warning is { } warning)
        {
            io.Error.WriteLine($"{io.ErrorStyle.Yellow("!")} {SafeText.Line(warning)}");
        }
    }

    public void Show(ModelBody model)
    {
        io.Out.WriteLine($"{_style.Bold(SafeText.Line(model.Name))}  {_style.Cyan(SafeText.Line(Reference(model)))}{(model.Status is { } status ? "  " + _style.Yellow(SafeText.Line(status)) : "")}");
        if (model is { ContextWindow: null, InputPrice: null, ReleaseDate: null })
        {
            // It can be called all the same: models come out before catalogs know them.
            Line("Catalog", "not in it; it is called by this name");
        }
        Line("Context", model.ContextWindow is null ? "not known" : Tokens(model.ContextWindow) is var window && model.MaxInputTokens is { } most ? $"{window} tokens, at most {Tokens(most)} of them input" : $"{window} tokens");
        Line("Reply", model.MaxOutputTokens is null ? "limit not known" : $"at most {Tokens(model.MaxOutputTokens)} tokens");
        Line("Price", model is { InputPrice: { } input, OutputPrice: { } output } ? $"${Amount(input)} in, ${Amount(output)} out per 1M tokens" : "not known");
        if (model.CacheReadPrice is { } read)
        {
            Line("Cached input", $"${Amount(read)}{(model.CacheWritePrice is { } write ? $", ${Amount(write)} to write" : "")} per 1M tokens");
        }
        foreach (var tier in model.PriceTiers ?? [])
        {
            Line($"Above {Tokens(tier.Above)}", $"${Amount(tier.InputPrice)} in, ${Amount(tier.OutputPrice)} out per 1M tokens");
        }
        if (model.RequestPrice is { } request)
        {
            Line("Each call", $"${Amount(request)}");
        }
        string[] can =
        [
            .. model.SupportsTools ? (string[])["tools"] : [], .. model.SupportsVision ? (string[])["images"] : [], .. model.SupportsReasoning ? (string[])["reasoning"] : [],
            .. model.SupportsStructuredOutput ? (string[])["structured output"] : [], .. model.SupportsCaching ? (string[])["caching"] : [],
        ];
        Line("Can", can.Length > 0 ? string.Join(", ", can) : "text only");
        if (model is { InputModalities.Count: > 0, OutputModalities: not null })
        {
            Line("Takes", $"{string.Join(", ", model.InputModalities)} → {string.Join(", ", model.OutputModalities)}");
        }
        if (model.ReasoningEfforts is { } efforts)
        {
            Line("Reasoning", string.Join(", ", efforts));
        }
        if (model.ReasoningBudgetMin is not null || model.ReasoningBudgetMax is not null)
        {
            Line("Thinks with", $"{(model.ReasoningBudgetMin is { } least ? $"{Tokens(least)} " : "")}to {(model.ReasoningBudgetMax is { } top ? Tokens(top) : "any number of")} tokens");
        }
        if (model.MaxToolsPerRequest is { } tools)
        {
            Line("Tools", $"at most {tools} in a request{(model.MaxParallelToolCalls is { } parallel ? $", {parallel} calls at once" : "")}");
        }
        if (model.RateLimitRpm is not null || model.RateLimitRph is not null)
        {
            Line("Calls", string.Join(", ", new[] { model.RateLimitRpm is { } rpm ? $"{rpm} a minute" : null, model.RateLimitRph is { } rph ? $"{rph} an hour" : null }.Where(text => text is not null)));
        }
        if (model.Tokenizer is { } tokenizer)
        {
            Line("Tokenizer", tokenizer);
        }
        if (model.ReleaseDate is { } released)
        {
            Line("Released", released.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
        Line("Provider", model.Configured == true ? $"{model.Provider}, set up" : $"{model.Provider}, no key yet: pryx provider set-key {model.Provider}");
    }

    private void Show(ModelBody model, int nameWidth, bool hasOutput, bool hasFlags)
    {
        var flags = $"{(model.SupportsTools ? 't' : '-')}{(model.SupportsVision ? 'i' : '-')}{(model.SupportsReasoning ? 'r' : '-')}{(model.SupportsCaching ? 'c' : '-')}";
        var reference = Fitted(SafeText.Line(Reference(model)), nameWidth);
        var row = Row("", 0, Tokens(model.ContextWindow), hasOutput ? Tokens(model.MaxOutputTokens) : null, Price(model.InputPrice), Price(model.OutputPrice), hasFlags ? flags : null);
        var name = model.Status == "deprecated" ? _style.Dim(reference) : model.Configured == true ? _style.Green(reference) : _style.Cyan(reference);
        io.Out.WriteLine($"{name}{new string(' ', Math.Max(0, nameWidth - TextLayout.WidthOf(reference)))}{row}");
    }

    private static string Row(string name, int nameWidth, string context, string? output, string input, string priceOut, string? flags) =>
        $"{name.PadRight(nameWidth)} {context,7}{(output is null ? "" : $"{output,7}")}{input,9}{priceOut,9}{(flags is null ? "" : $"  {flags}")}";

    // The end of a name tells models apart.
    private static string Fitted(string text, int width)
    {
        if (TextLayout.WidthOf(text) <= width)
        {
            return text;
        }
        var head = width / 3;
        return $"{text[..head]}…{text[^(width - head - 1)..]}";
    }

    private static string Reference(ModelBody model) => model.Provider is { } provider ? $"{provider}/{model.Id}" : model.Id;

    private static string Origin(CatalogState? state) => state is null ? ""
        : $"{state.Source switch { "fetched" => "Catalog of", "file" => "Catalog file of", _ => "Bundled catalog of" }} {state.FetchedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}{(state.Source == "bundled" && state.Url is not null ? "; for all there are: pryx model refresh" : "")}.";

    /// <summary>128000 is 128K, 1048576 is 1M, as providers speak of them.</summary>
    internal static string Tokens(long? tokens) => tokens switch
    {
        null => "?",
        >= 1_000_000 => $"{Short(tokens.Value / 1_000_000m)}M",
        >= 1_000 => $"{Short(tokens.Value / 1_000m)}K",
        _ => tokens.Value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Short(decimal number) => (number >= 10 ? Math.Round(number) : Math.Round(number, 1)).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Price(decimal? price) => price switch { null => "?", 0 => "free", _ => Amount(price.Value) };

    private static string Amount(decimal price) => price.ToString(price >= 100 ? "0.##" : price >= 0.01m ? "0.00##" : "0.0#####", CultureInfo.InvariantCulture);

    private void Line(string name, string text) => io.Out.WriteLine($"  {_style.Dim(name.PadRight(13))} {SafeText.Line(text)}");
}
