namespace Pryx.Providers.Http;

/// <summary>Where a wire sends its requests and how it introduces itself. One per provider.</summary>
/// <param name="Provider">The provider's id, as in <c>openai/gpt-4o</c>.</param>
/// <param name="BaseUrl">Without a trailing slash; the wire adds its path.</param>
public sealed record WireEndpoint(string Provider, string BaseUrl)
{
    public static TimeSpan DefaultIdleLimit { get; } = TimeSpan.FromSeconds(120);

    /// <summary>What people call the provider; in error messages.</summary>
    public string Name { get; init; } = Provider;

    /// <summary>Null for servers that want none.</summary>
    public string? Key { get; init; }

    /// <summary>The variable that holds the key; in error messages.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>Sent with every request, beside the wire's own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Instead of a key, for people who signed in with an account; null otherwise.</summary>
    public AccessTokenSource? Token { get; init; }

    /// <summary>How long nothing at all may arrive, from the request to the end of the stream.</summary>
    public TimeSpan IdleLimit { get; init; } = DefaultIdleLimit;

    /// <summary>What to do when nobody listens at the base URL ("start it with `ollama serve`"); null for the general advice.</summary>
    public string? UnreachableAdvice { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
    public HttpClient Http { get; init; } = SharedHttp.Client;

    /// <summary>Puts the headers on a request, and the token of the moment.</summary>
    /// <param name="rejected">As <see cref="AccessTokenSource"/> takes it.</param>
    /// <returns>The endpoint that knows the token as its key, so that no message can repeat it.</returns>
    internal async ValueTask<WireEndpoint> AuthorizeAsync(HttpRequestMessage request, string? rejected, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (Token is null)
            return this;
        var token = await Token(rejected, cancellationToken);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return this with { Key = token };
    }
}
