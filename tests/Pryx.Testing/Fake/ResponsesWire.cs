using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>OpenAI Responses (https://platform.openai.com/docs/api-reference/responses-streaming), stateless: nothing is stored here.</summary>
internal sealed class ResponsesWire : IWire
{
    public string Name => "openai-responses";
    public string Route => "/responses";
    public string ContentType => "text/event-stream; charset=utf-8";
    public string? RequestIdHeader => "x-request-id";

    public bool HasKey(FakeRequest request) => OpenAiErrors.HasBearer(request);

    public void Read(JsonElement body, RequestReading reading)
    {
        reading.Require(body.At("stream") is { ValueKind: JsonValueKind.True }, Rules.Stream, "\"stream\" must be true");
        foreach (var tool in body.At("tools").Items())
        {
            reading.Require(tool.At("type").Text() == "function", Rules.Shape, "a tool's \"type\" must be \"function\"");
            reading.AddTool(tool.At("name").Text(), tool.At("parameters"));
            reading.Prefix.Add(tool.GetRawText());
        }
        if (body.At("instructions") is { } instructions)
        {
            reading.Prefix.Add(instructions.GetRawText());
            reading.Add(new("system", instructions.GetString() ?? ""));
        }
        reading.Require(body.At("input") is { ValueKind: JsonValueKind.Array }, Rules.Shape, "\"input\" must be an array");
        var isSealed = IncludesEncrypted(body);
        string? lastSeal = null;
        foreach (var item in body.At("input").Items())
        {
            reading.Prefix.Add(item.GetRawText());
            lastSeal = ReadItem(item, reading, lastSeal, isSealed);
        }
    }

    /// <summary>Returns the seal of the reasoning that belongs to the reply being read; null between replies.</summary>
    private static string? ReadItem(JsonElement item, RequestReading reading, string? lastSeal, bool isSealed)
    {
        switch (item.At("type").Text() ?? "message")
        {
            case "message":
                var role = item.At("role").Text();
                var content = item.At("content");
                var text = content.Text() ?? string.Concat(content.Items().Select(part => part.At("text").Text() ?? part.At("refusal").Text()));
                var images = content.Items().Count(part => part.At("type").Text() == "input_image");
                reading.Require(role is "user" or "assistant" or "system" or "developer", Rules.Roles, $"there is no role \"{role}\"");
                reading.Require(text.Length > 0 || images > 0, Rules.EmptyContent, $"a message of \"{role}\" is empty");
                var wrong = role is "assistant" ? "input_text" : "output_text";
                reading.Require(content.Items().All(part => part.At("type").Text() != wrong), Rules.Shape, $"a message of \"{role}\" must not hold {wrong}");
                reading.Add(new(role is "developer" ? "system" : role ?? "", text) { Images = images });
                return role is "assistant" ? lastSeal : null;
            case "reasoning":
                var summary = string.Concat(item.At("summary").Items().Select(part => part.At("text").Text()));
                var seal = item.At("encrypted_content").Text();
                reading.Require(item.At("summary") is { ValueKind: JsonValueKind.Array }, Rules.Shape, "a reasoning item needs its summary");
                reading.Require(item.At("id").Text()?.StartsWith("rs_", StringComparison.Ordinal) == true, Rules.Reasoning, "a reasoning item needs its id");
                reading.Require(seal == Issued.Seal(summary), Rules.Reasoning, "the encrypted content or the summary of a reasoning item was changed or left out");
                reading.Add(new("assistant", "") { Reasoning = summary });
                return seal;
            case "function_call":
                var callId = item.At("call_id").Text() ?? "";
                reading.Require(item.At("arguments") is { ValueKind: JsonValueKind.String }, Rules.Shape, "a function call needs arguments as a string");
                reading.Require(!isSealed || reading.Issued.SealBefore(callId) is not { } wanted || wanted == lastSeal, Rules.Reasoning,
                    $"the call {callId} came with reasoning that was not sent back before it");
                reading.Add(new("assistant", "") { Calls = [new(item.At("name").Text() ?? "", item.At("arguments").Text() ?? "", callId)] });
                return lastSeal;
            case "function_call_output":
                var output = item.At("output");
                reading.Require(output is { ValueKind: JsonValueKind.String or JsonValueKind.Array }, Rules.Shape, "a function_call_output needs its output");
                reading.Add(new("tool", output.Text() ?? string.Concat(output.Items().Select(part => part.At("text").Text()))) { CallId = item.At("call_id").Text() });
                return lastSeal;
            case var type:
                reading.Fail(Rules.Shape, $"there is no input item of type \"{type}\"");
                return lastSeal;
        }
    }

    private static bool IncludesEncrypted(JsonElement body) =>
        body.At("include").Items().Any(item => item.GetString() == "reasoning.encrypted_content");

    public TokenUsage Reportable(TokenUsage usage, JsonElement body) => usage with { CacheWrite = 0 };

    public IEnumerable<Frame> Play(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued) =>
        new ResponsesStream(reply, usage, request, issued, IncludesEncrypted(request.Body)).Frames();

    public string ErrorBody(HttpError error, string requestId) =>
        OpenAiErrors.Body(error, "Your input exceeds the context window of this model. Please adjust your input and try again.");

    public string StreamError() => "event: response.failed\ndata: " + """
        {"type":"response.failed","sequence_number":99,"response":{"id":"resp_x","object":"response","status":"failed","error":{"code":"server_error","message":"The model failed to generate a response."},"output":[],"usage":null}}
        """ + "\n\n";

    public string MalformedChunk() => "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"br\n\n";
}
