using System.Globalization;
using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.Ollama;

/// <summary>
/// Ollama's own /api/chat. Its OpenAI endpoint ignores the context size and silently forgets the beginning of longer
/// conversations; here the size is asked for, and after the first reply it is checked what the server really loaded.
/// </summary>
/// <param name="endpoint">The base URL without <c>/v1</c>.</param>
/// <param name="model">The model when the options name none.</param>
public sealed class OllamaClient(WireEndpoint endpoint, string model) : WireClient(endpoint, model)
{
    public const int DefaultContext = 32_768;

    /// <summary>Tokens below which an agent forgets its own instructions within a few steps.</summary>
    public const int LeastUsefulContext = 16_384;

    private const string WireFamily = "ollama";
    private string? _checkedModel;

    /// <summary>Tokens to ask for; the server lowers it to what the model can.</summary>
    public int Context { get; init; } = DefaultContext;

    /// <summary>How long the model stays in memory after a reply: a duration such as <c>30m</c>, or seconds, -1 for ever; null for the server's own 5 minutes.</summary>
    public string? KeepAlive { get; init; }

    private protected override string PathOf(string model) => "/api/chat";
    private protected override string[] StreamTypes { get; } = ["application/x-ndjson", "application/json", "text/plain"];

    private protected override void WriteRequest(RequestBody body, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        new OllamaRequest(body.Json, WireFamily, Context) { KeepAlive = KeepAlive }.Write(model, messages, options);

    private protected override ReplyReader BeginReply(ModelExchange exchange, CallIds ids) => new OllamaReply(exchange, ids, WireFamily);

    private protected override ValueTask<WireEvent?> NextAsync(ModelExchange exchange) => exchange.NextLineAsync();

    private protected override async ValueTask<string?> AfterReplyAsync(string model, CancellationToken cancellationToken)
    {
        if (_checkedModel == model)
            return null;
        var loaded = await new OllamaServer(Endpoint).LoadedContextAsync(model, cancellationToken);
        _checkedModel = model;
        return loaded is < LeastUsefulContext and var tokens
            ? string.Create(CultureInfo.InvariantCulture,
                $"Ollama loaded {model} with a context of {tokens} tokens; {Context} were asked for and an agent needs at least {LeastUsefulContext}. It will forget the beginning of longer work. Choose a model with a larger context, or one small enough to leave memory for it.")
            : null;
    }
}
