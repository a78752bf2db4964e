using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIChat;

/// <summary>OpenAI Chat Completions, as OpenAI and the many servers speak it that took it over.</summary>
/// <param name="model">The model when the options name none.</param>
public sealed class OpenAIChatClient(WireEndpoint endpoint, string model) : WireClient(endpoint, model)
{
    private const string WireFamily = "openai-chat";

    /// <summary>Where this server differs from OpenAI's own.</summary>
    public ChatDialect Dialect { get; init; } = ChatDialect.Compatible;

    private protected override string PathOf(string model) => "/chat/completions";

    private protected override void WriteRequest(RequestBody body, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        new ChatRequest(body.Json, WireName, Dialect, Info).Write(model, messages, options);

    private protected override ReplyReader BeginReply(ModelExchange exchange, CallIds ids) => new ChatReply(exchange, ids, WireName, Dialect.AsksForCost);

    // What one server wants back another refuses as an unknown field, so the tag names the server as well.
    private string WireName => Endpoint.Provider == "openai" ? WireFamily : $"{WireFamily}/{Endpoint.Provider}";
}
