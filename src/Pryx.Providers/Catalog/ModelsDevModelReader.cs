using System.Buffers;
using System.Text.Json;

namespace Pryx.Providers.Catalog;

/// <summary>Reads the models of one document, one after the other: five thousand of them, so it is made once and allocates little but what it gives.</summary>
internal sealed class ModelsDevModelReader
{
    private static readonly SearchValues<char> WordCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    private readonly HashSet<string> _pool = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];
    private readonly CatalogProperty _readProperty, _readModalities, _readLimit, _readCost, _readTier, _readTierSize, _readReasoning;
    private readonly CatalogReading _readTierEntry, _readReasoningEntry, _readWord;
    private ModelsDevModel _model = new();
    private object _at = "";
    private string _field = "";

    // Of the entry of a list that is being read.
    private long _above;
    private decimal? _tierInput, _tierOutput, _tierRead, _tierWrite;
    private string? _type;
    private string[] _values = [];
    private long? _min, _max;

    public ModelsDevModelReader()
    {
        (_readProperty, _readModalities, _readLimit, _readCost, _readTier, _readTierSize, _readReasoning) = (ReadProperty, ReadModalities, ReadLimit, ReadCost, ReadTierProperty, ReadTierSize, ReadReasoningProperty);
        (_readTierEntry, _readReasoningEntry, _readWord) = ((ref Utf8JsonReader reader) => ReadTier(ref reader, 0), ReadReasoning, ReadWord);
    }

    /// <param name="at">What the reader stands at, for error texts.</param>
    public ModelsDevModel Read(ref Utf8JsonReader reader, object at)
    {
        (_model, _at) = (new(), at);
        CatalogJson.Each(ref reader, at, "", _readProperty);
        return _model;
    }

    private string? Text(ref Utf8JsonReader reader, string field) => CatalogJson.Text(ref reader, _at, field, pool: _pool);

    private void ReadProperty(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "id":
                // Nearly always what it is filed under.
                _model.Id = _at is CatalogPlace place && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(place.Model) ? place.Model : CatalogJson.Text(ref reader, _at, name, CatalogLimits.Id);
                break;
            case "name":
                _model.Name = CatalogJson.Text(ref reader, _at, name);
                break;
            case "provider" when reader.TokenType == JsonTokenType.String:
            case "provider_id":
                _model.Provider = CatalogJson.Text(ref reader, _at, name, CatalogLimits.Id);
                break;
            case "family":
                _model.Family = Text(ref reader, name);
                break;
            case "release_date":
                _model.Released = Text(ref reader, name);
                break;
            case "status":
                _model.Status = Text(ref reader, name) is ("deprecated" or "beta" or "alpha") and var status ? status : null;
                break;
            case "base_model":
                _model.Base = CatalogJson.Text(ref reader, _at, name, CatalogLimits.Id);
                break;
            case "base_model_omit":
                _model.Omitted = Words(ref reader, name);
                break;
            case "tool_call":
                _model.Tools = CatalogJson.Bool(ref reader, _at, name);
                break;
            case "reasoning":
                _model.Reasoning = CatalogJson.Bool(ref reader, _at, name);
                break;
            case "structured_output":
                _model.Structured = CatalogJson.Bool(ref reader, _at, name);
                break;
            case "attachment":
                _model.Attachment = CatalogJson.Bool(ref reader, _at, name);
                break;
            case "modalities":
                CatalogJson.Each(ref reader, _at, name, _readModalities);
                break;
            case "limit":
                CatalogJson.Each(ref reader, _at, name, _readLimit);
                break;
            case "cost":
                CatalogJson.Each(ref reader, _at, name, _readCost);
                break;
            case "reasoning_options":
                _model.Efforts ??= [];
                CatalogJson.EachOf(ref reader, _at, name, _readReasoningEntry);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadModalities(ref Utf8JsonReader reader, string kind)
    {
        var words = Words(ref reader, "modalities");
        (_model.Input, _model.Output) = kind switch { "input" => (words, _model.Output), "output" => (_model.Input, words), _ => (_model.Input, _model.Output) };
    }

    private void ReadLimit(ref Utf8JsonReader reader, string name)
    {
        // A limit of 0 is how the catalog says that there is none to speak of.
        long? Known(long? tokens) => tokens == 0 ? null : tokens;
        switch (name)
        {
            case "context":
                _model.Context = Known(CatalogJson.Tokens(ref reader, _at, "limit.context"));
                break;
            case "input":
                _model.MaxInput = Known(CatalogJson.Tokens(ref reader, _at, "limit.input"));
                break;
            case "output":
                _model.MaxOutput = Known(CatalogJson.Tokens(ref reader, _at, "limit.output"));
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadCost(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "input":
                _model.InputPrice = CatalogJson.Price(ref reader, _at, "cost.input");
                break;
            case "output":
                _model.OutputPrice = CatalogJson.Price(ref reader, _at, "cost.output");
                break;
            case "cache_read" or "cached_input" or "cache_input":
                _model.CacheRead = CatalogJson.Price(ref reader, _at, name) ?? _model.CacheRead;
                break;
            case "cache_write" or "cached_write":
                _model.CacheWrite = CatalogJson.Price(ref reader, _at, name) ?? _model.CacheWrite;
                break;
            case "reasoning":
                _model.Thinking = CatalogJson.Price(ref reader, _at, "cost.reasoning");
                break;
            case "request":
                _model.Request = CatalogJson.Price(ref reader, _at, "cost.request");
                break;
            case "tiers":
                CatalogJson.EachOf(ref reader, _at, "cost.tiers", _readTierEntry);
                break;
            case "context_over_200k":
                ReadTier(ref reader, 200_000);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadTier(ref Utf8JsonReader reader, long above)
    {
        (_above, _tierInput, _tierOutput, _tierRead, _tierWrite) = (above, null, null, null, null);
        CatalogJson.Each(ref reader, _at, "cost.tiers", _readTier);
        if (_above > 0 && _tierInput is { } dearer && _tierOutput is { } longer)
        {
            (_model.Tiers ??= []).Add(new(_above, new(dearer, longer, _tierRead, _tierWrite)));
        }
    }

    private void ReadTierProperty(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "tier":
                CatalogJson.Each(ref reader, _at, "cost.tiers", _readTierSize);
                break;
            case "input":
                _tierInput = CatalogJson.Price(ref reader, _at, "cost.tiers");
                break;
            case "output":
                _tierOutput = CatalogJson.Price(ref reader, _at, "cost.tiers");
                break;
            case "cache_read":
                _tierRead = CatalogJson.Price(ref reader, _at, "cost.tiers");
                break;
            case "cache_write":
                _tierWrite = CatalogJson.Price(ref reader, _at, "cost.tiers");
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadTierSize(ref Utf8JsonReader reader, string name)
    {
        if (name == "size")
        {
            _above = CatalogJson.Tokens(ref reader, _at, "cost.tiers.size") ?? 0;
        }
        else
        {
            reader.Skip();
        }
    }

    private void ReadReasoning(ref Utf8JsonReader reader)
    {
        (_type, _values, _min, _max) = (null, [], null, null);
        CatalogJson.Each(ref reader, _at, "reasoning_options", _readReasoning);
        _model.Efforts = _type == "effort" ? _values : _model.Efforts;
        _model.Budget = _type == "budget_tokens" ? new(_min, _max) : _model.Budget;
    }

    private void ReadReasoningProperty(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "type":
                _type = Text(ref reader, "reasoning_options");
                break;
            case "values":
                _values = Words(ref reader, "reasoning_options");
                break;
            case "min":
                _min = CatalogJson.Tokens(ref reader, _at, "reasoning_options", takesNone: true);
                break;
            case "max":
                _max = CatalogJson.Tokens(ref reader, _at, "reasoning_options", takesNone: true);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private string[] Words(ref Utf8JsonReader reader, string field)
    {
        _field = field;
        _words.Clear();
        CatalogJson.EachOf(ref reader, _at, field, _readWord);
        return [.. _words];
    }

    // Words that a row of the table can hold; others mean nothing to us.
    private void ReadWord(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && Text(ref reader, _field) is { Length: > 0 and <= 40 } word && !word.AsSpan().ContainsAnyExcept(WordCharacters))
        {
            _words.Add(word);
        }
        else
        {
            reader.Skip();
        }
    }
}
