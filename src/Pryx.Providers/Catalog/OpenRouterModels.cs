using System.Globalization;
using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>OpenRouter's own list of models, <c>GET /api/v1/models</c>: prices are texts, in USD per token.</summary>
public static class OpenRouterModels
{
    private const string Id = "openrouter";

    // PRD §8.4.1: what OpenRouter lets through where a model does not say otherwise.
    private const int Tools = 10;
    private const int ParallelCalls = 5;

    /// <exception cref="CatalogException">It is broken or hostile; the message says where.</exception>
    public static CatalogContent Read(ReadOnlySpan<byte> json)
    {
        var models = new Dictionary<string, ModelInfo>(StringComparer.Ordinal);
        CatalogJson.Read(json, (ref Utf8JsonReader reader) => CatalogJson.Each(ref reader, "the list", "", (ref Utf8JsonReader value, string name) =>
        {
            if (name != "data")
            {
                value.Skip();
                return;
            }
            CatalogJson.EachOf(ref value, "data", "", (ref Utf8JsonReader entry) =>
            {
                var model = new Entry().Read(ref entry);
                if (models.Count >= CatalogLimits.Models || !models.TryAdd(model.Ref.Model, model))
                {
                    throw new CatalogException($"{CatalogJson.Shown(model.Ref.Model)} is there twice");
                }
            });
        }, isStrict: true));
        return models.Count == 0 ? throw new CatalogException("there is no model in it") : new([new(Id, "OpenRouter")], [.. models.Values]);
    }

    /// <summary>What the live list says, over what a catalog knows besides.</summary>
    public static ModelInfo? Merge(ModelInfo? known, ModelInfo? live)
    {
        var merged = live is null ? known : known is null ? live : known with
        {
            DisplayName = live.DisplayName,
            ContextWindow = live.ContextWindow ?? known.ContextWindow,
            MaxOutput = live.MaxOutput ?? known.MaxOutput,
            // It has no tiers; those of the catalog hold as long as they begin at the same price.
            Price = live.Price is null ? known.Price : known.Price is { } old && old.Input == live.Price.Input && old.Output == live.Price.Output ? live.Price with { Tiers = old.Tiers } : live.Price,
            Tokenizer = live.Tokenizer ?? known.Tokenizer,
            InputModalities = live.InputModalities,
            OutputModalities = live.OutputModalities,
            SupportsTools = live.SupportsTools,
            SupportsImages = live.SupportsImages,
            SupportsReasoning = live.SupportsReasoning,
            SupportsCaching = live.SupportsCaching,
            SupportsStructuredOutput = live.SupportsStructuredOutput,
        };
        return merged is null ? null : merged with { MaxToolsPerRequest = merged.MaxToolsPerRequest ?? Tools, MaxParallelToolCalls = merged.MaxParallelToolCalls ?? ParallelCalls };
    }

    private sealed class Entry
    {
        private string? _id, _name, _tokenizer;
        private long? _context, _topContext, _maxOutput, _created;
        private decimal? _in, _out, _cacheRead, _cacheWrite, _thinking, _request;
        private readonly List<string> _input = [], _output = [];
        private readonly HashSet<string> _parameters = new(StringComparer.Ordinal);

        private string At => _id ?? "data";

        public ModelInfo Read(ref Utf8JsonReader reader)
        {
            CatalogJson.Each(ref reader, "data", "", ReadProperty);
            if (string.IsNullOrEmpty(_id) || _id.Any(char.IsWhiteSpace))
            {
                throw new CatalogException("data: a model without an id");
            }
            return new(new ModelRef(Id, _id))
            {
                DisplayName = _name ?? _id,
                Released = _created is > 0 and < 253_402_300_800 ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(_created.Value).UtcDateTime) : null,
                ContextWindow = _topContext ?? _context,
                MaxOutput = _maxOutput,
                Price = _in is { } input && _out is { } output ? new(input, output, _cacheRead, _cacheWrite) { Reasoning = _thinking, Request = _request ?? 0 } : null,
                Tokenizer = _tokenizer,
                InputModalities = _input.Count == 0 ? ["text"] : _input,
                OutputModalities = _output.Count == 0 ? ["text"] : _output,
                SupportsTools = _parameters.Contains("tools"),
                SupportsReasoning = _parameters.Contains("reasoning") || _parameters.Contains("include_reasoning"),
                SupportsStructuredOutput = _parameters.Contains("structured_outputs"),
                SupportsImages = _input.Contains("image"),
                SupportsCaching = _cacheRead is not null,
            };
        }

