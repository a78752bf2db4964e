using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Anthropic;
using Pryx.Providers.Catalog;
using Pryx.Providers.Demo;
using Pryx.Providers.Gemini;
using Pryx.Providers.Http;
using Pryx.Providers.Ollama;
using Pryx.Providers.OpenAIChat;
using Pryx.Providers.OpenAIResponses;
using Pryx.Providers.Probe;

namespace Pryx.Providers;

/// <summary>
/// From <c>provider/model</c> to a client that speaks to it. It reads neither environment nor vault:
/// settings and keys come through the two functions, and are trimmed.
/// </summary>
/// <param name="setting">The value of a variable such as <c>OPENAI_BASE_URL</c>; null when unset.</param>
/// <param name="key">The key of a provider by its id; null when there is none. The key variables are then asked through <paramref name="setting"/>.</param>
public sealed class ProviderRegistry(Func<string, string?> setting, Func<string, string?> key, ProviderOptions? options = null)
{
    private static readonly TimeSpan LocalProbe = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LocalIdleLimit = TimeSpan.FromMinutes(10);
    private readonly ProviderOptions _options = options ?? new();

    /// <summary>Servers on the user's own machine that are asked where nobody chose and no key is there, the first that answers.</summary>
    public static IReadOnlyList<string> TakenWhereTheyRun { get; } = ["ollama", "lmstudio", "llamacpp"];

    /// <summary>All providers that can be named: the popular ones first.</summary>
    public IEnumerable<ProviderInfo> Providers => _options.Directory.Providers.All;

    /// <param name="api">"chat", "responses", "messages" or "gemini" where the provider has several; null for its default.</param>
    /// <exception cref="ModelException">NotConfigured: unknown provider or API, no key, no usable URL.</exception>
    public IChatClient Create(ModelRef model, string? api = null)
    {
        var provider = Find(model.Provider) ?? throw Unknown(model);
        var wire = WireOf(provider, api ?? ApiNamed(model.Provider));
        if (wire == ProviderWire.Demo)
            return new DemoClient();
        var endpoint = EndpointOf(provider, wire);
        var info = _options.Directory.Find(model);
        return wire switch
        {
            ProviderWire.Messages => new AnthropicClient(endpoint, model.Model)
            {
                Info = info,
                MaxOutput = (int?)Math.Min(info?.MaxOutput ?? AnthropicClient.DefaultMaxTokens, 32_000),
                ThinksAdaptively = provider.Id == "anthropic" && ClaudeVersion.Of(model.Model) >= ClaudeVersion.AdaptiveThinking,
                TakesSchema = provider.Id == "anthropic" && ClaudeVersion.Of(model.Model) >= ClaudeVersion.OutputFormat,
            },
            ProviderWire.Responses => new OpenAIResponsesClient(endpoint, model.Model) { Info = info },
            ProviderWire.Gemini => new GeminiClient(endpoint, model.Model) { Info = info },
            ProviderWire.Ollama => new OllamaClient(endpoint, model.Model) { Info = info, Context = OllamaContext(), KeepAlive = Clean(setting("OLLAMA_KEEP_ALIVE")) },
            _ => new OpenAIChatClient(endpoint, model.Model) { Info = info, Dialect = DialectOf(provider) },
        };
    }

    /// <summary>True when a call could be sent: the key is there, or none is needed. Does not ask whether a server runs.</summary>
    public bool IsConfigured(string providerId) =>
        Find(providerId) is { } provider && (!provider.NeedsKey || IsAllowedIn(provider));

    /// <summary>Asks the provider by its cheapest call whether it takes the key that is in force.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <exception cref="ModelException">NotConfigured: there is nothing to ask with.</exception>
    public Task<ProbeResult> ProbeAsync(ProviderInfo provider, TimeSpan limit, CancellationToken cancellationToken) => provider.Wire == ProviderWire.Demo
        ? Task.FromResult(new ProbeResult(TimeSpan.Zero, null) { Models = [provider.DefaultModel!] })
        : ProviderProbe.AskAsync(EndpointOf(provider, provider.Wire), provider, limit, cancellationToken);

