using System.Globalization;
using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>A model as models.dev describes it, perhaps by what it has in common with another one.</summary>
internal sealed class ModelsDevModel
{
    private bool? _tools, _reasoning, _structured, _attachment;
    private string[]? _input, _output, _efforts;
    private string? _name, _family, _released, _status;
    private ReasoningBudget? _budget;
    private decimal? _in, _out, _cacheRead, _cacheWrite, _thinking, _request;
    private List<PriceTier>? _tiers;
    private long? _context, _maxInput, _maxOutput;
    private HashSet<string>? _omitted;

    /// <summary>Of the model that has the rest, as <c>provider/model</c>.</summary>
    public string? Base { get; private set; }

    /// <summary>Where the model stands in a list without providers: its own word for its provider.</summary>
    public string? Provider { get; private set; }
    public string? Id { get; private set; }
    public long? Context => _context;

    /// <summary>It says itself what it is.</summary>
    public bool IsWhole => Base is null && _context is not null && _input is not null;

    /// <param name="at">What the reader stands at, for error texts.</param>
    public static ModelsDevModel Read(ref Utf8JsonReader reader, string at)
    {
        var model = new ModelsDevModel();
        CatalogJson.Each(ref reader, at, "", (ref Utf8JsonReader value, string name) => model.ReadProperty(ref value, name, at));
        return model;
    }

    public ModelInfo ToInfo(ModelRef reference) => new(reference)
    {
        DisplayName = _name ?? reference.Model,
        Family = _family,
        Released = Date(_released),
        Status = _status,
        ContextWindow = _context,
        MaxInput = _maxInput,
        MaxOutput = _maxOutput,
        Price = _in is { } input && _out is { } output
            ? new(input, output, _cacheRead, _cacheWrite) { Reasoning = _thinking, Request = _request ?? 0, Tiers = [.. (_tiers ?? []).OrderBy(tier => tier.Above)] }
            : null,
        InputModalities = _input is { Length: > 0 } kinds ? kinds : _attachment == true ? ["text", "image"] : ["text"],
        OutputModalities = _output is { Length: > 0 } made ? made : ["text"],
        SupportsTools = _tools ?? true,
        SupportsReasoning = _reasoning ?? false,
        SupportsStructuredOutput = _structured ?? false,
        Efforts = _efforts ?? [],
        ReasoningBudget = _budget,
        Tokenizer = ModelNames.Tokenizer(reference.Model),
    };

    /// <summary>What this one leaves out is as in that one; prices are each provider's own.</summary>
    public void Complete(ModelsDevModel other)
    {
        bool Takes(string name) => _omitted?.Contains(name) != true;
        _name ??= Takes("name") ? other._name : null;
        _family ??= Takes("family") ? other._family : null;
        _released ??= Takes("release_date") ? other._released : null;
        _tools ??= Takes("tool_call") ? other._tools : null;
        _reasoning ??= Takes("reasoning") ? other._reasoning : null;
        _structured ??= Takes("structured_output") ? other._structured : null;
        _attachment ??= Takes("attachment") ? other._attachment : null;
        _input ??= Takes("modalities") ? other._input : null;
        _output ??= Takes("modalities") ? other._output : null;
        _context ??= Takes("limit") ? other._context : null;
        _maxInput ??= Takes("limit") && Takes("limit.input") ? other._maxInput : null;
        _maxOutput ??= Takes("limit") ? other._maxOutput : null;
        if (_efforts is null && Takes("reasoning_options"))
        {
            (_efforts, _budget) = (other._efforts, other._budget);
        }
    }

