using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>Which kind of failure a provider means: by its words first, because the status numbers overlap, then by status.</summary>
internal static class FailureKinds
{
    private static readonly string[] TooLong =
    [
        "context_length_exceeded", "exceed_context_size", "maximum context length", "maximum prompt length", "context window",
        "prompt is too long", "input is too long", "input length", "exceed context limit", "exceeds the context", "context size",
        "too many tokens", "token limit", "prompt token count", "input token count", "too large for model", "request too large",
        "request_too_large", "reduce the length", "context the overflows", "max_new_tokens",
    ];

    private static readonly string[] NeverFits = ["context_length_exceeded", "request too large", "reduce the length"];

    private static readonly string[] NoCredit =
    [
        "insufficient_quota", "billing", "credit balance", "insufficient credits", "insufficient balance", "insufficient_balance",
        "exceeded your current quota", "payment required", "out of credits",
    ];

    private static readonly string[] NoModel =
    [
        "model_not_found", "not a valid model", "no such model", "unknown model", "model not found", "invalid model", "does not exist or you do not have access",
        "no endpoints found for", "unknown_model",
    ];

    private static readonly string[] Flagged =
        ["content_policy", "content_filter", "flagged", "moderation", "safety system", "usage policy", "cyber_policy"];

    private static readonly string[] NoKey =
        ["authentication_error", "permission_error", "invalid_api_key", "invalid api key", "incorrect api key", "unauthorized", "api key not valid"];

    /// <param name="status">Null when neither the response nor the body named one.</param>
    /// <param name="code">Code and type, lower case.</param>
    public static ModelFailure Of(int? status, string code, string message)
    {
        if (status is >= 500)
            return ModelFailure.ServerError;
        // Google says "check your plan and billing" over every limit, also over one that a minute heals; which it was stands in the quota's name.
        if (code.Contains("resource_exhausted", StringComparison.Ordinal))
            return code.Contains("perday", StringComparison.Ordinal) || message.Contains("depleted", StringComparison.OrdinalIgnoreCase) ? ModelFailure.QuotaExceeded : ModelFailure.RateLimited;
        if (status is 402 || Says(code, message, NoCredit))
            return ModelFailure.QuotaExceeded;
        // A rate limit speaks of tokens too; only a request that can never fit is a matter of length.
        if (status is not 401 && Says(code, message, status is 429 ? NeverFits : TooLong))
            return ModelFailure.ContextTooLong;
        if (status is 429 || (status is null && (code.Contains("rate_limit", StringComparison.Ordinal) || code.Contains("too_many_requests", StringComparison.Ordinal))))
            return ModelFailure.RateLimited;
        if (Says(code, message, NoModel) || (status is null or 404 && code.Contains("not_found", StringComparison.Ordinal)) || status is 404)
            return ModelFailure.ModelNotFound;
        if (status is not 401 && Says(code, message, Flagged))
            return ModelFailure.Refused;
        if (status is 401 or 403 || Says(code, message, NoKey))
            return ModelFailure.Authentication;
        if (status is 408)
            return ModelFailure.ServerError;
        if (status is 413)
            return ModelFailure.ContextTooLong;
        if (status is >= 400 || code.Contains("invalid", StringComparison.Ordinal) || code.Contains("unsupported", StringComparison.Ordinal))
            return ModelFailure.InvalidRequest;
        // An error in mid-stream without a number is the provider's own trouble: overloaded_error, api_error, server_error, a crashed runner.
        return ModelFailure.ServerError;
    }

    private static bool Says(string code, string message, string[] words)
    {
        foreach (var word in words)
            if (code.Contains(word, StringComparison.Ordinal) || message.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
