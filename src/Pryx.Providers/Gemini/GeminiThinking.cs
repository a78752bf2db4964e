using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Gemini;

/// <summary>Writes the thinkingConfig: a level for Gemini 3, a budget for 2.5, nothing for models that do not think. Both at once are refused.</summary>
internal static class GeminiThinking
{
    // Some take "minimal" and others refuse the whole request over it: only the catalog can say.
    private static readonly string[] ProLevels = ["low", "high"];
    private static readonly string[] FlashLevels = ["low", "medium", "high"];
    private static readonly ReasoningBudget ProBudget = new(128, 32_768);
    private static readonly ReasoningBudget FlashBudget = new(512, 24_576);

    public static void Write(Utf8JsonWriter json, string model, ModelInfo? info, ChatOptions? options)
    {
        if (!Thinks(model, info))
            return;
        json.WriteStartObject("thinkingConfig"u8);
        var isOff = false;
        if (GeminiVersion.Of(model) >= GeminiVersion.Level)
        {
            if (Level(model, info, options) is { } level)
                json.WriteString("thinkingLevel"u8, level);
        }
        else if (Budget(model, info, options) is { } budget)
        {
            json.WriteNumber("thinkingBudget"u8, budget);
            isOff = budget == 0;
        }
        if (!isOff)
            json.WriteBoolean("includeThoughts"u8, true);
        json.WriteEndObject();
    }

    // The image and speech models of a thinking generation do not think.
    private static bool Thinks(string model, ModelInfo? info) =>
        GeminiVersion.Of(model) >= GeminiVersion.Budget && info?.SupportsReasoning != false
            && !model.Contains("-image", StringComparison.Ordinal) && !model.Contains("-tts", StringComparison.Ordinal);

    private static string? Level(string model, ModelInfo? info, ChatOptions? options) =>
        Efforts.Name(Efforts.Of(options), info is { Efforts.Count: > 0 } ? info.Efforts : IsPro(model) ? ProLevels : FlashLevels);

    /// <summary>Pro can not be told to leave it, only to think little.</summary>
    private static int? Budget(string model, ModelInfo? info, ChatOptions? options)
    {
        var bounds = info?.ReasoningBudget ?? (IsPro(model) ? ProBudget : FlashBudget);
        var budget = Efforts.Budget(options, bounds);
        return budget == 0 && IsPro(model) ? (int)(bounds.Min ?? ProBudget.Min!.Value) : budget;
    }

    private static bool IsPro(string model) => model.Contains("-pro", StringComparison.Ordinal);
}
