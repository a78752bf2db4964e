using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>
/// How many tokens a family of tokenizers makes of which kind of text. Fitted to the published tokenizers cl100k_base, o200k_base and
/// Claude's (2023) over code, prose in nine languages, JSON, logs and base64; docs/decisions has the errors that were measured.
/// </summary>
internal sealed class TokenWeights
{
    private TokenWeights()
    {
    }

    public required string Name { get; init; }

    /// <summary>A run of small letters, with the capital before it: most are one token with the space in front of them.</summary>
    public required double Word { get; init; }

    /// <summary>Each letter of a word beyond the sixth.</summary>
    public required double LongWord { get; init; }

    /// <summary>Each letter of a run of capitals.</summary>
    public required double Capital { get; init; }

    /// <summary>Each begun group of three digits.</summary>
    public required double Digits { get; init; }

    /// <summary>The first sign of a run.</summary>
    public required double Sign { get; init; }
    public required double MoreSigns { get; init; }

    /// <summary>A run of white space that is more than the one space between words.</summary>
    public required double Space { get; init; }
    public required double Han { get; init; }
    public required double Kana { get; init; }
    public required double Hangul { get; init; }

    /// <summary>A letter of the Cyrillic and Greek alphabets.</summary>
    public required double Cyrillic { get; init; }

    /// <summary>A letter with an accent.</summary>
    public required double Accented { get; init; }

    /// <summary>Any other UTF-16 unit: emoji, Arabic, Devanagari, box drawing.</summary>
    public required double Other { get; init; }

    /// <summary>Each character of a long run without words: base64, hashes.</summary>
    public required double Blob { get; init; }

    private static readonly TokenWeights O200K = new()
    {
        Name = "o200k", Word = 0.72, LongWord = 0.30, Capital = 0.36, Digits = 1.22, Sign = 0.63, MoreSigns = 0.18, Space = 2.39,
        Han = 0.82, Kana = 0.65, Hangul = 0.68, Cyrillic = 0.24, Accented = 0.66, Other = 0.90, Blob = 0.55,
    };

    private static readonly TokenWeights Cl100K = new()
    {
        Name = "cl100k", Word = 0.65, LongWord = 0.45, Capital = 0.37, Digits = 1.24, Sign = 0.60, MoreSigns = 0.19, Space = 2.43,
        Han = 1.12, Kana = 0.93, Hangul = 1.04, Cyrillic = 0.41, Accented = 1.60, Other = 0.95, Blob = 0.56,
    };

    private static readonly TokenWeights Claude = new()
    {
        Name = "claude", Word = 0.59, LongWord = 0.59, Capital = 0.31, Digits = 0.72, Sign = 1.12, MoreSigns = 0.00, Space = 1.88,
        Han = 1.01, Kana = 0.92, Hangul = 1.23, Cyrillic = 0.52, Accented = 2.24, Other = 0.76, Blob = 0.55,
    };

    /// <summary>Of a family nobody published, such as Gemini's, the middle one is taken until the provider's first count corrects it.</summary>
    public static TokenWeights For(ModelInfo model)
    {
        var name = model.Ref.Model;
        if (Names("claude"))
        {
            return Claude;
        }
        var isOlder = Names("gpt-4") && !Names("gpt-4o") && !Names("gpt-4.1") && !Names("gpt-4.5");
        var isNewer = Names("gpt-") || Names("chatgpt") || model.Ref.Provider == "openai" || Names("gemini") || Names("gemma") || Names("qwen") || Names("deepseek") || Names("kimi") || Names("glm");
        return model.Tokenizer switch
        {
            { } known when known.Contains("o200k", StringComparison.OrdinalIgnoreCase) => O200K,
            { } known when known.Contains("claude", StringComparison.OrdinalIgnoreCase) => Claude,
            { } known when known.Contains("cl100k", StringComparison.OrdinalIgnoreCase) => Cl100K,
            _ => isNewer && !isOlder && !Names("gpt-3.5") ? O200K : Cl100K,
        };

        bool Names(string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
    }
}
