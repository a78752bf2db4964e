using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>Which of a provider's own models does small jobs, such as a summary, at a fraction of the price.</summary>
public static class SmallModels
{
    /// <summary>Null where none is known: the model in use then does them too. A local server would have to load another one.</summary>
    public static ModelRef? Of(string provider) => provider switch
    {
        "openai" => new(provider, "gpt-5.4-mini"),
        "anthropic" => new(provider, "claude-haiku-4-5"),
        "google" => new(provider, "gemini-3.1-flash-lite"),
        "openrouter" => new(provider, "~anthropic/claude-haiku-latest"),
        "groq" => new(provider, "openai/gpt-oss-20b"),
        "mistral" => new(provider, "mistral-small-latest"),
        "together" => new(provider, "openai/gpt-oss-20b"),
        "deepseek" => new(provider, "deepseek-v4-flash"),
        "glm" => new(provider, "glm-4.7-flashx"),
        _ => null,
    };
}
