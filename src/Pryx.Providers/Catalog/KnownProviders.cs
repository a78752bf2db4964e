using Pryx.Providers.OpenAIChat;

namespace Pryx.Providers.Catalog;

/// <summary>The providers Pryx knows by heart, in the order in which a key is looked for, and the bundled table of the others.</summary>
public static class KnownProviders
{
    private static readonly CsvResource Table = new("providers.csv");
    private static readonly ChatDialect WithEffort = new() { Effort = EffortField.ReasoningEffort };

    public static ProviderInfo Demo { get; } = new("demo", "Demo tour", ProviderWire.Demo, "") { NeedsKey = false, DefaultModel = "tour" };

    /// <summary>Without the bundled table's.</summary>
    public static IReadOnlyList<ProviderInfo> Popular { get; } =
    [
        new("openai", "OpenAI", ProviderWire.Responses, "https://api.openai.com/v1")
        {
            KeyVariables = ["OPENAI_API_KEY"], BaseUrlVariables = ["OPENAI_BASE_URL"], DefaultModel = "gpt-5.4", Dialect = ChatDialect.OpenAI,
        },
        new("anthropic", "Anthropic", ProviderWire.Messages, "https://api.anthropic.com")
        {
            KeyVariables = ["ANTHROPIC_API_KEY"], BaseUrlVariables = ["ANTHROPIC_BASE_URL"], DefaultModel = "claude-sonnet-5",
        },
        new("google", "Google Gemini", ProviderWire.Gemini, "https://generativelanguage.googleapis.com/v1beta")
        {
            KeyVariables = ["GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
            BaseUrlVariables = ["GEMINI_BASE_URL", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_BASE_URL"], DefaultModel = "gemini-3.5-flash", Dialect = WithEffort,
        },
        new("openrouter", "OpenRouter", ProviderWire.Chat, "https://openrouter.ai/api/v1")
        {
            KeyVariables = ["OPENROUTER_API_KEY"], BaseUrlVariables = ["OPENROUTER_BASE_URL"], DefaultModel = "~anthropic/claude-sonnet-latest",
            Dialect = ChatDialect.OpenRouter,
        },
        new("groq", "Groq", ProviderWire.Chat, "https://api.groq.com/openai/v1")
        {
            KeyVariables = ["GROQ_API_KEY"], BaseUrlVariables = ["GROQ_BASE_URL"], DefaultModel = "openai/gpt-oss-120b", Dialect = WithEffort,
        },
        new("xai", "xAI", ProviderWire.Chat, "https://api.x.ai/v1")
        {
            KeyVariables = ["XAI_API_KEY"], BaseUrlVariables = ["XAI_BASE_URL"], DefaultModel = "grok-4.3",
        },
        new("mistral", "Mistral", ProviderWire.Chat, "https://api.mistral.ai/v1")
        {
            KeyVariables = ["MISTRAL_API_KEY"], BaseUrlVariables = ["MISTRAL_BASE_URL"], DefaultModel = "mistral-medium-2604", Dialect = ChatDialect.Mistral,
        },
        new("cohere", "Cohere", ProviderWire.Chat, "https://api.cohere.ai/compatibility/v1")
        {
            KeyVariables = ["COHERE_API_KEY"], BaseUrlVariables = ["COHERE_BASE_URL"], DefaultModel = "command-a-03-2025",
        },
        new("together", "Together AI", ProviderWire.Chat, "https://api.together.xyz/v1")
        {
            KeyVariables = ["TOGETHER_API_KEY"], BaseUrlVariables = ["TOGETHER_BASE_URL"], DefaultModel = "moonshotai/Kimi-K2.6", CatalogId = "togetherai",
        },
        new("deepseek", "DeepSeek", ProviderWire.Chat, "https://api.deepseek.com")
        {
            KeyVariables = ["DEEPSEEK_API_KEY"], BaseUrlVariables = ["DEEPSEEK_BASE_URL"], DefaultModel = "deepseek-v4-pro",
        },
        new("glm", "Z.AI GLM", ProviderWire.Chat, "https://api.z.ai/api/paas/v4")
        {
            KeyVariables = ["ZHIPU_API_KEY", "ZAI_API_KEY", "GLM_API_KEY"], DefaultModel = "glm-5-turbo", CatalogId = "zai",
        },
        new("ollama", "Ollama", ProviderWire.Ollama, "http://localhost:11434")
        {
            BaseUrlVariables = ["OLLAMA_BASE_URL", "OLLAMA_HOST"], NeedsKey = false, IsLocal = true,
        },
        new("lmstudio", "LM Studio", ProviderWire.Chat, "http://127.0.0.1:1234/v1")
        {
            KeyVariables = ["LMSTUDIO_API_KEY"], BaseUrlVariables = ["LMSTUDIO_BASE_URL"], NeedsKey = false, IsLocal = true,
        },
        new("vllm", "vLLM", ProviderWire.Chat, "http://localhost:8000/v1")
        {
            KeyVariables = ["VLLM_API_KEY"], BaseUrlVariables = ["VLLM_BASE_URL"], NeedsKey = false, IsLocal = true,
        },
        new("llamacpp", "llama.cpp", ProviderWire.Chat, "http://localhost:8080/v1")
        {
            KeyVariables = ["LLAMACPP_API_KEY"], BaseUrlVariables = ["LLAMACPP_BASE_URL"], NeedsKey = false, IsLocal = true,
        },
        Demo,
    ];

    public static IEnumerable<ProviderInfo> All => Popular.Concat(Table.All().Select(Read));

    /// <summary>By id or another name in use; null when nobody knows it.</summary>
    public static ProviderInfo? Find(string id)
    {
        var name = id.ToLowerInvariant() switch
        {
            "gemini" => "google",
            "togetherai" => "together",
            "zai" => "glm",
            "openai-responses" or "openai-chat" => "openai",
            var same => same,
        };
        foreach (var provider in Popular)
            if (provider.Id == name)
                return provider;
        return Table.Find($"{name},") is { } fields ? Read(fields) : null;
    }

    private static ProviderInfo Read(string[] fields)
    {
        var isLocal = fields[4].StartsWith("http://", StringComparison.Ordinal);
        return new(fields[0], fields[1], fields[3] switch
        {
            "messages" => ProviderWire.Messages,
            "responses" => ProviderWire.Responses,
            _ => ProviderWire.Chat,
        }, fields[4])
        {
            KeyVariables = [fields[2]],
            BaseUrlVariables = [$"{fields[0].ToUpperInvariant().Replace('-', '_')}_BASE_URL"],
            IsLocal = isLocal,
            NeedsKey = !isLocal,
        };
    }
}
