namespace Pryx.Core.OAuth;

/// <summary>How one signs in to a provider, and as which application Pryx does it there.</summary>
/// <param name="Provider">Its id.</param>
/// <param name="TokenUrl">Gets secrets: https, or this machine.</param>
/// <param name="ClientId">Empty until the person has given one.</param>
public sealed record OAuthApp(string Provider, string Name, string TokenUrl, string ClientId)
{
    /// <summary>Where the person is asked in the browser; null for providers that only offer a code to be typed.</summary>
    public string? AuthorizeUrl { get; init; }

    /// <summary>RFC 8628, for machines without a browser; null where the provider does not offer it.</summary>
    public string? DeviceUrl { get; init; }

    /// <summary>Null for applications that have none. Google's desktop applications have one, although it is in every copy.</summary>
    public string? ClientSecret { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>More of the query, such as <c>access_type=offline</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Extra { get; init; } = [];

    // A record prints its members; the secret must not be among them.
    public override string ToString() => $"OAuth application at {Provider}";
}
