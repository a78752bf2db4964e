namespace Pryx.Core.Web;

/// <summary>Whom to ask when the web is searched.</summary>
/// <param name="Provider"><c>searxng</c> or <c>brave</c>.</param>
/// <param name="Url">SearXNG's own address; for Brave the one of its API.</param>
public sealed record SearchOptions(string Provider, Uri Url)
{
    private static readonly Uri Brave = new("https://api.search.brave.com/res/v1/web/search");

    /// <summary>Null where nothing is configured, or nothing that can be understood.</summary>
    /// <param name="provider">searxng or brave; empty: searxng where there is an address.</param>
    public static SearchOptions? From(string provider, string url)
    {
        var address = Uri.TryCreate(url.Trim(), UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? parsed : null;
        return provider.Trim().ToLowerInvariant() switch
        {
            "brave" => new("brave", Brave),
            "" or "searxng" when address is not null => new("searxng", address),
            _ => null,
        };
    }
}