    /// <summary>The first provider with a key, in the order of <see cref="KnownProviders.Popular"/>; then a running Ollama, LM Studio or llama.cpp; then the demo.</summary>
    public async Task<ModelRef> ChooseDefaultAsync(CancellationToken cancellationToken)
    {
        foreach (var provider in _options.Directory.Providers.Popular)
            if (provider is { NeedsKey: true, DefaultModel: { } model } && IsAllowedIn(provider))
                return new(provider.Id, model);
        foreach (var id in TakenWhereTheyRun)
            if (await FindServedAsync(id, cancellationToken) is { } served)
                return served;
        return new(KnownProviders.Demo.Id, KnownProviders.Demo.DefaultModel!);
    }

    private async Task<ModelRef?> FindServedAsync(string id, CancellationToken cancellationToken)
    {
        if (id == "ollama")
            return await ReadOllamaModelsAsync(LocalProbe, cancellationToken) is [var local, ..] ? new(id, local) : null;
        try
        {
            var listed = (await ProbeAsync(Find(id)!, LocalProbe, cancellationToken)).Models;
            return listed?.FirstOrDefault(static model => !model.Contains("embed", StringComparison.OrdinalIgnoreCase)) is { } model ? new(id, model) : null;
        }
        catch (ModelException)
        {
            return null; // An address that is none is no running server; choosing it by name says what is wrong with it.
        }
    }

