using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Catalog;

/// <summary>The cache file as other programs know it: <c>{models: {provider/model: …}, providers: {id: {name, npm, env, doc, api}}, fetched_at, cached_at}</c>.</summary>
internal static class CatalogWriter
{
    public static byte[] Write(CatalogContent content, CatalogStamp stamp)
    {
        var buffer = new ArrayBufferWriter<byte>(content.Models.Count * 350);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("fetched_at", stamp.FetchedAt);
            json.WriteString("cached_at", stamp.CheckedAt);
            json.WriteStartObject("providers");
            foreach (var provider in content.Providers)
            {
                Write(json, provider);
            }
            json.WriteEndObject();
            json.WriteStartObject("models");
            foreach (var model in content.Models)
            {
                Write(json, model);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, CatalogProvider provider)
    {
        json.WriteStartObject(provider.Id);
        json.WriteString("name", provider.Name);
        json.WriteString("npm", provider.Npm);
        json.WriteStartArray("env");
        foreach (var name in provider.Env)
        {
            json.WriteStringValue(name);
        }
        json.WriteEndArray();
        if (provider.Api.Length > 0)
        {
            json.WriteString("api", provider.Api);
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ModelInfo model)
    {
        json.WriteStartObject(model.Ref.ToString());
        json.WriteString("id", model.Ref.Model);
        json.WriteString("provider", model.Ref.Provider);
        json.WriteString("name", model.DisplayName);
        Text("family", model.Family);
        Text("release_date", model.Released?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Text("status", model.Status);
        json.WriteBoolean("tool_call", model.SupportsTools);
        json.WriteBoolean("reasoning", model.SupportsReasoning);
        json.WriteBoolean("structured_output", model.SupportsStructuredOutput);
        json.WriteStartObject("limit");
        Whole("context", model.ContextWindow);
        Whole("input", model.MaxInput);
        Whole("output", model.MaxOutput);
        json.WriteEndObject();
        json.WriteStartObject("modalities");
        Words("input", model.InputModalities);
        Words("output", model.OutputModalities);
        json.WriteEndObject();
        if (model.Price is { } price)
        {
            json.WriteStartObject("cost");
            Write(json, price);
            if (price.Tiers.Count > 0)
            {
                json.WriteStartArray("tiers");
                foreach (var tier in price.Tiers)
                {
                    json.WriteStartObject();
                    json.WriteStartObject("tier");
                    json.WriteNumber("size", tier.Above);
                    json.WriteEndObject();
                    Write(json, tier.Price);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        if (model.Efforts.Count > 0 || model.ReasoningBudget is not null)
        {
            json.WriteStartArray("reasoning_options");
            if (model.Efforts.Count > 0)
            {
                json.WriteStartObject();
                json.WriteString("type", "effort");
                Words("values", model.Efforts);
                json.WriteEndObject();
            }
            if (model.ReasoningBudget is { } budget)
            {
                json.WriteStartObject();
                json.WriteString("type", "budget_tokens");
                Whole("min", budget.Min);
                Whole("max", budget.Max);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();

        void Text(string name, string? text)
        {
            if (text is not null)
            {
                json.WriteString(name, text);
            }
        }

        void Whole(string name, long? number)
        {
            if (number is { } known)
            {
                json.WriteNumber(name, known);
            }
        }

        void Words(string name, IReadOnlyList<string> words)
        {
            json.WriteStartArray(name);
            foreach (var word in words)
            {
                json.WriteStringValue(word);
            }
            json.WriteEndArray();
        }
    }

    private static void Write(Utf8JsonWriter json, ModelPrice price)
    {
        json.WriteNumber("input", price.Input);
        json.WriteNumber("output", price.Output);
        if (price.CacheRead is { } read)
        {
            json.WriteNumber("cache_read", read);
        }
        if (price.CacheWrite is { } write)
        {
            json.WriteNumber("cache_write", write);
        }
        if (price.Reasoning is { } reasoning)
        {
            json.WriteNumber("reasoning", reasoning);
        }
        if (price.Request > 0)
        {
            json.WriteNumber("request", price.Request);
        }
    }
}
