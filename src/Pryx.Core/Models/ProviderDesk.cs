using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Providers;
using Pryx.Providers;
using Pryx.Providers.Catalog;
using Pryx.Providers.Probe;

namespace Pryx.Core.Models;

/// <summary>The providers as a person sets them up: which are in the list, which one is active, whether its key is taken.</summary>
/// <param name="supportsSignin">Whether one can sign in to a provider with an account.</param>
/// <param name="healthOf">What the calls since the start have shown of a provider; null when it was not called.</param>
/// <param name="config">As it holds now.</param>
/// <param name="reload">Has <paramref name="config"/> read the files again.</param>
public sealed class ProviderDesk(ModelDesk models, ISecretStore secrets, Func<string, bool> supportsSignin, Func<string, ProviderHealth?> healthOf, Func<PryxConfig> config, Action reload, ConfigWriter writer)
{
    private const string Configured = "configured_providers";

    /// <summary>Every provider that can be named, the popular ones first.</summary>
    public async Task<ProviderList> ListAsync(CancellationToken cancellationToken)
    {
        var keys = await models.ReadKeysAsync(null, cancellationToken);
        var registry = models.RegistryOf(keys);
        var ended = await EndedSigninsAsync(cancellationToken);
        var (now, added) = (config(), config().List(Configured));
        return new([.. models.Directory.Providers.All.Select(provider =>
        {
            var origin = keys.OriginOf(provider.Id);
            var hasEnded = origin?.Source == KeySource.OAuth && ended.Contains(provider.Id);
            return new ProviderBody(provider.Id, provider.Name, provider.NeedsKey, registry.IsConfigured(provider.Id) && !hasEnded)
            {
                Active = provider.Id == now.ChosenProvider,
                Added = added.Contains(provider.Id),
                KeySource = origin?.Source switch
                {
                    KeySource.Environment => "env",
                    KeySource.Keychain => "keychain",
                    KeySource.OAuth => "oauth",
                    KeySource.DotEnv => ".env",
                    _ => null,
                },
                KeyVariable = origin?.Variable,
                SigninEnded = hasEnded,
                BaseUrl = BaseUrlOf(registry, provider),
                Local = provider.IsLocal,
                Oauth = supportsSignin(provider.Id),
                Health = healthOf(provider.Id),
                Wire = provider.Wire.ToString().ToLowerInvariant(),
                SupportsByok = provider.Wire != ProviderWire.Demo,
                DefaultModel = provider.DefaultModel,
                KeyVariables = provider.KeyVariables.Count == 0 ? null : provider.KeyVariables,
                ConstraintSources = ["catalog", .. provider.Id is "openrouter" or "ollama" ? (string[])["provider_api"] : [], "api_headers", "user_override"],
            };
        })], now.ChosenProvider);
    }

    /// <summary>Puts it into the list of those that the user works with; nothing changes when it is there.</summary>
    /// <returns>False when it was there.</returns>
    public async Task<bool> AddAsync(ProviderInfo provider, CancellationToken cancellationToken)
    {
        var isNew = false;
        await writer.SetAsync(() =>
        {
            reload();
            var list = config().List(Configured);
            isNew = !list.Contains(provider.Id);
            return isNew ? [new(Configured, string.Join('\n', list.Append(provider.Id)))] : [];
        }, cancellationToken);
        reload();
        return isNew;
    }

    /// <summary>As <see cref="AddAsync"/>, for somebody who is not waited for.</summary>
    public async Task AddSignedInAsync(string id)
    {
        if (models.Directory.Providers.Find(id) is { } provider)
        {
            await AddAsync(provider, CancellationToken.None);
        }
    }

