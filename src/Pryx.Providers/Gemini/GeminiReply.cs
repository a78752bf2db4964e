using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Gemini;

/// <summary>
/// Reads the chunks of a streamGenerateContent answer. No event closes it: it is whole when it ends after a finish reason.
/// Calls come in one piece; thoughts and text in many, of which one may carry a signature.
/// </summary>
internal sealed class GeminiReply(ModelExchange exchange, CallIds ids, string wire) : ReplyReader(exchange, ids)
{
    private Block _open;
    private GeminiArguments? _call;
    private int _length;
    private long _prompt;
    private long _toolPrompt;
    private long _cached;
    private long _answer;
    private long _thoughts;

    private enum Block { None, Thought, Text }

    public override bool MayEndHere => Reason is not null;

    public override void Read(WireEvent received)
    {
        if (received.IsDone)
        {
            IsClosed = true;
            return;
        }
        var root = received.Root;
        if (root.Child("error"u8) is not null)
            throw Exchange.FailFromBody(root);
        // Code Assist, the door for signed-in users, wraps the same answer.
        var answer = root.Child("response"u8) ?? root;
        ReadUsage(answer.Child("usageMetadata"u8));
        if (answer.Child("promptFeedback"u8).Text("blockReason"u8) is { Length: > 0 } blocked && blocked != "BLOCK_REASON_UNSPECIFIED")
            throw Exchange.Fail(ModelFailure.Refused, $"refused the request ({blocked}); rephrase it or choose another model");
        foreach (var candidate in answer.Items("candidates"u8))
        {
            if (candidate.Number("index"u8) is > 0)
                continue;
            if (candidate.Child("content"u8) is { } content)
                foreach (var part in content.Items("parts"u8))
                    ReadPart(part);
            if (candidate.Text("finishReason"u8) is { Length: > 0 } reason)
                Reason = ReasonOf(reason, candidate.Text("finishMessage"u8)) ?? Reason;
        }
    }

    protected override void Finish()
    {
        Close();
        if (_prompt + _toolPrompt + _answer + _thoughts > 0)
            Usage = new(_prompt + _toolPrompt, _answer + _thoughts, _cached, 0, _thoughts);
    }

    private void ReadPart(JsonElement part)
    {
        var signature = part.Text("thoughtSignature"u8) is { Length: > 0 } given ? given : null;
        if (part.Child("functionCall"u8) is { } piece && (_call is not null || piece.IsTrue("willContinue"u8)))
        {
            ReadPiece(piece, signature);
        }
        else if (part.Child("functionCall"u8) is { } call)
        {
            Close();
            ReadCall(call, signature ?? call.Text("thoughtSignature"u8));
        }
        else if (part.Child("executableCode"u8) is { } code)
        {
            ReadText($"```{code.Text("language"u8)?.ToLowerInvariant()}\n{code.Text("code"u8)?.TrimEnd()}\n```\n", signature);
        }
        else if (part.Child("codeExecutionResult"u8) is { } result)
        {
            ReadText($"```\n{result.Text("output"u8)?.TrimEnd()}\n```\n", signature);
        }
        else if (part.IsTrue("thought"u8))
        {
            ReadThought(part.Text("text"u8) ?? "", signature);
        }
        else
        {
            ReadText(part.Text("text"u8) ?? "", signature);
        }
    }

    private void ReadThought(string text, string? signature)
    {
        if (text.Length == 0 && signature is null)
            return;
        if (_open is Block.Text || _call is not null)
            Close();
        _open = Block.Thought;
        _length += text.Length;
        AddReasoning(text);
        if (signature is null)
            return;
        Seal(new TextReasoningContent(""), new(signature, text.Length));
    }

    private void ReadText(string text, string? signature)
    {
        if (text.Length == 0 && signature is null)
            return;
        if (_open is Block.Thought || _call is not null)
            Close();
        if (text.Length == 0 && _length == 0)
        {
            Seal(new TextReasoningContent(""), new(signature, IsText: true));
            return;
        }
        _open = Block.Text;
        _length += text.Length;
        AddText(text);
        if (signature is not null)
            Seal(new TextContent(""), new(signature, text.Length));
    }

    private void ReadCall(JsonElement call, string? signature)
    {
        var name = call.Text("name"u8);
        if (string.IsNullOrEmpty(name))
            throw Exchange.Fail(ModelFailure.MalformedStream, "sent a tool call without a name");
        GiveCall(call.Text("id"u8) is { Length: > 0 } given ? given : null, name, call.Child("args"u8)?.GetRawText() ?? "", signature);
    }

    /// <summary>Arguments in pieces: the first names the call, one that does not continue ends it.</summary>
    private void ReadPiece(JsonElement piece, string? signature)
    {
        if (piece.Text("name"u8) is { Length: > 0 } name)
        {
            Close();
            _call = new(name, piece.Text("id"u8), signature);
        }
        foreach (var argument in piece.Items("partialArgs"u8))
            _call?.Add(argument);
        if (!piece.IsTrue("willContinue"u8))
            EndCall();
    }

    private void EndCall()
    {
        if (_call is { } ended)
            GiveCall(ended.Id, ended.Name, ended.Json, ended.Signature);
        _call = null;
    }

    private void GiveCall(string? id, string name, string arguments, string? signature)
    {
        var content = AddCall(id, name, arguments);
        if (id is not null || signature is not null)
            content.WithOpaque(wire, new GeminiMark(signature, CallId: id).Write());
    }

    /// <summary>Thoughts without a signature are marked as this wire's, so that they too go back.</summary>
    private void Close()
    {
        EndCall();
        if (_open is Block.Thought)
            Seal(new TextReasoningContent(""), new(null));
        (_open, _length) = (Block.None, 0);
    }

    private void Seal(AIContent content, GeminiMark mark)
    {
        AddOpaque(content.WithOpaque(wire, mark.Write()));
        (_open, _length) = (Block.None, 0);
    }

    /// <summary>Each chunk counts all that came so far; a field that is missing has not changed.</summary>
    private void ReadUsage(JsonElement? usage)
    {
        _prompt = usage.Number("promptTokenCount"u8) ?? _prompt;
        _toolPrompt = usage.Number("toolUsePromptTokenCount"u8) ?? _toolPrompt;
        _cached = usage.Number("cachedContentTokenCount"u8) ?? _cached;
        _answer = usage.Number("candidatesTokenCount"u8) ?? _answer;
        _thoughts = usage.Number("thoughtsTokenCount"u8) ?? _thoughts;
    }

    private ChatFinishReason? ReasonOf(string reason, string? message) => reason switch
    {
        "FINISH_REASON_UNSPECIFIED" => null,
        "MAX_TOKENS" => ChatFinishReason.Length,
        "SAFETY" or "RECITATION" or "LANGUAGE" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" =>
            ChatFinishReason.ContentFilter,
        // What the model wrote was thrown away by the server; asked again it mostly writes it well.
        "MALFORMED_FUNCTION_CALL" or "UNEXPECTED_TOOL_CALL" or "MALFORMED_RESPONSE" or "TOO_MANY_TOOL_CALLS" =>
            throw Exchange.Fail(ModelFailure.MalformedStream, $"gave up its reply ({reason}){Words(message)}"),
        "MISSING_THOUGHT_SIGNATURE" => throw Exchange.Fail(ModelFailure.InvalidRequest, $"misses a thought signature in the history{Words(message)}; choose another model or start a new session"),
        _ => ChatFinishReason.Stop,
    };

    private static string Words(string? message) => message is { Length: > 0 } ? $": {message.AsSpan(0, Math.Min(message.Length, 200))}" : "";
}
