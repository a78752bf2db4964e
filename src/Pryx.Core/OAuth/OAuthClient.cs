using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol.Errors;

namespace Pryx.Core.OAuth;

/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Error">As RFC 6749 and 8628 name it.</param>
internal sealed record TokenAnswer(string? AccessToken, string? RefreshToken, long? ExpiresIn, string? Error, string? ErrorDescription);

internal sealed record DeviceAnswer(string? DeviceCode, string? UserCode, string? VerificationUri, string? VerificationUrl, string? VerificationUriComplete, int? ExpiresIn, int? Interval, string? Error);

/// <summary>The questions of OAuth 2 that are asked without the person: forms in, JSON out, 15 s each. Nothing it throws repeats a code, a token or a secret.</summary>
public sealed class OAuthClient(TimeProvider time)
{
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // No redirects: they would carry the code and the secret elsewhere.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LongestAnswer,
    };

    internal Task<TokenAnswer> RequestTokenAsync(OAuthApp app, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellationToken) =>
        AskAsync(app, app.TokenUrl, app.ClientSecret is { } secret ? form.Append(new("client_secret", secret)) : form, OAuthJson.Default.TokenAnswer, static answer => answer is { AccessToken: not null } or { Error: not null }, cancellationToken);

    internal Task<DeviceAnswer> RequestDeviceAsync(OAuthApp app, CancellationToken cancellationToken) =>
        AskAsync(app, app.DeviceUrl!, [new("scope", string.Join(' ', app.Scopes))], OAuthJson.Default.DeviceAnswer,
            static answer => answer is { DeviceCode.Length: > 0, UserCode.Length: > 0 } and ({ VerificationUri: not null } or { VerificationUrl: not null }) or { Error: not null }, cancellationToken);

    /// <exception cref="PryxException">OAUTH_UNREACHABLE, OAUTH_ERROR.</exception>
    private async Task<T> AskAsync<T>(
        OAuthApp app, string url, IEnumerable<KeyValuePair<string, string>> form, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<T, bool> isAnswer, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var content = new FormUrlEncodedContent(form.Prepend(new("client_id", app.ClientId)));
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content, Headers = { { "Accept", "application/json" } } };
            using var response = await Http.SendAsync(request, either.Token);
            // A server in trouble answers with a page: its status says more than that this is no JSON.
            if ((int)response.StatusCode is 429 or >= 500)
            {
                throw Unexpected(app, response.StatusCode);
            }
            var answer = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(either.Token), type);
            return answer is not null && isAnswer(answer) && (int)response.StatusCode is 200 or (>= 400 and < 500) ? answer : throw Unexpected(app, response.StatusCode);
        }
        catch (JsonException)
        {
            throw Unexpected(app, null);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
        {
            throw new PryxException("OAUTH_UNREACHABLE", $"The sign-in of {app.Name} can not be reached at {new Uri(url).Host}.", "check the network and try again", e);
        }
    }

    private static PryxException Unexpected(OAuthApp app, HttpStatusCode? status) => status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests
        ? new("OAUTH_UNREACHABLE", $"The sign-in of {app.Name} has a problem of its own (HTTP {(int)status}).", "try again in a moment")
        : new("OAUTH_ERROR", $"What the sign-in of {app.Name} answered can not be used{(status is { } known ? $" (HTTP {(int)known})" : "")}.", "check the OAuth addresses in config.yaml");

    /// <summary>Another program's words, for a person: bounded and printable.</summary>
    internal static string Words(TokenAnswer answer) => new([.. $"{answer.Error}{(answer.ErrorDescription is { Length: > 0 } more ? $": {more}" : "")}".Take(200).Select(static c => c is >= ' ' and <= '~' ? c : ' ')]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(DeviceAnswer))]
internal sealed partial class OAuthJson : JsonSerializerContext;
