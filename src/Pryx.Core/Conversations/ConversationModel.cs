using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Conversations;

/// <summary>Who serves a conversation or one of its turns, over which of the provider's APIs, and what.</summary>
public readonly record struct ConversationModel(string ProviderId, string Api, string Model)
{
    // The contract's table (A3); what else Pryx can speak to is reached through the sessions.
    private static readonly (string Provider, string[] Apis)[] Supported =
    [
        ("openai", ["responses", "chat"]),
        ("anthropic", ["messages"]),
        ("openrouter", ["chat"]),
    ];

    /// <summary>As <c>provider/model</c>.</summary>
    public string Reference => $"{ProviderId}/{Model}";

    /// <summary>Of a session or turn of whatever surface.</summary>
    /// <param name="reference">As <c>provider/model</c>.</param>
    /// <param name="api">Null for the provider's default.</param>
    /// <param name="find">A provider as it holds now, the user's own included; null when nobody knows it.</param>
    public static ConversationModel Of(string reference, string? api, Func<string, ProviderInfo?> find)
    {
        var (provider, model) = ModelRef.TryParse(reference, out var parsed) ? (parsed.Provider, parsed.Model) : ("", reference);
        return new(provider, api ?? (find(provider)?.Apis is [var first, ..] ? first : "chat"), model);
    }

    /// <summary>Whether provider and API go together; any model may be named.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR</exception>
    public void Check()
    {
        var provider = ProviderId;
        var apis = Array.Find(Supported, entry => entry.Provider == provider).Apis;
        if (apis is null)
        {
            throw ConversationErrors.Invalid(
                "modelProviderId", $"Unsupported modelProviderId '{provider}'. Supported providers: {string.Join(", ", Supported.Select(entry => entry.Provider))}");
        }
        if (!apis.Contains(Api, StringComparer.Ordinal))
        {
            throw ConversationErrors.Invalid("modelProviderApi", $"Provider {provider} does not support API {Api}. Supported APIs: {string.Join(", ", apis)}");
        }
    }
}
