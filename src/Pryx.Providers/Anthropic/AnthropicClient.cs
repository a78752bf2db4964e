using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.Anthropic;

/// <summary>Anthropic Messages (https://docs.claude.com/en/api/messages), version 2023-06-01 unless told otherwise.</summary>
/// <param name="model">The model when the options name none.</param>
public sealed class AnthropicClient(WireEndpoint endpoint, string model) : WireClient(endpoint, model)
{
    internal const string WireFamily = "anthropic";

    /// <summary>The API demands a limit. Used when neither the options nor the catalog know one.</summary>
    internal const int DefaultMaxTokens = 8192;

    /// <summary>The model's own limit, if known, in tokens.</summary>
    public int? MaxOutput { get; init; }

    /// <summary>True for models that take an effort and decide themselves how long to think (Claude 4.6 and later).</summary>
    public bool ThinksAdaptively { get; init; }

    /// <summary>True for models that take <c>output_config.format</c>; the others are asked in words.</summary>
    public bool TakesSchema { get; init; }

    private protected override string PathOf(string model) => "/v1/messages";

    private protected override void WriteRequest(RequestBody body, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        new AnthropicRequest(body.Json, WireName, this).Write(model, messages, options);

    private protected override ReplyReader BeginReply(ModelExchange exchange, CallIds ids) => new AnthropicReply(exchange, ids, WireName);

    // A signature is worth something only to who made it.
    private string WireName => Endpoint.Provider == WireFamily ? WireFamily : $"{WireFamily}/{Endpoint.Provider}";
}
