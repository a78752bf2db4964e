using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Tests.Http;

/// <summary>Plays the engine's part: keeps a reply the way the engine stores it, and gives it back in the next request.</summary>
internal sealed class Conversation(params ChatMessage[] begin)
{
    public static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47];

    public List<ChatMessage> Messages { get; } = [.. begin];

    public static AIFunctionDeclaration Tool(string name) => AIFunctionFactory.CreateDeclaration(name, $"Does {name}.",
        JsonDocument.Parse("""{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}""").RootElement);

    public static ChatOptions Options(string model = "fake-model") => new()
    {
        ModelId = model,
        Tools = [Tool("list_dir"), Tool("read_file")],
        AdditionalProperties = new() { [WireKeys.Session] = "session-1" },
    };

    public async Task<List<FunctionCallContent>> StepAsync(IChatClient client, ChatOptions options)
    {
        var contents = new List<AIContent>();
        var (text, isReasoning) = (new StringBuilder(), false);
        void Close(OpaqueData? opaque)
        {
            if (text.Length == 0 && opaque is null)
                return;
            AIContent content = isReasoning ? new TextReasoningContent(text.ToString()) : new TextContent(text.ToString());
            if (opaque is not null)
                content.AdditionalProperties = new() { [WireKeys.Opaque] = opaque };
            contents.Add(content);
            text.Clear();
        }
        await foreach (var update in client.GetStreamingResponseAsync(Messages, options, TestContext.Current.CancellationToken))
            foreach (var content in update.Contents)
            {
                var opaque = content.AdditionalProperties?.GetValueOrDefault(WireKeys.Opaque) as OpaqueData;
                var (piece, thinks) = content switch
                {
                    TextReasoningContent thought => (thought.Text, true),
                    TextContent said => (said.Text, false),
                    _ => (null, isReasoning),
                };
                if (content is FunctionCallContent)
                {
                    Close(null);
                    contents.Add(content);
                }
                else if (piece is not null)
                {
                    if (thinks != isReasoning)
                        Close(null);
                    isReasoning = thinks;
                    text.Append(piece);
                    if (opaque is not null)
                        Close(opaque);
                }
            }
        Close(null);
        Messages.Add(new(ChatRole.Assistant, contents));
        return [.. contents.OfType<FunctionCallContent>()];
    }

    public void Answer(FunctionCallContent call, string result, bool isError = false, bool withImage = false)
    {
        var content = new FunctionResultContent(call.CallId, result);
        if (isError)
            content.AdditionalProperties = new() { [WireKeys.IsError] = true };
        Messages.Add(new(ChatRole.Tool, withImage ? [content, new DataContent(Png, "image/png")] : [content]));
    }

    public void Say(string text) => Messages.Add(new(ChatRole.User, text));
}
