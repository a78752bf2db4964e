using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>What every wire's client has in common: write the request, send it, read events until the reply is closed.</summary>
public abstract class WireClient : IChatClient
{
    private readonly ChatClientMetadata _metadata;

    private protected WireClient(WireEndpoint endpoint, string model)
    {
        Endpoint = endpoint;
        Model = model;
        _metadata = new(endpoint.Provider, Uri.TryCreate(endpoint.BaseUrl, UriKind.Absolute, out var uri) ? uri : null, model);
    }

    public WireEndpoint Endpoint { get; }
    public string Model { get; }

    /// <summary>What is known of the model: how it is asked to think, how long a cached prefix is kept; null when nothing is.</summary>
    public ModelInfo? Info { get; init; }

    /// <exception cref="ModelException">Any failure of the provider or the way to it.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var history = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var model = options?.ModelId is { Length: > 0 } chosen ? chosen : Model;
        using var body = new RequestBody();
        WriteRequest(body, model, history, options);
        await using var exchange = await ModelExchange.SendAsync(Endpoint, PathOf(model), body.Finish(), StreamTypes, cancellationToken);
        yield return Updates.RequestId(exchange.RequestId);
        if (exchange.RateLimits is { } limits)
            yield return Updates.RateLimits(limits);

        var reply = BeginReply(exchange, new CallIds(history));
        while (!reply.IsClosed)
        {
            if (await NextOrEndAsync(exchange, reply) is not { } next)
                break;
            using (next)
                reply.Read(next);
            foreach (var update in reply.Take())
                yield return update;
        }
        foreach (var update in reply.Complete())
            yield return update;
        if (await AfterReplyAsync(model, cancellationToken) is { } warning)
            yield return Updates.Warning(warning);
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    /// <summary>Nothing to release: the connections are shared.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Null at the end of a complete reply, also where the server leaves the connection to break or to hang behind it.</summary>
    private async ValueTask<WireEvent?> NextOrEndAsync(ModelExchange exchange, ReplyReader reply)
    {
        try
        {
            return await NextAsync(exchange) ?? (reply.MayEndHere ? null : throw exchange.Cut());
        }
        catch (ModelException failure) when (reply.MayEndHere && failure.Failure is (ModelFailure.StreamCut or ModelFailure.Silence))
        {
            return null;
        }
    }

    private protected static string[] EventStream { get; } = ["text/event-stream"];

    private protected abstract string PathOf(string model);
    private protected virtual string[] StreamTypes => EventStream;
    private protected abstract void WriteRequest(RequestBody body, string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options);
    private protected abstract ReplyReader BeginReply(ModelExchange exchange, CallIds ids);
    private protected virtual ValueTask<WireEvent?> NextAsync(ModelExchange exchange) => exchange.NextEventAsync();

    /// <summary>A look at the server once the reply is complete; a warning for the user, or null.</summary>
    private protected virtual ValueTask<string?> AfterReplyAsync(string model, CancellationToken cancellationToken) => new((string?)null);
}