    private void ReadProperty(ref Utf8JsonReader reader, string name, string at)
    {
        switch (name)
        {
            case "id":
                Id = CatalogJson.Text(ref reader, at, "id", CatalogLimits.Id);
                break;
            case "name":
                _name = CatalogJson.Text(ref reader, at, "name");
                break;
            case "provider" when reader.TokenType == JsonTokenType.String:
            case "provider_id":
                Provider = CatalogJson.Text(ref reader, at, name, CatalogLimits.Id);
                break;
            case "family":
                _family = CatalogJson.Text(ref reader, at, "family");
                break;
            case "release_date":
                _released = CatalogJson.Text(ref reader, at, "release_date");
                break;
            case "status":
                _status = CatalogJson.Text(ref reader, at, "status") is ("deprecated" or "beta" or "alpha") and var status ? status : null;
                break;
            case "base_model":
                Base = CatalogJson.Text(ref reader, at, "base_model", CatalogLimits.Id);
                break;
            case "base_model_omit":
                _omitted = [.. Words(ref reader, at, "base_model_omit")];
                break;
            case "tool_call":
                _tools = CatalogJson.Bool(ref reader, at, "tool_call");
                break;
            case "reasoning":
                _reasoning = CatalogJson.Bool(ref reader, at, "reasoning");
                break;
            case "structured_output":
                _structured = CatalogJson.Bool(ref reader, at, "structured_output");
                break;
            case "attachment":
                _attachment = CatalogJson.Bool(ref reader, at, "attachment");
                break;
            case "modalities":
                CatalogJson.Each(ref reader, at, "modalities", (ref Utf8JsonReader value, string kind) =>
                {
                    var words = Words(ref value, at, "modalities");
                    (_input, _output) = kind switch { "input" => (words, _output), "output" => (_input, words), _ => (_input, _output) };
                });
                break;
            case "limit":
                CatalogJson.Each(ref reader, at, "limit", (ref Utf8JsonReader value, string kind) => ReadLimit(ref value, kind, at));
                break;
            case "cost":
                CatalogJson.Each(ref reader, at, "cost", (ref Utf8JsonReader value, string kind) => ReadCost(ref value, kind, at));
                break;
            case "reasoning_options":
                _efforts ??= [];
                CatalogJson.EachOf(ref reader, at, "reasoning_options", (ref Utf8JsonReader value) => ReadReasoning(ref value, at));
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadLimit(ref Utf8JsonReader reader, string name, string at)
    {
        // A limit of 0 is how the catalog says that there is none to speak of.
        long? Known(long? tokens) => tokens == 0 ? null : tokens;
        switch (name)
        {
            case "context":
                _context = Known(CatalogJson.Tokens(ref reader, at, "limit.context"));
                break;
            case "input":
                _maxInput = Known(CatalogJson.Tokens(ref reader, at, "limit.input"));
                break;
            case "output":
                _maxOutput = Known(CatalogJson.Tokens(ref reader, at, "limit.output"));
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadCost(ref Utf8JsonReader reader, string name, string at)
    {
        switch (name)
        {
            case "input":
                _in = CatalogJson.Price(ref reader, at, "cost.input");
                break;
            case "output":
                _out = CatalogJson.Price(ref reader, at, "cost.output");
                break;
            case "cache_read" or "cached_input" or "cache_input":
                _cacheRead = CatalogJson.Price(ref reader, at, name) ?? _cacheRead;
                break;
            case "cache_write" or "cached_write":
                _cacheWrite = CatalogJson.Price(ref reader, at, name) ?? _cacheWrite;
                break;
            case "reasoning":
                _thinking = CatalogJson.Price(ref reader, at, "cost.reasoning");
                break;
            case "request":
                _request = CatalogJson.Price(ref reader, at, "cost.request");
                break;
            case "tiers":
                CatalogJson.EachOf(ref reader, at, "cost.tiers", (ref Utf8JsonReader value) => ReadTier(ref value, 0, at));
                break;
            case "context_over_200k":
                ReadTier(ref reader, 200_000, at);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadTier(ref Utf8JsonReader reader, long above, string at)
    {
        decimal? input = null, output = null, read = null, write = null;
        CatalogJson.Each(ref reader, at, "cost.tiers", (ref Utf8JsonReader value, string name) =>
        {
            switch (name)
            {
                case "tier":
                    CatalogJson.Each(ref value, at, "cost.tiers", (ref Utf8JsonReader inner, string kind) =>
                    {
                        if (kind == "size")
                        {
                            above = CatalogJson.Tokens(ref inner, at, "cost.tiers.size") ?? 0;
                        }
                        else
                        {
                            inner.Skip();
                        }
                    });
                    break;
                case "input":
                    input = CatalogJson.Price(ref value, at, "cost.tiers");
                    break;
                case "output":
                    output = CatalogJson.Price(ref value, at, "cost.tiers");
                    break;
                case "cache_read":
                    read = CatalogJson.Price(ref value, at, "cost.tiers");
                    break;
                case "cache_write":
                    write = CatalogJson.Price(ref value, at, "cost.tiers");
                    break;
                default:
                    value.Skip();
                    break;
            }
        });
        if (above > 0 && input is { } dearer && output is { } longer)
        {
            (_tiers ??= []).Add(new(above, new(dearer, longer, read, write)));
        }
    }

    private void ReadReasoning(ref Utf8JsonReader reader, string at)
    {
        string? type = null;
        string[] values = [];
        long? min = null, max = null;
        CatalogJson.Each(ref reader, at, "reasoning_options", (ref Utf8JsonReader value, string name) =>
        {
            switch (name)
            {
                case "type":
                    type = CatalogJson.Text(ref value, at, "reasoning_options");
                    break;
                case "values":
                    values = Words(ref value, at, "reasoning_options");
                    break;
                case "min":
                    min = CatalogJson.Tokens(ref value, at, "reasoning_options", takesNone: true);
                    break;
                case "max":
                    max = CatalogJson.Tokens(ref value, at, "reasoning_options", takesNone: true);
                    break;
                default:
                    value.Skip();
                    break;
            }
        });
        (_efforts, _budget) = (type == "effort" ? values : _efforts, type == "budget_tokens" ? new(min, max) : _budget);
    }

    // Words that a row of the table can hold; others mean nothing to us.
    private static string[] Words(ref Utf8JsonReader reader, string at, string field)
    {
        var words = new List<string>();
        CatalogJson.EachOf(ref reader, at, field, (ref Utf8JsonReader value) =>
        {
            if (value.TokenType == JsonTokenType.String && CatalogJson.Text(ref value, at, field) is { Length: > 0 and <= 40 } word && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            {
                words.Add(word);
            }
            else
            {
                value.Skip();
            }
        });
        return [.. words];
    }

    // Some days and months are not known.
    private static DateOnly? Date(string? text) => text is { Length: >= 4 }
        && DateOnly.TryParseExact(text.Length == 4 ? text + "-01-01" : text.Length == 7 ? text + "-01" : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