    /// <summary>The models of a running Ollama, the latest first; null when none answers within the limit.</summary>
    public async Task<IReadOnlyList<string>?> ReadOllamaModelsAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await new OllamaServer(EndpointOf(Find("ollama")!, ProviderWire.Ollama)).ModelsAsync(limit, cancellationToken);
        }
        catch (ModelException)
        {
            return null; // A malformed OLLAMA_HOST is no running Ollama; choosing it by name says what is wrong with it.
        }
    }

    /// <summary>The models of the Ollama that would be called.</summary>
    /// <exception cref="ModelException">NotConfigured: its address is none.</exception>
    public OllamaLibrary Ollama() => new(EndpointOf(Find("ollama")!, ProviderWire.Ollama));

    /// <summary>The key of a provider, or null. For a call only; never to be shown or stored.</summary>
    public string? KeyOf(ProviderInfo provider)
    {
        if (Clean(key(provider.Id)) is { } stored)
            return stored;
        if (_options.Token(provider.Id) is not null)
            return null; // Who has signed in wants that to count before a key that lies in a folder's .env.
        foreach (var variable in provider.KeyVariables)
            if (Clean(setting(variable)) is { } found)
                return found;
        return null;
    }

    /// <summary>Where calls to the provider would go, without a trailing slash.</summary>
    /// <exception cref="ModelException">NotConfigured: the value is no http or https URL, or a part of it is missing.</exception>
    public string BaseUrlOf(ProviderInfo provider)
    {
        foreach (var variable in provider.BaseUrlVariables)
            if (Clean(setting(variable)) is { } url)
                return provider.Wire == ProviderWire.Ollama ? BaseUrls.OfOllama(url, variable) : BaseUrls.Of(url, provider, variable);
        return BaseUrls.Of(BaseUrls.FillIn(provider, name => Clean(setting(name))), provider, null);
    }

    private bool IsAllowedIn(ProviderInfo provider) => KeyOf(provider) is not null || _options.Token(provider.Id) is not null;

    private WireEndpoint EndpointOf(ProviderInfo provider, ProviderWire wire)
    {
        var found = KeyOf(provider);
        var token = found is null ? _options.Token(provider.Id) : null;
        if (found is null && token is null && provider.NeedsKey)
            throw NotConfigured(provider, $"Missing API key: set {provider.KeyVariables[0]}, or store one with: pryx provider set-key {provider.Id} (pryx setup leads through it)");
        if (found is not null && found.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw NotConfigured(provider, $"Configuration error: the key of {provider.Name} contains spaces or characters that no key has. Set it again: pryx provider set-key {provider.Id}");
        // Google's OpenAI-compatible door is below its own.
        var door = provider.Wire == ProviderWire.Gemini && wire == ProviderWire.Chat ? "/openai" : "";
        return new(provider.Id, BaseUrlOf(provider) + door)
        {
            Name = provider.Name,
            Key = found,
            Token = token,
            KeyVariable = provider.KeyVariables.Count > 0 ? provider.KeyVariables[0] : null,
            Headers = HeadersOf(provider, wire, found, isToken: token is not null),
            IdleLimit = _options.IdleLimit ?? (provider.IsLocal ? LocalIdleLimit : WireEndpoint.DefaultIdleLimit),
            UnreachableAdvice = provider.Id == "ollama" ? "Start it with `ollama serve`, or set OLLAMA_HOST."
                : provider.IsLocal ? $"Start its server, or set {provider.BaseUrlVariables[0]}." : null,
            Time = _options.Time,
            Http = _options.Http,
        };
    }

    private List<KeyValuePair<string, string>> HeadersOf(ProviderInfo provider, ProviderWire wire, string? found, bool isToken)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (wire == ProviderWire.Messages)
            headers.Add(new("anthropic-version", Clean(setting("ANTHROPIC_VERSION")) ?? "2023-06-01"));
        if (found is not null)
            headers.Add(wire switch
            {
                ProviderWire.Messages => new("x-api-key", found),
                ProviderWire.Gemini => new("x-goog-api-key", found),
                _ => new("Authorization", $"Bearer {found}"),
            });
        // A signed-in user's calls are counted against a project of theirs.
        if (provider.Id == "google" && isToken)
            AddSetting(headers, "x-goog-user-project", "GOOGLE_CLOUD_PROJECT");
        if (provider.Id == "openai")
        {
            AddSetting(headers, "OpenAI-Organization", "OPENAI_ORGANIZATION");
            AddSetting(headers, "OpenAI-Project", "OPENAI_PROJECT");
        }
        if (provider.Id == "openrouter")
        {
            AddSetting(headers, "HTTP-Referer", "OPENROUTER_SITE");
            AddSetting(headers, "X-Title", "OPENROUTER_TITLE");
        }
        return headers;
    }

    private void AddSetting(List<KeyValuePair<string, string>> headers, string header, string variable)
    {
        if (Clean(setting(variable)) is { } value)
            headers.Add(new(header, value));
    }

    private ProviderWire WireOf(ProviderInfo provider, string? api)
    {
        if (api is null)
            return provider.Id == "openai" && !IsOpenAIItself() ? ProviderWire.Chat : provider.Wire;
        if (!provider.Apis.Contains(api, StringComparer.OrdinalIgnoreCase))
            throw NotConfigured(provider, $"Provider {provider.Id} does not support API {api}. Supported APIs: {string.Join(", ", provider.Apis)}");
        return api.ToLowerInvariant() switch
        {
            "responses" => ProviderWire.Responses,
            "messages" => ProviderWire.Messages,
            "gemini" => ProviderWire.Gemini,
            _ => provider.Wire is ProviderWire.Responses or ProviderWire.Gemini ? ProviderWire.Chat : provider.Wire,
        };
    }

    /// <summary>Servers behind a base URL of the user's nearly all speak Chat Completions, few speak Responses.</summary>
    private bool IsOpenAIItself() =>
        Uri.TryCreate(BaseUrlOf(Find("openai")!), UriKind.Absolute, out var url) && url.Host == "api.openai.com";

    private ChatDialect DialectOf(ProviderInfo provider) =>
        provider.Id == "openrouter" ? provider.Dialect with { Routing = OpenRouterRouting.From(name => Clean(setting(name))) } :
        provider.Id == "openai" && !IsOpenAIItself() ? ChatDialect.Compatible with { Effort = EffortField.ReasoningEffort } : provider.Dialect;

    /// <summary>Tokens that Ollama is asked to load a model with.</summary>
    public int OllamaContext() =>
        int.TryParse(Clean(setting("OLLAMA_CONTEXT_LENGTH")), out var tokens) && tokens >= 1024 ? tokens : OllamaClient.DefaultContext;

    private static string? ApiNamed(string provider) => provider switch
    {
        "openai-responses" => "responses",
        "openai-chat" => "chat",
        _ => null,
    };

    private static string? Clean(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private ProviderInfo? Find(string id) => _options.Directory.Providers.Find(id);

    private ModelException Unknown(ModelRef model)
    {
        var near = _options.Directory.Providers.All.Select(provider => (provider.Id, Distance: ModelWords.Distance(provider.Id, model.Provider, 2))).Where(entry => entry.Distance <= 2).OrderBy(entry => entry.Distance).FirstOrDefault().Id;
        return new(ModelFailure.NotConfigured,
            $"Configuration error: there is no provider \"{model.Provider}\".{(near is null ? "" : $" Did you mean {near}/{model.Model}?")} Supported providers: {string.Join(", ", KnownProviders.Popular.Select(provider => provider.Id))}")
        { Provider = model.Provider };
    }

    private static ModelException NotConfigured(ProviderInfo provider, string message) => new(ModelFailure.NotConfigured, message) { Provider = provider.Id };
}
