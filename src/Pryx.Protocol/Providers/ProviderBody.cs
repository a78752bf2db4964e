namespace Pryx.Protocol.Providers;

/// <param name="Configured">A call could be sent: its key is there, or it needs none.</param>
public sealed record ProviderBody(string Id, string Name, bool RequiresApiKey, bool Configured)
{
    /// <summary>The configuration names it as the one to ask.</summary>
    public bool Active { get; init; }

    /// <summary>It stands in <c>configured_providers</c>.</summary>
    public bool Added { get; init; }

    /// <summary><c>env</c>, <c>keychain</c>, <c>oauth</c> or <c>.env</c>; null when there is no key.</summary>
    public string? KeySource { get; init; }

    /// <summary>The variable that holds the key, where it comes from one.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>The person has signed in with an account and the provider has ended that since.</summary>
    public bool SigninEnded { get; init; }

    /// <summary>Where calls go; null when a part of it is not set yet.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Runs on the user's own machine or network.</summary>
    public bool Local { get; init; }

    /// <summary>One can sign in to it with an account instead of a key.</summary>
    public bool Oauth { get; init; }

    /// <summary>chat, responses, messages … : how it is spoken to.</summary>
    public string? Wire { get; init; }

    /// <summary>The user brings the key.</summary>
    public bool SupportsByok { get; init; }

    /// <summary>Pryx gives access of its own; it does to no provider.</summary>
    public bool SupportsBundled { get; init; }
    public string? DefaultModel { get; init; }

    /// <summary>The variables that are looked at for a key.</summary>
    public IReadOnlyList<string>? KeyVariables { get; init; }

    /// <summary>Where limits and prices of its models come from, the weakest first.</summary>
    public IReadOnlyList<string>? ConstraintSources { get; init; }

    /// <summary>Null when it was not called since the start.</summary>
    public ProviderHealth? Health { get; init; }
}

/// <param name="Active">The id of the active one; null when the first that has a key is taken.</param>
/// <param name="Warning">What is missing in the list and why, such as a catalog that could not be fetched; null otherwise.</param>
public sealed record ProviderList(IReadOnlyList<ProviderBody> Providers, string? Active = null, string? Warning = null);

/// <summary>What happened to a provider's key, sign-in and place in the configuration.</summary>
/// <param name="WasConfigured">It stood in <c>configured_providers</c>.</param>
/// <param name="KeyRemoved">A key of it was stored.</param>
public sealed record ProviderRemoved(bool Ok, string ProviderId, bool WasConfigured, bool KeyRemoved, bool SignedOut, bool WasActive)
{
    /// <summary>A variable of Core's environment that still gives it a key.</summary>
    public string? StillSet { get; init; }
}

/// <param name="Model">Null for the provider's default.</param>
public sealed record UseProvider(string? Model = null);

/// <param name="Note">What the person should know of the model that was taken; null otherwise.</param>
public sealed record ProviderUsed(bool Ok, string ModelProvider, string ModelName, string? Note = null);

/// <summary>One of the two; it is stored and never shown again.</summary>
public sealed record KeyInput(string? ApiKey, string? Key);

/// <param name="KeptIn">Where, in words for a person.</param>
public sealed record KeyStored(bool Ok, string ProviderId, string KeptIn)
{
    /// <summary>A variable of Core's environment that comes before the stored key.</summary>
    public string? HiddenBy { get; init; }
}