    /// <summary>Takes its key, its sign-in and its place in the configuration away; what is not there is no error.</summary>
    /// <param name="id">Also of one that nobody knows (any more).</param>
    public async Task<ProviderRemoved> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        var keyRemoved = await secrets.DeleteAsync(SecretNames.Provider(id), cancellationToken);
        var signedOut = false;
        foreach (var name in (string[])[SecretNames.Expires(id), SecretNames.Access(id), SecretNames.Refresh(id)])
        {
            signedOut |= await secrets.DeleteAsync(name, cancellationToken);
        }
        var (wasConfigured, wasActive) = (false, false);
        await writer.SetAsync(() =>
        {
            reload();
            var changes = new List<KeyValuePair<string, string>>();
            var list = config().List(Configured);
            if (wasConfigured = list.Contains(id))
            {
                changes.Add(new(Configured, string.Join('\n', list.Where(entry => entry != id))));
            }
            if (wasActive = config().ChosenProvider == id)
            {
                // Empty, not absent: the model's name belonged to this provider, and the default is somebody else.
                changes.AddRange([new("model_provider", ""), new("model_name", "")]);
            }
            return changes;
        }, cancellationToken);
        reload();
        var origin = models.Directory.Providers.Find(id) is null ? null : (await models.ReadKeysAsync(id, cancellationToken)).OriginOf(id);
        return new(true, id, wasConfigured, keyRemoved, signedOut, wasActive) { StillSet = origin?.Variable };
    }

    /// <summary>Makes it the one that is asked when nobody says otherwise.</summary>
    /// <param name="model">Null for the one in force where it is this provider's, else the provider's usual one.</param>
    /// <exception cref="PryxException">PROVIDER_NOT_CONFIGURED, MODEL_INVALID.</exception>
    public async Task<ProviderUsed> UseAsync(ProviderInfo provider, string? model, CancellationToken cancellationToken)
    {
        var keys = await models.ReadKeysAsync(provider.Id, cancellationToken);
        if (!models.RegistryOf(keys).IsConfigured(provider.Id))
        {
            throw new PryxException("PROVIDER_NOT_CONFIGURED", $"Provider '{provider.Id}' is not configured: it has no key.", $"pryx provider add {provider.Id}");
        }
        var (name, note) = model is { Length: > 0 } ? (model, null) : await UsualModelAsync(provider, cancellationToken);
        if (!ModelRef.TryParse($"{provider.Id}/{name}", out _))
        {
            throw new PryxException("MODEL_INVALID", $"No model of {provider.Name} is known that could be used.", $"pryx provider use {provider.Id} --model NAME");
        }
        await writer.SetAsync([new("model_provider", provider.Id), new("model_name", name)], cancellationToken);
        await AddAsync(provider, cancellationToken);
        var overridden = config().Text("model_provider") != provider.Id ? "A variable of the environment says otherwise, and it comes first." : null;
        return new(true, provider.Id, name, overridden ?? note);
    }

    /// <summary>Makes one real call.</summary>
    /// <param name="key">Tried instead of the one in force; null for that.</param>
    public async Task<ProviderTest> TestAsync(ProviderInfo provider, string? key, TimeSpan limit, CancellationToken cancellationToken)
    {
        ProbeResult probe;
        try
        {
            probe = await models.ProbeAsync(provider, key, limit, cancellationToken);
        }
        catch (ModelException failure)
        {
            probe = new(TimeSpan.Zero, failure); // Nothing was sent: no key, or no usable address.
        }
        return Say(provider, probe);
    }

    /// <summary>What a call has shown, for a person.</summary>
    internal static ProviderTest Say(ProviderInfo provider, ProbeResult probe)
    {
        var verdict = probe.Failure is null ? ProviderVerdicts.Works
            : probe.IsRefused ? ProviderVerdicts.Refused
            : probe.IsUnreachable ? ProviderVerdicts.Unreachable
            : ProviderVerdicts.Unproven;
        return new(verdict == ProviderVerdicts.Works, provider.Id, provider.Name, verdict, (long)probe.Latency.TotalMilliseconds)
        {
            Models = probe.Models?.Count,
            Reason = probe.Failure?.Message,
            Account = probe.Account is not { } account ? null
                : new() { Label = account.Label, Used = account.Used, Limit = account.Limit, Remaining = account.Remaining, IsFreeTier = account.IsFreeTier },
        };
    }

    private async Task<(string Model, string? Note)> UsualModelAsync(ProviderInfo provider, CancellationToken cancellationToken)
    {
        var now = config();
        var current = now.IsSet("model_name") ? now.Text("model_name") : "";
        if (current.Length > 0 && now.ChosenProvider == provider.Id)
        {
            return (current, null);
        }
        if (provider.Wire == ProviderWire.Ollama)
        {
            return await models.ReadOllamaModelsAsync(cancellationToken) switch
            {
                null => ("llama3", "Ollama does not answer, so its models are not known. Start it with `ollama serve`."),
                [] => ("llama3", "No model is installed yet. Get one: pryx model pull llama3"),
                [var latest, ..] installed => (installed.Contains(current) ? current : latest, null),
            };
        }
        if (provider.DefaultModel is { } usual)
        {
            return (usual, null);
        }
        if (provider.IsLocal)
        {
            var probe = await models.ProbeAsync(provider, null, TimeSpan.FromSeconds(2), cancellationToken);
            return probe.Models?.FirstOrDefault(static model => !model.Contains("embed", StringComparison.OrdinalIgnoreCase)) is { } served ? (served, null)
                : ("default", $"{provider.Name} does not tell its models, so the name is a guess. Set it: pryx provider use {provider.Id} --model NAME");
        }
        var known = models.Directory.Of(provider.Id).ToList();
        return ((known.FirstOrDefault(static entry => entry.SupportsTools) ?? known.FirstOrDefault())?.Ref.Model ?? "",
            $"The first known model with tools was taken. Choose another one: pryx provider use {provider.Id} --model NAME");
    }

    private async Task<HashSet<string>> EndedSigninsAsync(CancellationToken cancellationToken)
    {
        var ended = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in await secrets.ListAsync(cancellationToken))
        {
            if (SecretNames.SignedInProvider(name) is { } provider && await secrets.GetAsync(name, cancellationToken) == SecretNames.SigninEnded)
            {
                ended.Add(provider);
            }
        }
        return ended;
    }

    private static string? BaseUrlOf(ProviderRegistry registry, ProviderInfo provider)
    {
        try
        {
            return provider.Wire == ProviderWire.Demo ? null : registry.BaseUrlOf(provider);
        }
        catch (ModelException)
        {
            return null; // A part of it is not set; using the provider says which.
        }
    }
}
