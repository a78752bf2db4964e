using System.Globalization;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>A model as models.dev describes it, perhaps by what it has in common with another one. A null was not said.</summary>
internal sealed class ModelsDevModel
{
    private static readonly string[] TextOnly = ["text"];
    private static readonly string[] TextAndImages = ["text", "image"];

    /// <summary>Of the model that has the rest, as <c>provider/model</c>.</summary>
    public string? Base { get; set; }

    /// <summary>What is not to be taken of that one.</summary>
    public string[]? Omitted { get; set; }

    /// <summary>Where the model stands in a list without providers: its own word for its provider.</summary>
    public string? Provider { get; set; }
    public string? Id { get; set; }
    public string? Name { get; set; }
    public string? Family { get; set; }
    public string? Released { get; set; }
    public string? Status { get; set; }
    public string[]? Input { get; set; }
    public string[]? Output { get; set; }
    public string[]? Efforts { get; set; }
    public ReasoningBudget? Budget { get; set; }
    public decimal? InputPrice { get; set; }
    public decimal? OutputPrice { get; set; }
    public decimal? CacheRead { get; set; }
    public decimal? CacheWrite { get; set; }
    public decimal? Thinking { get; set; }
    public decimal? Request { get; set; }
    public List<PriceTier>? Tiers { get; set; }
    public long? Context { get; set; }
    public long? MaxInput { get; set; }
    public long? MaxOutput { get; set; }
    public bool? Tools { get; set; }
    public bool? Reasoning { get; set; }
    public bool? Structured { get; set; }
    public bool? Attachment { get; set; }

    /// <summary>It says itself what it is.</summary>
    public bool IsWhole => Base is null && Context is not null && Input is not null;

    public ModelInfo ToInfo(ModelRef reference) => new(reference)
    {
        DisplayName = Name ?? reference.Model,
        Family = Family,
        Released = Date(Released),
        Status = Status,
        ContextWindow = Context,
        MaxInput = MaxInput,
        MaxOutput = MaxOutput,
        Price = InputPrice is { } input && OutputPrice is { } output
            ? new(input, output, CacheRead, CacheWrite) { Reasoning = Thinking, Request = Request ?? 0, Tiers = Tiers is null ? [] : [.. Tiers.OrderBy(tier => tier.Above)] }
            : null,
        InputModalities = Input is { Length: > 0 } kinds ? kinds : Attachment == true ? TextAndImages : TextOnly,
        OutputModalities = Output is { Length: > 0 } made ? made : TextOnly,
        SupportsTools = Tools ?? true,
        SupportsReasoning = Reasoning ?? false,
        SupportsStructuredOutput = Structured ?? false,
        Efforts = Efforts ?? [],
        ReasoningBudget = Budget,
        Tokenizer = ModelNames.Tokenizer(reference.Model),
    };

    /// <summary>What this one leaves out is as in that one; prices are each provider's own.</summary>
    public void Complete(ModelsDevModel other)
    {
        bool Takes(string name) => Omitted?.Contains(name) != true;
        Name ??= Takes("name") ? other.Name : null;
        Family ??= Takes("family") ? other.Family : null;
        Released ??= Takes("release_date") ? other.Released : null;
        Tools ??= Takes("tool_call") ? other.Tools : null;
        Reasoning ??= Takes("reasoning") ? other.Reasoning : null;
        Structured ??= Takes("structured_output") ? other.Structured : null;
        Attachment ??= Takes("attachment") ? other.Attachment : null;
        Input ??= Takes("modalities") ? other.Input : null;
        Output ??= Takes("modalities") ? other.Output : null;
        Context ??= Takes("limit") ? other.Context : null;
        MaxInput ??= Takes("limit") && Takes("limit.input") ? other.MaxInput : null;
        MaxOutput ??= Takes("limit") ? other.MaxOutput : null;
        if (Efforts is null && Takes("reasoning_options"))
        {
            (Efforts, Budget) = (other.Efforts, other.Budget);
        }
    }

    // Some days and months are not known.
    private static DateOnly? Date(string? text) => text is { Length: >= 4 }
        && DateOnly.TryParseExact(text.Length == 4 ? text + "-01-01" : text.Length == 7 ? text + "-01" : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
