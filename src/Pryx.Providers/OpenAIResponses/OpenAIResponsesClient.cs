using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIResponses;

/// <summary>OpenAI Responses, stateless: nothing is stored at the provider, encrypted reasoning travels with the history.</summary>
/// <param name="model">The model when the options name none.</param>
public sealed class OpenAIResponsesClient(WireEndpoint endpoint, string model) : WireClient(endpoint, model)
{
    private const string WireFamily = "openai-responses";

    private protected override string PathOf(string model) => "/responses";

    private protected override void WriteRequest(RequestBody body, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        new ResponsesRequest(body.Json, WireName, Info).Write(model, messages, options);

    private protected override ReplyReader BeginReply(ModelExchange exchange, CallIds ids) => new ResponsesReply(exchange, ids, WireName);

    // Encrypted reasoning opens only where it was made.
    private string WireName => Endpoint.Provider == "openai" ? WireFamily : $"{WireFamily}/{Endpoint.Provider}";
}
