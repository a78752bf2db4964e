using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Ollama;

/// <summary>Reads the lines of an /api/chat answer. <c>"done": true</c> closes it.</summary>
internal sealed class OllamaReply(ModelExchange exchange, CallIds ids, string wire) : ReplyReader(exchange, ids)
{
    private bool _isThinking;

    public override void Read(WireEvent received)
    {
        if (received.IsDone)
            throw Exchange.Fail(ModelFailure.MalformedStream, "sent a line that is not JSON");
        var root = received.Root;
        if (root.Child("error"u8) is not null)
            throw Exchange.FailFromBody(root);
        if (root.Child("message"u8) is { } message)
            ReadMessage(message);
        if (root.IsTrue("done"u8))
            ReadEnd(root);
    }

    protected override void Finish() => CloseThinking();

    private void ReadMessage(JsonElement message)
    {
        if (message.Text("thinking"u8) is { Length: > 0 } thinking)
        {
            _isThinking = true;
            AddReasoning(thinking);
        }
        if (message.Text("content"u8) is { Length: > 0 } text)
        {
            CloseThinking();
            AddText(text);
        }
        foreach (var call in message.Items("tool_calls"u8))
        {
            CloseThinking();
            var function = call.Child("function"u8);
            var name = function.Text("name"u8);
            if (string.IsNullOrEmpty(name))
                throw Exchange.Fail(ModelFailure.MalformedStream, "sent a tool call without a name");
            var arguments = function.Child("arguments"u8);
            AddCall(call.Text("id"u8), name, arguments.AsText() ?? arguments?.GetRawText() ?? "");
        }
    }

    private void ReadEnd(JsonElement root)
    {
        Reason = root.Text("done_reason"u8) == "length" ? ChatFinishReason.Length : ChatFinishReason.Stop;
        if (root.Number("prompt_eval_count"u8) is not null || root.Number("eval_count"u8) is not null)
            Usage = new(root.Number("prompt_eval_count"u8) ?? 0, root.Number("eval_count"u8) ?? 0);
        IsClosed = true;
    }

    private void CloseThinking()
    {
        if (_isThinking)
            AddOpaque(new TextReasoningContent("").WithOpaque(wire, "thinking"));
        _isThinking = false;
    }
}
