using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.Gemini;

/// <summary>Google Gemini's own API, <c>models/…:streamGenerateContent</c> (https://ai.google.dev/api/generate-content).</summary>
/// <param name="endpoint">The base URL with its version, such as <c>/v1beta</c>.</param>
/// <param name="model">The model when the options name none.</param>
public sealed class GeminiClient(WireEndpoint endpoint, string model) : WireClient(endpoint, model)
{
    internal const string WireFamily = "gemini";

    private protected override string PathOf(string model)
    {
        // "models/gemini-…" and "tunedModels/…" are names of the API's own; a plain one is a model.
        var name = model.Contains('/', StringComparison.Ordinal) ? model : $"models/{model}";
        return $"/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}:streamGenerateContent?alt=sse";
    }

    private protected override void WriteRequest(RequestBody body, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        new GeminiRequest(body.Json, WireName, model, Info).Write(messages, options);

    private protected override ReplyReader BeginReply(ModelExchange exchange, CallIds ids) => new GeminiReply(exchange, ids, WireName);

    // A signature is worth something only to who made it.
    private string WireName => Endpoint.Provider == "google" ? WireFamily : $"{WireFamily}/{Endpoint.Provider}";
}