        private void ReadProperty(ref Utf8JsonReader reader, string name)
        {
            switch (name)
            {
                case "id":
                    _id = CatalogJson.Text(ref reader, "data", "id", CatalogLimits.Id);
                    break;
                case "name":
                    _name = CatalogJson.Text(ref reader, At, "name");
                    break;
                case "created":
                    _created = CatalogJson.Tokens(ref reader, At, "created");
                    break;
                case "context_length":
                    _context = CatalogJson.Tokens(ref reader, At, "context_length");
                    break;
                case "architecture" when reader.TokenType == JsonTokenType.StartObject:
                    CatalogJson.Each(ref reader, At, "architecture", ReadArchitecture);
                    break;
                case "pricing" when reader.TokenType == JsonTokenType.StartObject:
                    CatalogJson.Each(ref reader, At, "pricing", ReadPricing);
                    break;
                case "top_provider" when reader.TokenType == JsonTokenType.StartObject:
                    CatalogJson.Each(ref reader, At, "top_provider", ReadLimits);
                    break;
                case "supported_parameters":
                    CatalogJson.EachOf(ref reader, At, "supported_parameters", (ref Utf8JsonReader value) => _parameters.Add(CatalogJson.Text(ref value, At, "supported_parameters") ?? ""));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private void ReadArchitecture(ref Utf8JsonReader reader, string name)
        {
            switch (name)
            {
                case "input_modalities":
                    ReadKinds(ref reader, _input);
                    break;
                case "output_modalities":
                    ReadKinds(ref reader, _output);
                    break;
                case "tokenizer":
                    _tokenizer = CatalogJson.Text(ref reader, At, "tokenizer") is { } word and not "Other" and not "Router" ? word.ToLowerInvariant() : null;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private void ReadKinds(ref Utf8JsonReader reader, List<string> kinds) => CatalogJson.EachOf(ref reader, At, "architecture", (ref Utf8JsonReader value) =>
            kinds.Add(CatalogJson.Text(ref value, At, "architecture") switch { "file" => "pdf", { } word => word, null => "" }));

        private void ReadLimits(ref Utf8JsonReader reader, string name)
        {
            switch (name)
            {
                case "context_length":
                    _topContext = CatalogJson.Tokens(ref reader, At, "top_provider");
                    break;
                case "max_completion_tokens":
                    _maxOutput = CatalogJson.Tokens(ref reader, At, "top_provider");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private void ReadPricing(ref Utf8JsonReader reader, string name)
        {
            switch (name)
            {
                case "prompt":
                    _in = PerMillion(ref reader);
                    break;
                case "completion":
                    _out = PerMillion(ref reader);
                    break;
                case "input_cache_read":
                    _cacheRead = PerMillion(ref reader);
                    break;
                case "input_cache_write":
                    _cacheWrite = PerMillion(ref reader);
                    break;
                case "internal_reasoning":
                    // It says 0 where reasoning costs what output costs.
                    _thinking = PerMillion(ref reader) is > 0 and var price ? price : null;
                    break;
                case "request":
                    _request = Amount(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private decimal? PerMillion(ref Utf8JsonReader reader) => Amount(ref reader) * 1_000_000m is { } price
            ? price <= CatalogLimits.Price ? price : throw new CatalogException($"{CatalogJson.Shown(_id ?? "")}: {price.ToString(CultureInfo.InvariantCulture)} USD per million tokens is no price")
            : null;

        // -1 is how it says that the price depends on what it routes to.
        private decimal? Amount(ref Utf8JsonReader reader)
        {
            var text = reader.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number when reader.TryGetDecimal(out var number) => number.ToString(CultureInfo.InvariantCulture),
                _ => "?",
            };
            return text is null ? null
                : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && amount is >= -1 and <= 1_000 && amount is >= 0 or -1 ? amount == -1 ? null : amount
                : throw new CatalogException($"{CatalogJson.Shown(_id ?? "")}: \"{CatalogJson.Shown(text)}\" is no price");
        }
    }
}
