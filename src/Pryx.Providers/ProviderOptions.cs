using Pryx.Providers.Catalog;
using Pryx.Providers.Http;

namespace Pryx.Providers;

/// <summary>What all clients of a registry share.</summary>
public sealed record ProviderOptions
{
    /// <summary>How long a provider may send nothing; null for 120 s, and 10 minutes for local servers, which load models first.</summary>
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>Who can be named, and what is known of their models.</summary>
    public ModelDirectory Directory { get; init; } = ModelDirectory.Bundled;
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The access token of a provider, by its id, that the person has signed in to; null where they have not.</summary>
    public Func<string, AccessTokenSource?> Token { get; init; } = static _ => null;
    public HttpClient Http { get; init; } = SharedHttp.Client;
}
