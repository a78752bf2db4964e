using Pryx.Core.Configuration;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Secrets;

public enum KeySource { Environment, Keychain, OAuth, DotEnv }

/// <param name="Variable">Null unless it comes from one.</param>
public sealed record KeyOrigin(KeySource Source, string? Variable);

/// <summary>The keys as they were found at one moment, in the order of docs/decisions/0003-key-order.md. For calls; never to be shown or stored.</summary>
/// <param name="providers">Who can be named.</param>
/// <param name="stored">Of the keychain, by the provider's id.</param>
/// <param name="signedIn">Ids of the providers that one has signed in to with an account.</param>
public sealed class KeyRing(Settings settings, ProviderDirectory providers, IReadOnlyDictionary<string, string> stored, IReadOnlySet<string> signedIn)
{
    /// <summary>Null also where one has signed in: the access token changes too often to be kept here.</summary>
    public string? KeyOf(string provider) => OriginOf(provider) switch
    {
        { Source: KeySource.Environment, Variable: { } variable } => settings.FromEnvironment(variable),
        { Source: KeySource.Keychain } => stored.GetValueOrDefault(provider),
        { Source: KeySource.DotEnv, Variable: { } variable } => settings.FromDotEnv(variable),
        _ => null,
    };

    /// <summary>Whether the access token of an account is what counts.</summary>
    public bool IsSignedIn(string provider) => OriginOf(provider) is { Source: KeySource.OAuth };

    public KeyOrigin? OriginOf(string provider)
    {
        var variables = providers.Find(provider)?.KeyVariables ?? [];
        return variables.FirstOrDefault(name => settings.FromEnvironment(name) is not null) is { } exported ? new(KeySource.Environment, exported)
            : stored.ContainsKey(provider) ? new(KeySource.Keychain, null)
            : signedIn.Contains(provider) ? new(KeySource.OAuth, null)
            : variables.FirstOrDefault(name => settings.FromDotEnv(name) is not null) is { } ofFolder ? new(KeySource.DotEnv, ofFolder)
            : null;
    }
}
