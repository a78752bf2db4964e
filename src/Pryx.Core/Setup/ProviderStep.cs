using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Models;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Providers;
using Pryx.Protocol.Setup;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Setup;

/// <summary>The step that is required: a provider that answers to a key and a model of it. One real call comes before anything is stored.</summary>
/// <param name="reload">Has the configuration read again.</param>
internal sealed class ProviderStep(ModelDesk models, ProviderDesk providers, ISecretStore secrets, ConfigWriter writer, Action reload, AuditLog audit)
{
    // Somebody waits before a screen.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>What a call shows; nothing is stored.</summary>
    /// <exception cref="PryxException">PROVIDER_UNKNOWN, VALIDATION_ERROR.</exception>
    public async Task<ProviderTried> TryAsync(TryProvider wanted, CancellationToken cancellationToken)
    {
        var provider = Find(wanted.Provider);
        var (test, listed) = await AskAsync(provider, KeyOf(wanted.ApiKey), EndpointOf(provider, wanted.Endpoint), cancellationToken);
        return TriedOf(provider, test, listed, wanted: null);
    }

    /// <exception cref="PryxException">PROVIDER_UNKNOWN, VALIDATION_ERROR, KEY_MISSING, KEY_REFUSED, PROVIDER_UNREACHABLE, MODEL_UNLISTED, VAULT_…, KEYCHAIN_…: nothing was stored.</exception>
    public async Task<SetupAnswer> TakeAsync(SetupInput input, SetupCaller caller, CancellationToken cancellationToken)
    {
        var provider = Find(input.Provider);
        var (key, endpoint) = (KeyOf(input.ApiKey), EndpointOf(provider, input.Endpoint));
        if (provider.NeedsKey && key is null && !await models.HasKeyAsync(provider, cancellationToken))
        {
            throw new PryxException("KEY_MISSING", $"{provider.Name} needs a key, and there is none.", $"pryx setup --provider {provider.Id}, or set {provider.KeyVariables[0]}");
        }
        var (test, listed) = await AskAsync(provider, key, endpoint, cancellationToken);
        Judge(provider, test, input.Force);
        var tried = TriedOf(provider, test, listed, input.Model?.Trim() is { Length: > 0 } given ? given : null);
        if (!input.Force && tried.Model is { } named)
        {
            UsualModel.Check(provider, listed, named);
        }
        var kept = key is null ? null : await StoreAsync(provider, key, caller, cancellationToken);
        if (endpoint is not null)
        {
            await writer.SetAsync([new("ollama_endpoint", endpoint)], cancellationToken);
            reload();
        }
        var used = await providers.UseAsync(provider, tried.Model, cancellationToken);
        await audit.AppendAsync(new("provider.used", "provider", provider.Id, caller.Name, "{}", "ok"), cancellationToken);
        return new(new SetupBody(false, false, [])) { Tried = tried with { Model = used.ModelName }, KeptIn = kept, Note = test.Ok ? used.Note : $"Stored without proof: {test.Reason}" };
    }

    private async Task<string> StoreAsync(ProviderInfo provider, string key, SetupCaller caller, CancellationToken cancellationToken)
    {
        await secrets.SetAsync(SecretNames.Provider(provider.Id), key, cancellationToken);
        await audit.AppendAsync(new("provider.key_set", "provider", provider.Id, caller.Name, "{}", "ok"), cancellationToken);
        return $"the {secrets.Description}";
    }

    private static void Judge(ProviderInfo provider, ProviderTest test, bool isForced)
    {
        switch (test.Verdict)
        {
            case ProviderVerdicts.Refused:
                throw new PryxException("KEY_REFUSED", $"{provider.Name} refuses the key: {test.Reason} Nothing was stored.", "look at the key on the provider's pages and give it again");
            case ProviderVerdicts.Unreachable when !isForced:
                throw new PryxException("PROVIDER_UNREACHABLE", $"{provider.Name} could not be asked: {test.Reason} Nothing was stored.",
                    provider.IsLocal ? "start its server and try again; or choose another provider" : "look at the network (pryx doctor) and try again; --force stores the key unproven, or work with a model on this machine: pryx setup --provider ollama");
            default:
                break; // A key that may not list models may still talk to them.
        }
    }

    private async Task<(ProviderTest Test, IReadOnlyList<string>? Listed)> AskAsync(ProviderInfo provider, string? key, string? endpoint, CancellationToken cancellationToken)
    {
        try
        {
            var probe = await models.ProbeAsync(provider, key, Patience, cancellationToken, endpoint);
            return (ProviderDesk.Say(provider, probe), probe.Models);
        }
        catch (ModelException failure)
        {
            return (ProviderDesk.Say(provider, new(TimeSpan.Zero, failure)), null); // No key, or no usable address: nothing was sent.
        }
    }

    private ProviderTried TriedOf(ProviderInfo provider, ProviderTest test, IReadOnlyList<string>? listed, string? wanted) =>
        new(test, listed is { Count: > 0 } ? listed : [.. models.Directory.Of(provider.Id).Select(static model => model.Ref.Model)]) { Model = UsualModel.Of(provider, listed, models.Directory, wanted) };

    private ProviderInfo Find(string? id) => string.IsNullOrWhiteSpace(id)
        ? throw new PryxException("VALIDATION_ERROR", "provider: the id of a provider is expected", "GET /api/v1/setup names what lies ready, GET /api/v1/providers all")
        : models.Directory.Providers.Find(id.Trim()) ?? throw new PryxException("PROVIDER_UNKNOWN", $"There is no provider '{id.Trim()}'.", "pryx provider list --available shows those that are known");

    private static string? KeyOf(string? text) => text is null ? null : KeyEndpoints.Checked(text);

    private static string? EndpointOf(ProviderInfo provider, string? text) => text?.Trim() is not { Length: > 0 } url ? null
        : provider.Wire != ProviderWire.Ollama ? throw new PryxException("VALIDATION_ERROR", "endpoint: only Ollama's address can be given here", $"set {(provider.BaseUrlVariables is [var variable, ..] ? variable : "the provider in config.yaml")}")
        : Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? url
        : throw new PryxException("VALIDATION_ERROR", "endpoint: an address such as http://192.168.1.5:11434 is expected");
}
