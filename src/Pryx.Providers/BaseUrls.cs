using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Providers;

/// <summary>Base URLs as people write them.</summary>
internal static class BaseUrls
{
    private static readonly string[] WirePaths = ["/chat/completions", "/responses", "/v1/messages", "/messages", "/api/chat"];

    /// <param name="variable">Where it came from; null for the built-in one.</param>
    public static string Of(string url, ProviderInfo provider, string? variable)
    {
        var text = url.Trim().TrimEnd('/');
        foreach (var path in WirePaths)
            if (text.EndsWith(path, StringComparison.OrdinalIgnoreCase))
                text = text[..^path.Length].TrimEnd('/');
        // Both forms are in use for this wire; its path brings its own /v1.
        if (provider.Wire is ProviderWire.Messages or ProviderWire.Ollama && text.EndsWith("/v1", StringComparison.OrdinalIgnoreCase))
            text = text[..^3].TrimEnd('/');
        if (provider.Wire is ProviderWire.Gemini)
            text = OfGemini(text);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0
            ? text
            : throw new ModelException(ModelFailure.NotConfigured,
                $"Configuration error: {variable ?? "the base URL"} of {provider.Name} must be an http or https URL without a user name, such as {provider.BaseUrl}")
            { Provider = provider.Id };
    }

    /// <summary>The version belongs to it; Google's own programs take it without. The OpenAI-compatible door is found below it.</summary>
    private static string OfGemini(string text)
    {
        if (text.EndsWith("/openai", StringComparison.OrdinalIgnoreCase))
            text = text[..^"/openai".Length].TrimEnd('/');
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.AbsolutePath == "/" && url.Host.Length > 0 ? $"{text}/v1beta" : text;
    }

    /// <summary>OLLAMA_HOST may be a host, host:port or a URL; 0.0.0.0 is where the server listens, not where a client finds it.</summary>
    public static string OfOllama(string host, string variable)
    {
        var ollama = KnownProviders.Find("ollama")!;
        var hasScheme = host.Contains("://", StringComparison.Ordinal);
        var text = Of(hasScheme ? host : $"http://{host}", ollama, variable);
        var url = new UriBuilder(text);
        if (url.Host is "0.0.0.0" or "[::]")
            url.Host = "127.0.0.1";
        if (!hasScheme && !host.TrimEnd('/').Contains(':', StringComparison.Ordinal))
            url.Port = 11434;
        return url.Uri.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    /// <summary>Puts the account into URLs such as <c>https://${ACCOUNT}.example.com</c>.</summary>
    public static string FillIn(ProviderInfo provider, Func<string, string?> setting)
    {
        var text = provider.BaseUrl;
        while (text.IndexOf("${", StringComparison.Ordinal) is >= 0 and var begin && text.IndexOf('}', begin) is > 0 and var end)
        {
            var variable = text[(begin + 2)..end];
            var value = setting(variable) ?? throw new ModelException(ModelFailure.NotConfigured,
                $"Configuration error: set {variable}, which is part of {provider.Name}'s base URL")
            { Provider = provider.Id };
            text = $"{text.AsSpan(0, begin)}{value}{text.AsSpan(end + 1)}";
        }
        return text;
    }
}
