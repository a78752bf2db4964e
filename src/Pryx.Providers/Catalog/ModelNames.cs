namespace Pryx.Providers.Catalog;

/// <summary>What providers' names for models have in common.</summary>
public static class ModelNames
{
    /// <summary>Without <c>-20250929</c>, <c>-2025-09-29</c> or <c>-latest</c> at its end.</summary>
    public static string Undated(string name)
    {
        if (name.EndsWith("-latest", StringComparison.OrdinalIgnoreCase))
        {
            return name[..^7];
        }
        return Dashes(name, 9, "########") ? name[..^9] : Dashes(name, 11, "####-##-##") ? name[..^11] : name;
    }

    private static bool Dashes(string name, int length, string pattern)
    {
        if (name.Length <= length || name[^length] != '-')
        {
            return false;
        }
        var tail = name.AsSpan(name.Length - length + 1);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '#' ? !char.IsAsciiDigit(tail[i]) : tail[i] != pattern[i])
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>What the model counts with, as far as its name says so; null where it does not.</summary>
    public static string? Tokenizer(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        return name switch
        {
            _ when Begins(name, "gpt-4o", "gpt-4.", "gpt-5", "gpt-6", "gpt-oss", "o1", "o3", "o4", "chatgpt", "codex") => "o200k",
            _ when Begins(name, "gpt-4", "gpt-3.5", "text-embedding") => "cl100k",
            _ when Begins(name, "claude") => "claude",
            _ when Begins(name, "gemini", "gemma") => "gemini",
            _ when Begins(name, "llama-3", "llama-4", "llama3", "llama4", "meta-llama-3") => "llama3",
            _ when Begins(name, "mistral", "mixtral", "codestral", "devstral", "magistral", "ministral", "pixtral") => "mistral",
            _ when Begins(name, "qwen", "qwq", "qvq") => "qwen",
            _ when Begins(name, "deepseek") => "deepseek",
            _ when Begins(name, "grok") => "grok",
            _ when Begins(name, "command") => "cohere",
            _ when Begins(name, "glm") => "glm",
            _ when Begins(name, "kimi") => "kimi",
            _ => null,
        };
    }

    private static bool Begins(ReadOnlySpan<char> name, params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
