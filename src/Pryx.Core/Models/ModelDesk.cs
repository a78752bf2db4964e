using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers;
using Pryx.Providers.Catalog;
using Pryx.Providers.Ollama;
using Pryx.Providers.Probe;

namespace Pryx.Core.Models;

/// <param name="Notice">Why this one, where the user did not choose it; null where they did.</param>
public sealed record ModelChoice(ModelRef Model, IChatClient Client, string? Notice)
{
    /// <summary>What is known of it.</summary>
    public required ModelInfo Info { get; init; }
}

/// <summary>
/// Chooses the model of a turn: the request's, the session's, the configured one, the first provider with a key, a server of models
/// that runs here, and for people who have none of it the tour.
/// </summary>
/// <param name="config">As it holds now.</param>
/// <param name="ownSettings">The environment alone: for questions that no folder asks.</param>
/// <param name="options">As they hold now, with what is known of models.</param>
public sealed class ModelDesk(Func<PryxConfig> config, Settings ownSettings, ISecretStore secrets, Func<ProviderOptions> options)
{
    private static readonly TimeSpan OllamaPatience = TimeSpan.FromSeconds(2);

    // What a model can do changes only when it is pulled anew.
    private static readonly TimeSpan ShownFor = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<(string Server, string Model), (OllamaDetails Shown, DateTimeOffset Until)> _shown = [];

    /// <param name="settings">The environment with the folder's .env behind it.</param>
    /// <param name="api">Which of the provider's APIs to speak; null for its default.</param>
    /// <exception cref="PryxException">MODEL_INVALID, MODEL_AMBIGUOUS.</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<ModelChoice> ChooseAsync(string? requested, string? ofSession, Settings settings, CancellationToken cancellationToken, string? api = null)
    {
        var now = options();
        var chosen = (requested ?? ofSession ?? config().ChosenModel) is { } text ? await ParseAsync(text, settings, now, cancellationToken) : (ModelRef?)null;
        var registry = await RegistryAsync(settings, chosen?.Provider, now, cancellationToken);
        if (chosen is { } model)
        {
            return Create(registry, model, null, api) with { Info = await DescribeAsync(registry, model, cancellationToken) };
        }
        var found = await registry.ChooseDefaultAsync(cancellationToken);
        return Create(registry, found, found.Provider == "demo"
            ? "No provider key found and no model running here, so this is the demo tour (no AI). For real work: pryx setup (or set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY)"
            : null) with { Info = await DescribeAsync(registry, found, cancellationToken) };
    }

    /// <summary>The model that a name means, whether or not it can be called: <c>sonnet</c>, <c>gpt5 mini</c>, <c>openai/gpt-4o</c>, an alias.</summary>
    /// <exception cref="PryxException">MODEL_INVALID (with what is near), MODEL_AMBIGUOUS (with the candidates).</exception>
    public Task<ModelRef> LookUpAsync(string name, CancellationToken cancellationToken) => ParseAsync(name, ownSettings, options(), cancellationToken);

    /// <summary>What is known of models and providers now.</summary>
    public ModelDirectory Directory => options().Directory;

    /// <summary>Who could be called, for as long as it takes to choose one.</summary>
    /// <param name="only">The provider that will be asked for; null when any may be.</param>
    /// <param name="settings">The environment with the folder's .env behind it.</param>
    public Task<ProviderRegistry> OpenAsync(string? only, Settings settings, CancellationToken cancellationToken) => RegistryAsync(settings, only, options(), cancellationToken);

    /// <summary>Whether a call could be sent to a provider: its key is there, or it needs none. The vault is opened once.</summary>
    public async Task<Func<string, bool>> ReadConfiguredAsync(CancellationToken cancellationToken) => (await RegistryAsync(null, cancellationToken)).IsConfigured;

    /// <summary>Also false for one that needs none and has none.</summary>
    public async Task<bool> HasKeyAsync(ProviderInfo provider, CancellationToken cancellationToken) => (await ReadKeysAsync(provider.Id, cancellationToken)).OriginOf(provider.Id) is not null;

    /// <summary>The keys outside of any folder.</summary>
    /// <param name="only">As <see cref="ProviderKeys.OpenAsync"/> takes it.</param>
    public Task<KeyRing> ReadKeysAsync(string? only, CancellationToken cancellationToken) => new ProviderKeys(ownSettings, secrets, Directory.Providers).OpenAsync(only, cancellationToken);

    /// <summary>Who would be called with these keys, and where.</summary>
    public ProviderRegistry RegistryOf(KeyRing keys) => RegistryOf(ownSettings, keys, options());

    /// <summary>As <see cref="RegistryOf(KeyRing)"/>, with the folder's .env behind the environment.</summary>
    public ProviderRegistry RegistryOf(Settings settings, KeyRing keys) => RegistryOf(settings, keys, options());

    /// <summary>Asks the provider whether it takes a key.</summary>
    /// <param name="key">Instead of the one in force; null for that.</param>
    /// <param name="endpoint">Instead of the address in force; null for that.</param>
    /// <exception cref="ModelException">NotConfigured: there is nothing to ask with.</exception>
    public async Task<ProbeResult> ProbeAsync(ProviderInfo provider, string? key, TimeSpan limit, CancellationToken cancellationToken, string? endpoint = null)
    {
        var ring = key is null ? await ReadKeysAsync(provider.Id, cancellationToken) : null;
        var now = options();
        var registry = new ProviderRegistry(
            name => endpoint is not null && provider.BaseUrlVariables.Contains(name) ? endpoint : Setting(ownSettings, name),
            id => ring is null ? key : ring.KeyOf(id),
            now with { Token = id => ring is not null && ring.IsSignedIn(id) ? now.Token(id) : null });
        return await registry.ProbeAsync(provider, limit, cancellationToken);
    }

