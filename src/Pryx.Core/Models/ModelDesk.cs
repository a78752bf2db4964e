using Microsoft.Extensions.AI;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers;
using Pryx.Providers.Catalog;
using Pryx.Providers.Probe;

namespace Pryx.Core.Models;

/// <param name="Notice">Why this one, where the user did not choose it; null where they did.</param>
public sealed record ModelChoice(ModelRef Model, IChatClient Client, string? Notice);

/// <summary>
/// Chooses the model of a turn: the request's, the session's, the configured one, the first provider with a key, a running Ollama,
/// and for people who have none of it the tour.
/// </summary>
/// <param name="config">As it holds now.</param>
/// <param name="ownSettings">The environment alone: for questions that no folder asks.</param>
public sealed class ModelDesk(Func<PryxConfig> config, Settings ownSettings, ISecretStore secrets, ProviderOptions options)
{
    private static readonly TimeSpan OllamaPatience = TimeSpan.FromSeconds(2);

    /// <param name="settings">The environment with the folder's .env behind it.</param>
    /// <param name="api">Which of the provider's APIs to speak; null for its default.</param>
    /// <exception cref="PryxException">MODEL_INVALID</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<ModelChoice> ChooseAsync(string? requested, string? ofSession, Settings settings, CancellationToken cancellationToken, string? api = null)
    {
        var chosen = (requested ?? ofSession ?? config().ChosenModel) is { } text ? Parse(text) : (ModelRef?)null;
        var registry = RegistryOf(settings, await new ProviderKeys(settings, secrets).OpenAsync(chosen?.Provider, cancellationToken));
        if (chosen is { } model)
        {
            return Create(registry, model, null, api);
        }
        var found = await registry.ChooseDefaultAsync(cancellationToken);
        return Create(registry, found, found.Provider == "demo"
            ? "No provider key found and no Ollama running, so this is the demo tour (no AI). For real work set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY, or run: pryx provider set-key NAME"
            : null);
    }

    /// <summary>Whether a call could be sent to a provider: its key is there, or it needs none. The vault is opened once.</summary>
    public async Task<Func<string, bool>> ReadConfiguredAsync(CancellationToken cancellationToken) => (await RegistryAsync(null, cancellationToken)).IsConfigured;

    /// <summary>Also false for one that needs none and has none.</summary>
    public async Task<bool> HasKeyAsync(ProviderInfo provider, CancellationToken cancellationToken) => (await ReadKeysAsync(provider.Id, cancellationToken)).OriginOf(provider.Id) is not null;

    /// <summary>The keys outside of any folder.</summary>
    /// <param name="only">As <see cref="ProviderKeys.OpenAsync"/> takes it.</param>
    public Task<KeyRing> ReadKeysAsync(string? only, CancellationToken cancellationToken) => new ProviderKeys(ownSettings, secrets).OpenAsync(only, cancellationToken);

    /// <summary>Who would be called with these keys, and where.</summary>
    public ProviderRegistry RegistryOf(KeyRing keys) => RegistryOf(ownSettings, keys);

    /// <summary>Asks the provider whether it takes a key.</summary>
    /// <param name="key">Instead of the one in force; null for that.</param>
    /// <exception cref="ModelException">NotConfigured: there is nothing to ask with.</exception>
    public async Task<ProbeResult> ProbeAsync(ProviderInfo provider, string? key, TimeSpan limit, CancellationToken cancellationToken)
    {
        var registry = key is null
            ? RegistryOf(await ReadKeysAsync(provider.Id, cancellationToken))
            : new ProviderRegistry(name => Setting(ownSettings, name), _ => key, options);
        return await registry.ProbeAsync(provider, limit, cancellationToken);
    }

    /// <summary>The installed models, the latest first; null when no Ollama answers.</summary>
    public async Task<IReadOnlyList<string>?> ReadOllamaModelsAsync(CancellationToken cancellationToken) =>
        await (await RegistryAsync("ollama", cancellationToken)).ReadOllamaModelsAsync(OllamaPatience, cancellationToken);

    private async Task<ProviderRegistry> RegistryAsync(string? only, CancellationToken cancellationToken) => RegistryOf(await ReadKeysAsync(only, cancellationToken));

    private ProviderRegistry RegistryOf(Settings settings, KeyRing keys) =>
        new(name => Setting(settings, name), keys.KeyOf, options with { Token = provider => keys.IsSignedIn(provider) ? options.Token(provider) : null });

    // What is configured counts where the environment says nothing.
    private string? Setting(Settings settings, string name) => settings.Get(name) ?? (ConfigName(name) is { } key && config().IsSet(key) ? config().Text(key) : null);

    private static string? ConfigName(string variable) => variable switch
    {
        "OLLAMA_HOST" => "ollama_endpoint",
        "OLLAMA_KEEP_ALIVE" or "OPENROUTER_PROVIDER_ORDER" or "OPENROUTER_ALLOW_FALLBACKS" or "OPENROUTER_DATA_COLLECTION" or "OPENROUTER_SORT" => variable.ToLowerInvariant(),
        _ => null,
    };

    private static ModelChoice Create(ProviderRegistry registry, ModelRef model, string? notice, string? api = null) => new(model, registry.Create(model, api), notice);

    private static ModelRef Parse(string text) => ModelRef.TryParse(text, out var model)
        ? model
        : throw new PryxException("MODEL_INVALID", $"'{text}' does not name a provider and a model.", "write it as provider/model, such as openai/gpt-4o");
}
