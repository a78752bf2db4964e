using Pryx.Providers.OpenAIChat;

namespace Pryx.Providers.Catalog;

/// <summary>How a provider is spoken to.</summary>
public enum ProviderWire { Chat, Responses, Messages, Gemini, Ollama, Demo }

/// <summary>A provider as it is known before anything is configured.</summary>
/// <param name="Id">As in <c>openai/gpt-4o</c>.</param>
/// <param name="BaseUrl">The default; may hold <c>${VARIABLE}</c> for an account.</param>
public sealed record ProviderInfo(string Id, string Name, ProviderWire Wire, string BaseUrl)
{
    /// <summary>The variables that may hold the key, the usual one first.</summary>
    public IReadOnlyList<string> KeyVariables { get; init; } = [];

    /// <summary>The variables that may hold another base URL, strongest first.</summary>
    public IReadOnlyList<string> BaseUrlVariables { get; init; } = [];

    public bool NeedsKey { get; init; } = true;

    /// <summary>Runs on the user's own machine or network: costs nothing, and loading a model may take minutes.</summary>
    public bool IsLocal { get; init; }

    public bool IsFree => IsLocal || Wire == ProviderWire.Demo;

    /// <summary>A capable, affordable model with tools; null when the user has to choose.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>Only a fetched catalog knows it: it is used when the user names it, never chosen for them.</summary>
    public bool IsFetched { get; init; }

    /// <summary>The user's configuration says how it is reached.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The name in the model catalog when it is another.</summary>
    public string? CatalogId { get; init; }

    public ChatDialect Dialect { get; init; } = ChatDialect.Compatible;

    /// <summary>The API names a client may ask for (conversation API A3), the default first.</summary>
    public IReadOnlyList<string> Apis => Wire switch
    {
        ProviderWire.Responses => ["responses", "chat"],
        ProviderWire.Messages => ["messages"],
        ProviderWire.Gemini => ["gemini", "chat"],
        _ => ["chat"],
    };
}