    /// <summary>The installed models, the latest first; null when no Ollama answers.</summary>
    public async Task<IReadOnlyList<string>?> ReadOllamaModelsAsync(CancellationToken cancellationToken) =>
        await (await RegistryAsync("ollama", cancellationToken)).ReadOllamaModelsAsync(OllamaPatience, cancellationToken);

    /// <summary>What an Ollama says of models that are installed there, over what is known of them; without an answer only that.</summary>
    public async Task<IReadOnlyList<ModelInfo>> DescribeOllamaAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var registry = await RegistryAsync("ollama", cancellationToken);
        return await Task.WhenAll(names.Select(name => DescribeAsync(registry, new("ollama", name), cancellationToken)));
    }

    private async Task<ModelInfo> DescribeAsync(ProviderRegistry registry, ModelRef model, CancellationToken cancellationToken)
    {
        var known = Directory.Find(model) ?? new(model);
        if (model.Provider != "ollama")
        {
            return known;
        }
        try
        {
            // It loads a model with what it is asked for, however much the model could.
            return await ShowAsync(registry, model.Model, cancellationToken) is not { } shown ? known : known with
            {
                ContextWindow = shown.Context is { } trained ? Math.Min(trained, registry.OllamaContext()) : known.ContextWindow,
                SupportsTools = shown.Capabilities?.Contains("tools") ?? known.SupportsTools,
                SupportsImages = shown.Capabilities?.Contains("vision") ?? known.SupportsImages,
                SupportsReasoning = shown.Capabilities?.Contains("thinking") ?? known.SupportsReasoning,
                InputModalities = shown.Capabilities?.Contains("vision") is true ? ["text", "image"] : known.InputModalities,
            };
        }
        catch (ModelException)
        {
            return known; // The call itself will say what is wrong.
        }
    }

    private async Task<OllamaDetails?> ShowAsync(ProviderRegistry registry, string model, CancellationToken cancellationToken)
    {
        var now = options().Time.GetUtcNow();
        var key = (registry.BaseUrlOf(Directory.Providers.Find("ollama")!), model);
        if (_shown.TryGetValue(key, out var known) && known.Until > now)
        {
            return known.Shown;
        }
        var shown = await registry.Ollama().ShowAsync(model, cancellationToken);
        if (shown is not null)
        {
            _shown[key] = (shown, now + ShownFor);
        }
        return shown;
    }

    private Task<ProviderRegistry> RegistryAsync(string? only, CancellationToken cancellationToken) => RegistryAsync(ownSettings, only, options(), cancellationToken);

    private async Task<ProviderRegistry> RegistryAsync(Settings settings, string? only, ProviderOptions now, CancellationToken cancellationToken) =>
        RegistryOf(settings, await new ProviderKeys(settings, secrets, now.Directory.Providers).OpenAsync(only, cancellationToken), now);

    private ProviderRegistry RegistryOf(Settings settings, KeyRing keys, ProviderOptions now) =>
        new(name => Setting(settings, name), keys.KeyOf, now with { Token = provider => keys.IsSignedIn(provider) ? now.Token(provider) : null });

    // What is configured counts where the environment says nothing.
    private string? Setting(Settings settings, string name) => settings.Get(name) ?? (ConfigName(name) is { } key && config().IsSet(key) ? config().Text(key) : null);

    private static string? ConfigName(string variable) => variable switch
    {
        "OLLAMA_HOST" => "ollama_endpoint",
        "OLLAMA_KEEP_ALIVE" or "OPENROUTER_PROVIDER_ORDER" or "OPENROUTER_ALLOW_FALLBACKS" or "OPENROUTER_DATA_COLLECTION" or "OPENROUTER_SORT" => variable.ToLowerInvariant(),
        _ => null,
    };

    private ModelChoice Create(ProviderRegistry registry, ModelRef model, string? notice, string? api = null) =>
        new(model, registry.Create(model, api), notice) { Info = Directory.Find(model) ?? new(model) };

    private async Task<ModelRef> ParseAsync(string text, Settings settings, ProviderOptions now, CancellationToken cancellationToken)
    {
        // The usual case asks no vault: whoever names the provider has chosen it.
        var isWhole = ModelRef.TryParse(text, out var model);
        Func<string, bool> isConfigured = isWhole && now.Directory.Providers.Find(model.Provider) is not null ? static _ => false : (await RegistryAsync(settings, null, now, cancellationToken)).IsConfigured;
        var match = new ModelLookup(now.Directory, isConfigured).Find(text);
        return match switch
        {
            { Model: { } found } => found,
            { Candidates: [_, ..] candidates } => throw new PryxException("MODEL_AMBIGUOUS", $"'{text}' could be any of {string.Join(", ", candidates)}.", $"say which, such as {candidates[0]}"),
            // The registry says that there is no such provider, and who there is.
            _ when isWhole && match.Suggestions.Count == 0 => model,
            _ => throw new PryxException(
                "MODEL_INVALID", $"'{text}' does not name a provider and a model.{(match.Suggestions.Count > 0 ? $" Did you mean {string.Join(", ", match.Suggestions)}?" : "")}",
                "write it as provider/model, such as openai/gpt-4o; 'pryx model list --search' finds one"),
        };
    }
}
