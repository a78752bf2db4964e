using System.Text.Json.Nodes;

namespace Pryx.Testing.Fake;

/// <summary>What both wires of OpenAI share: where the key is and how an error looks.</summary>
internal static class OpenAiErrors
{
    public static bool HasBearer(FakeRequest request) =>
        request.Headers.GetValueOrDefault("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.Ordinal) && header.Length > 7;

    public static string Body(HttpError error, string contextTooLong)
    {
        var (type, code, message) = error.Status switch
        {
            _ when error.IsContextTooLong => ("invalid_request_error", "context_length_exceeded", contextTooLong),
            401 => ("invalid_request_error", "invalid_api_key", "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys."),
            403 => ("invalid_request_error", "unsupported_country_region_territory", "Country, region, or territory not supported"),
            404 => ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
            429 when error.Code is "insufficient_quota" => ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
            429 => ("requests", "rate_limit_exceeded", "Rate limit reached for requests. Please try again later."),
            >= 500 => ("server_error", null, "The server had an error while processing your request. Sorry about that!"),
            _ => ("invalid_request_error", null, "Invalid request."),
        };
        return new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = error.Message ?? message, ["type"] = type, ["param"] = null, ["code"] = error.Code ?? code },
        }.OneLine();
    }
}
