using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Testing;

/// <summary>A model that plays replies and keeps the requests it got.</summary>
public sealed class ScriptedModel(Func<ScriptedRequest, ScriptedReply> script) : IChatClient
{
    private readonly Lock _gate = new();
    private readonly List<ScriptedRequest> _requests = [];

    /// <summary>Plays the replies in order, one a request; a request too many throws.</summary>
    public ScriptedModel(params ScriptedReply[] replies) : this(request => request.Number <= replies.Length
        ? replies[request.Number - 1]
        : throw new InvalidOperationException($"The script has {replies.Length} replies; this is request {request.Number}."))
    {
    }

    public IReadOnlyList<ScriptedRequest> Requests { get { lock (_gate) { return [.. _requests]; } } }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ScriptedRequest request;
        lock (_gate)
        {
            _requests.Add(request = new(_requests.Count + 1, [.. messages], options));
        }
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var reply = script(request);
        foreach (var content in ContentsOf(reply))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
        }
        if (reply.Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        if (reply.Failure is { } failure)
        {
            throw failure;
        }
        var usage = reply.Usage ?? new TokenUsage(100, 10);
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(DetailsOf(usage))]) { FinishReason = EndOf(reply) };
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static IEnumerable<AIContent> ContentsOf(ScriptedReply reply)
    {
        if (reply.Reasoning is { } reasoning)
        {
            yield return new TextReasoningContent(reasoning);
        }
        foreach (var chunk in reply.Text)
        {
            yield return new TextContent(chunk);
        }
        foreach (var call in reply.Calls)
        {
            yield return new FunctionCallContent(call.Id ?? $"call_{Guid.NewGuid():N}", call.Name, ParsedOrNull(call.Arguments))
            {
                AdditionalProperties = new() { [WireKeys.RawArguments] = call.Arguments },
            };
        }
    }

    private static Dictionary<string, object?>? ParsedOrNull(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value.Clone())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static UsageDetails DetailsOf(TokenUsage usage) => new()
    {
        InputTokenCount = usage.Input,
        OutputTokenCount = usage.Output,
        TotalTokenCount = usage.Input + usage.Output,
        CachedInputTokenCount = usage.Cached,
        ReasoningTokenCount = usage.Reasoning,
        AdditionalCounts = new() { [WireKeys.CacheWriteTokens] = usage.CacheWrite },
    };

    private static ChatFinishReason EndOf(ScriptedReply reply) => reply.End switch
    {
        ReplyEnd.Length => ChatFinishReason.Length,
        ReplyEnd.Refused => ChatFinishReason.ContentFilter,
        _ => reply.Calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };
}

/// <param name="Number">From 1.</param>
public sealed record ScriptedRequest(int Number, IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)
{
    /// <summary>The last tool result the model can read; null when there is none.</summary>
    public FunctionResultContent? LastResult => Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().LastOrDefault();
}
