namespace Pryx.Protocol.Models;

/// <summary>Why a model call did not yield a whole reply. The order carries no meaning.</summary>
public enum ModelFailure
{
    /// <summary>No key, no base URL, an unknown provider: nothing was sent.</summary>
    NotConfigured,
    /// <summary>HTTP 401, 403: the key is missing, wrong or not allowed.</summary>
    Authentication,
    /// <summary>HTTP 404, or the provider's word that it has no such model.</summary>
    ModelNotFound,
    /// <summary>Another 4xx: sending it again will not help.</summary>
    InvalidRequest,
    ContextTooLong,
    /// <summary>HTTP 402 or an error that says credit is used up.</summary>
    QuotaExceeded,
    /// <summary>HTTP 429.</summary>
    RateLimited,
    /// <summary>HTTP 5xx, or an overload error inside the stream.</summary>
    ServerError,
    /// <summary>No connection: DNS, TLS, refused, reset before the first byte.</summary>
    Network,
    /// <summary>The stream ended before its closing event.</summary>
    StreamCut,
    /// <summary>A chunk that is not what the wire promises.</summary>
    MalformedStream,
    /// <summary>A whole stream with neither text nor tool call.</summary>
    EmptyReply,
    /// <summary>Nothing arrived for the idle limit.</summary>
    Silence,
    /// <summary>The provider refused the content.</summary>
    Refused,
}

/// <summary>A model call failed. The message is fit for a person: what happened, why, what to do next; never a secret.</summary>
public sealed class ModelException(ModelFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public ModelFailure Failure { get; } = failure;

    /// <summary>Stable, for surfaces: <c>PROVIDER_RATE_LIMITED</c>.</summary>
    public string Code => "PROVIDER_" + string.Concat(Failure.ToString().Select((letter, at) => at > 0 && char.IsUpper(letter) ? "_" + letter : letter.ToString())).ToUpperInvariant();

    public string? Provider { get; init; }
    public int? StatusCode { get; init; }

    /// <summary>The provider's own id of the request, to quote to its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long the provider asked us to wait; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Nothing can have to be paid: nothing was sent, or an error came in place of a reply. Otherwise the provider may bill what it did.</summary>
    public bool IsUnbilled { get; init; }

    /// <summary>PRD §14.1: 4xx are not sent again, rate limits, server and network errors are.</summary>
    public bool IsRetryable => Failure is ModelFailure.RateLimited or ModelFailure.ServerError or ModelFailure.Network
        or ModelFailure.StreamCut or ModelFailure.MalformedStream or ModelFailure.EmptyReply or ModelFailure.Silence;
}
