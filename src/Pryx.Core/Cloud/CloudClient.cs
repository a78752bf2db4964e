using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Cloud;

internal sealed record CodeRequest(string ClientId, string CodeChallenge, string CodeChallengeMethod);

internal sealed record CodeAnswer(string? DeviceCode, string? UserCode, string? VerificationUri, string? VerificationUriComplete, int? ExpiresIn, int? Interval);

internal sealed record TokenRequest(string GrantType, string DeviceCode, string ClientId, string? CodeVerifier);

internal sealed record RefreshRequest(string GrantType, string RefreshToken, string ClientId);

/// <param name="ExpiresIn">Seconds; null for the hour that access tokens usually have.</param>
internal sealed record TokenAnswer(string? AccessToken, string? RefreshToken, long? ExpiresIn, string? Error);

/// <summary>The cloud's sign-in, at the address that is configured; each question has five seconds.</summary>
/// <param name="config">As it holds now.</param>
public sealed class CloudClient(Func<PryxConfig> config, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    internal async Task<CodeAnswer> RequestCodeAsync(CodeRequest request, CancellationToken cancellationToken)
    {
        var (status, answer) = await AskAsync("/auth/device/code", request, CloudJson.Default.CodeRequest, CloudJson.Default.CodeAnswer, cancellationToken);
        return status == HttpStatusCode.OK && answer is { DeviceCode.Length: > 0, UserCode.Length: > 0, VerificationUri.Length: > 0 }
            ? answer
            : throw Unexpected(status);
    }

    /// <summary>A token, or the error in the words of RFC 8628.</summary>
    internal async Task<TokenAnswer> RequestTokenAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var (status, answer) = await AskAsync("/auth/device/token", request, CloudJson.Default.TokenRequest, CloudJson.Default.TokenAnswer, cancellationToken);
        return IsAnswer(status, answer) ? answer! : throw Unexpected(status);
    }

    /// <summary>Another token for a refresh token, which is void then.</summary>
    internal async Task<TokenAnswer> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        var (status, answer) = await AskAsync("/auth/token/refresh", new RefreshRequest("refresh_token", refreshToken, "pryx"), CloudJson.Default.RefreshRequest, CloudJson.Default.TokenAnswer, cancellationToken);
        return IsAnswer(status, answer) ? answer! : throw Unexpected(status);
    }

    private static bool IsAnswer(HttpStatusCode status, TokenAnswer? answer) => (int)status is 200 or (>= 400 and < 500) && answer is { AccessToken: not null } or { Error: not null };

    private async Task<(HttpStatusCode Status, TAnswer? Answer)> AskAsync<TRequest, TAnswer>(
        string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        var url = Url() + path;
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, requestType)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await Http.PostAsync(url, content, either.Token);
            // A server in trouble, or a proxy before it, answers with a page: its status says more than that this is no JSON.
            if ((int)response.StatusCode is >= 500 or 407)
            {
                throw Unexpected(response.StatusCode);
            }
            return (response.StatusCode, JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(either.Token), answerType));
        }
        catch (JsonException e)
        {
            throw new PryxException("CLOUD_ERROR", $"What {new Uri(url).Host} answered is not what the cloud says.", "check cloud_api_url, and whether a sign-in page of the network stands in between", e);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && timeout.IsCancellationRequested))
        {
            throw new PryxException("CLOUD_UNREACHABLE", $"The cloud can not be reached at {new Uri(url).Host}{(timeout.IsCancellationRequested ? ": it does not answer" : "")}.", "try again when there is a network (pryx doctor looks at it), or go on without: everything but the cloud works offline", e);
        }
    }

    private string Url()
    {
        var text = config().Text("cloud_api_url").Trim().TrimEnd('/');
        if (text.Length == 0)
        {
            throw new PryxException("CLOUD_URL_MISSING", "missing cloud api url", "set cloud_api_url in config.yaml, or PRYX_CLOUD_API_URL");
        }
        // A token in the clear is a token lost.
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback))
            ? text
            : throw new PryxException("CLOUD_URL_INVALID", "cloud_api_url must begin with https://.", "correct it in config.yaml");
    }

    private static PryxException Unexpected(HttpStatusCode status) => (int)status >= 500
        ? new("CLOUD_UNREACHABLE", $"The cloud is in trouble (it answered {(int)status}).", "try again later, or go on without: everything but the cloud works offline")
        : new("CLOUD_ERROR", $"The cloud answered {(int)status}.", "check cloud_api_url, or try again later");
}
