using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>Turns what a provider or the network said into one typed error with words for a person.</summary>
internal static class ModelErrors
{
    private const int MaxProviderWords = 500;

    /// <param name="what">Continues "OpenAI …".</param>
    public static ModelException Create(WireEndpoint endpoint, ModelFailure failure, string what, Exception? inner = null, string? requestId = null) =>
        new(failure, $"{endpoint.Name} {what}.", inner) { Provider = endpoint.Provider, RequestId = requestId };

    public static ModelException FromBody(WireEndpoint endpoint, HttpResponseMessage response, ErrorBody body, string? requestId)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            var target = response.Headers.Location is { IsAbsoluteUri: true } location ? location.GetLeftPart(UriPartial.Path) : "another address";
            return new(ModelFailure.InvalidRequest,
                $"{endpoint.Name} redirects {endpoint.BaseUrl} to {target}. Keys are not sent after a redirect: set the base URL to the new address.")
            { Provider = endpoint.Provider, StatusCode = status, RequestId = requestId, IsUnbilled = true };
        }
        return FromBody(endpoint, status, body, requestId ?? body.RequestId, RetryAfterOf(response, endpoint.Time) ?? (status == 429 ? RateLimitHeaders.Read(response, endpoint.Time)?.Wait : null), IsRefusal(status));
    }

    /// <param name="status">The response's own; null for an error inside a stream that began with 200.</param>
    public static ModelException FromBody(WireEndpoint endpoint, int? status, ErrorBody body, string? requestId, TimeSpan? retryAfter, bool isUnbilled = false)
    {
        status ??= body.Status;
        retryAfter ??= body.RetryAfter;
        var failure = FailureKinds.Of(status, body.Code, body.Message ?? "");
        var words = body.Message is { } said ? $" It said: \"{Shorten(endpoint, said)}\"" : "";
        var number = status is { } known ? $" (HTTP {known.ToString(CultureInfo.InvariantCulture)})" : "";
        return new(failure, $"{endpoint.Name} {What(failure)}{number}.{words}{Advice(endpoint, failure, retryAfter)}")
        {
            Provider = endpoint.Provider,
            StatusCode = status,
            RequestId = requestId ?? body.RequestId,
            RetryAfter = retryAfter,
            IsUnbilled = isUnbilled,
        };
    }

    public static ModelException Unreachable(WireEndpoint endpoint, Exception failure)
    {
        var why = failure.GetBaseException() switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "the host name is not known",
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens there",
            SocketException socket => socket.Message,
            AuthenticationException => "its TLS certificate was not accepted",
            TimeoutException => "no connection within 15 s",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } =>
                "it closed the connection without an answer",
            IOException => "the connection broke",
            _ => failure.GetBaseException().Message,
        };
        var advice = endpoint.UnreachableAdvice ?? "Check the network, a proxy, and the base URL.";
        return new(ModelFailure.Network, $"{endpoint.Name} can not be reached at {endpoint.BaseUrl}: {Shorten(endpoint, why)}. {advice}", failure)
        {
            Provider = endpoint.Provider,
            IsUnbilled = !MayHaveBeenRead(failure),
        };
    }

    // A gateway that lost its patience does not know what became of the request behind it.
    private static bool IsRefusal(int status) => status is not (408 or 502 or 504 or 524);

    private static bool MayHaveBeenRead(Exception failure) => failure is not HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    /// <summary>The provider's words, cut, on one line, without the key they may echo (also a masked one).</summary>
    public static string Shorten(WireEndpoint endpoint, string words)
    {
        var text = words.ReplaceLineEndings(" ").Trim();
        if (endpoint.Key is { Length: > 0 } key)
        {
            text = text.Replace(key, "[key]", StringComparison.Ordinal);
            if (key.Length >= 12)
                text = WithoutEchoes(text, key[..6]);
        }
        return text.Length <= MaxProviderWords ? text : $"{text.AsSpan(0, MaxProviderWords)}…";
    }

    private static string WithoutEchoes(string text, string start)
    {
        for (var at = text.IndexOf(start, StringComparison.Ordinal); at >= 0; at = text.IndexOf(start, at + 5, StringComparison.Ordinal))
        {
            var end = at;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '_' or '*' or '.' or '…' or '•'))
                end++;
            text = $"{text.AsSpan(0, at)}[key]{text.AsSpan(end)}";
            if (at + 5 > text.Length)
                break;
        }
        return text;
    }

    private static string What(ModelFailure failure) => failure switch
    {
        ModelFailure.Authentication => "refused the key",
        ModelFailure.ModelNotFound => "does not have this model or address",
        ModelFailure.ContextTooLong => "refused the request because it is too long for the model",
        ModelFailure.QuotaExceeded => "says the credit or quota is used up",
        ModelFailure.RateLimited => "says there were too many requests",
        ModelFailure.ServerError => "had a problem of its own",
        ModelFailure.Refused => "refused the content",
        _ => "refused the request",
    };

    private static string Advice(WireEndpoint endpoint, ModelFailure failure, TimeSpan? retryAfter) => failure switch
    {
        ModelFailure.Authentication when endpoint.Token is not null =>
            $" Sign in again: pryx provider oauth {endpoint.Provider}",
        ModelFailure.Authentication when endpoint.KeyVariable is { } variable =>
            $" Check {variable}, or set a new key: pryx provider set-key {endpoint.Provider}",
        ModelFailure.ModelNotFound when endpoint.Provider == "ollama" => " See `ollama list`, or get it with `ollama pull`.",
        ModelFailure.ModelNotFound => $" Check the model's name and the base URL {endpoint.BaseUrl}.",
        ModelFailure.ContextTooLong => " Start a new session, or choose a model with a larger context.",
        ModelFailure.QuotaExceeded => $" Add credit at {endpoint.Name}, or choose another provider with --model.",
        ModelFailure.RateLimited when retryAfter is { } wait =>
            string.Create(CultureInfo.InvariantCulture, $" Wait {Math.Ceiling(wait.TotalSeconds):0} s, or choose another model."),
        ModelFailure.RateLimited => " Wait a little, or choose another model.",
        ModelFailure.ServerError => " Try again in a moment.",
        _ => "",
    };

    /// <summary>RFC 9110 §10.2.3 seconds or date, and OpenAI's milliseconds. Never negative.</summary>
    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, TimeProvider time)
    {
        if (HeaderNumber(response, "retry-after-ms") is { } milliseconds)
            return TimeSpan.FromMilliseconds(milliseconds);
        if (HeaderNumber(response, "retry-after") is { } seconds)
            return TimeSpan.FromSeconds(seconds);
        if (response.Headers.RetryAfter?.Date is not { } date)
            return null;
        var wait = date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static double? HeaderNumber(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
            && double.TryParse(values.ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number < TimeSpan.FromDays(7).TotalMilliseconds ? number : null;
}
