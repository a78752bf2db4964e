using Microsoft.Extensions.AI;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers;

namespace Pryx.Core.Models;

/// <param name="Notice">Why this one, where the user did not choose it; null where they did.</param>
public sealed record ModelChoice(ModelRef Model, IChatClient Client, string? Notice);

/// <summary>
/// Chooses the model of a turn: the request's, the session's, the configured one, the first provider with a key, a running Ollama,
/// and for people who have none of it the tour.
/// </summary>
public sealed class ModelDesk(PryxConfig config, ISecretStore secrets, ProviderOptions options)
{
    /// <param name="settings">The environment with the folder's .env behind it.</param>
    /// <param name="api">Which of the provider's APIs to speak; null for its default.</param>
    /// <exception cref="PryxException">MODEL_INVALID</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<ModelChoice> ChooseAsync(string? requested, string? ofSession, Settings settings, CancellationToken cancellationToken, string? api = null)
    {
        var chosen = (requested ?? ofSession ?? config.ChosenModel) is { } text ? Parse(text) : (ModelRef?)null;
        var keys = await new ProviderKeys(settings, secrets).ReadAsync(chosen?.Provider, cancellationToken);
        var registry = new ProviderRegistry(name => Setting(settings, name), keys, options);
        if (chosen is { } model)
        {
            return Create(registry, model, null, api);
        }
        var found = await registry.ChooseDefaultAsync(cancellationToken);
        return Create(registry, found, found.Provider == "demo"
            ? "No provider key found and no Ollama running, so this is the demo tour (no AI). For real work set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY, or run: pryx provider set-key NAME"
            : null);
    }

    // The configured Ollama address counts where the environment names none.
    private string? Setting(Settings settings, string name) =>
        settings.Get(name) ?? (name == "OLLAMA_HOST" && config.IsSet("ollama_endpoint") ? config.Text("ollama_endpoint") : null);

    private static ModelChoice Create(ProviderRegistry registry, ModelRef model, string? notice, string? api = null) => new(model, registry.Create(model, api), notice);

    private static ModelRef Parse(string text) => ModelRef.TryParse(text, out var model)
        ? model
        : throw new PryxException("MODEL_INVALID", $"'{text}' does not name a provider and a model.", "write it as provider/model, such as openai/gpt-4o");
}
