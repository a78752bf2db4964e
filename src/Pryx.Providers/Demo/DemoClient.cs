using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Demo;

/// <summary>
/// <c>demo/tour</c>, for people without a key: a script that says in every reply that it is a demo and no AI. It calls the real
/// tools, so the approvals, the file and the command are real. It keeps no state: the messages say where the tour stands.
/// </summary>
public sealed class DemoClient : IChatClient
{
    private static readonly ChatClientMetadata Metadata = new("demo", null, "tour");

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var history = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var step = TourScript.Next(history, [.. (options?.Tools ?? []).Select(tool => tool.Name)]);
        yield return Updates.RequestId(null);
        foreach (var piece in Pieces(step.Text))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Gives a reader of the stream its turn between pieces, as a network would.
            await Task.Yield();
            yield return Updates.Text(piece);
        }
        if (step.Call is { } call)
            yield return Updates.Of(call);
        yield return Updates.Usage(new TokenUsage(Estimate(history), 1 + (step.Text.Length + (step.Call?.RawArguments().Length ?? 0)) / 4));
        yield return Updates.Finish(step.Call is null ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls);
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null : serviceType == typeof(ChatClientMetadata) ? Metadata : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    /// <summary>Words with the space behind them.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        for (var begin = 0; begin < text.Length;)
        {
            var space = text.IndexOf(' ', begin);
            var end = space < 0 ? text.Length : space + 1;
            yield return text[begin..end];
            begin = end;
        }
    }

    private static long Estimate(IReadOnlyList<ChatMessage> history) => 1 + history.SelectMany(message => message.Contents).Sum(content => content switch
    {
        TextContent text => (long)text.Text.Length,
        FunctionCallContent call => call.RawArguments().Length,
        FunctionResultContent result => result.ResultText().Length,
        _ => 0,
    }) / 4;
}
