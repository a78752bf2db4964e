using System.Collections;

namespace Pryx.Core.Processes;

/// <summary>What a tool's child gets to see of the environment: ours without secrets, then the workspace's .env without provider keys, then the call's own.</summary>
public static class ChildEnvironment
{
    private static readonly string[] SecretParts =
        ["API_KEY", "APIKEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "ACCESS_KEY", "PRIVATE_KEY", "OAUTH"];

    private static readonly string[] SecretEndings = ["TOKEN", "_PAT", "_PWD", "_AUTH"];

    // A shell that is not interactive runs what these name before it runs the command.
    private static readonly string[] StartupFiles = ["BASH_ENV", "ENV"];

    // Keys by the names that model providers document; a project's own keys for other services stay its own.
    private static readonly string[] ProviderPrefixes =
    [
        "OPENAI", "ANTHROPIC", "OPENROUTER", "TOGETHER", "GROQ", "DEEPSEEK", "MISTRAL", "XAI", "GEMINI", "GOOGLE", "OLLAMA",
        "PERPLEXITY", "FIRECRAWL", "CLAUDE", "COHERE", "FIREWORKS", "CEREBRAS", "AZURE_OPENAI", "HF", "HUGGINGFACE", "NVIDIA", "REPLICATE",
    ];

    public static IReadOnlyDictionary<string, string> Build(
        IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> workspace, IReadOnlyDictionary<string, string>? call)
    {
        var result = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            if (!IsSecret(name, value) && !StartupFiles.Contains(name))
            {
                result[name] = value;
            }
        }
        foreach (var (name, value) in workspace)
        {
            if (!IsProviderKey(name))
            {
                result[name] = value;
            }
        }
        foreach (var (name, value) in call ?? new Dictionary<string, string>())
        {
            result[name] = value;
        }
        return result;
    }

    /// <summary>The environment this process was started with.</summary>
    public static IReadOnlyDictionary<string, string> Own() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    internal static bool IsSecret(string name, string value)
    {
        var upper = name.ToUpperInvariant();
        return IsProviderKey(name)
            || SecretParts.Any(part => upper.Contains(part, StringComparison.Ordinal))
            || SecretEndings.Any(ending => upper.EndsWith(ending, StringComparison.Ordinal))
            || (!upper.EndsWith("_PROXY", StringComparison.Ordinal) && HoldsPassword(value));
    }

    internal static bool IsProviderKey(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper.StartsWith("PRYX_", StringComparison.Ordinal)
            || upper.StartsWith("CLAUDE_OAUTH_", StringComparison.Ordinal)
            || (ProviderPrefixes.Any(prefix => upper.StartsWith(prefix + "_", StringComparison.Ordinal))
                && (upper.EndsWith("KEY", StringComparison.Ordinal) || upper.EndsWith("TOKEN", StringComparison.Ordinal) || upper.Contains("SECRET", StringComparison.Ordinal)));
    }

    // postgres://user:password@host
    private static bool HoldsPassword(string value) =>
        value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':', StringComparison.Ordinal);
}
