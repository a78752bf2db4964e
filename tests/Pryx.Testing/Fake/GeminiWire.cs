using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>Gemini's streamGenerateContent (https://ai.google.dev/api/generate-content): ids of calls and strict signatures from Gemini 3 on, neither before.</summary>
internal sealed class GeminiWire : IWire
{
    public string Name => "gemini";
    public string Route => ":streamGenerateContent";
    public string ContentType => "text/event-stream";
    public string? RequestIdHeader => null;

    public bool HasKey(FakeRequest request) => request.Headers.GetValueOrDefault("x-goog-api-key") is { Length: > 0 } || OpenAiErrors.HasBearer(request);

    /// <summary>It stands in the path.</summary>
    public string ModelOf(FakeRequest request) => Uri.UnescapeDataString(request.Path[(request.Path.LastIndexOf('/') + 1)..^Route.Length]);

    /// <summary>Whether the model gives its calls ids and wants its signatures back.</summary>
    internal static bool IsStrict(string model) => !model.Contains("2.5", StringComparison.Ordinal);

    public void Read(JsonElement body, RequestReading reading)
    {
        reading.Require(reading.Request.Path.Contains("/models/", StringComparison.Ordinal), Rules.Shape, "the path must name the model as models/NAME");
        reading.Require(reading.Request.Query == "?alt=sse", Rules.Stream, "only with ?alt=sse the answer is a stream of events");
        var unknown = body.EnumerateObject().Select(field => field.Name).Except(["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent"]);
        reading.Require(!unknown.Any(), Rules.Shape, $"Invalid JSON payload received. Unknown name \"{unknown.FirstOrDefault()}\": Cannot find field.");
        var thinking = body.At("generationConfig").At("thinkingConfig");
        reading.Require(thinking.At("thinkingBudget") is null || thinking.At("thinkingLevel") is null, Rules.Shape, "You can only set only one of thinking budget and thinking level.");
        foreach (var tool in body.At("tools").Items().SelectMany(tool => tool.At("functionDeclarations").Items()))
        {
            reading.AddTool(tool.At("name").Text(), tool.At("parametersJsonSchema") ?? tool.At("parameters"));
            reading.Prefix.Add(tool.GetRawText());
        }
        if (body.At("systemInstruction") is { } system)
        {
            reading.Prefix.Add(system.GetRawText());
            reading.Add(new("system", string.Join("\n\n", system.At("parts").Items().Select(part => part.At("text").Text()))));
        }
        reading.Require(body.At("contents") is { ValueKind: JsonValueKind.Array }, Rules.Shape, "\"contents\" must be an array");
        new GeminiContents(reading).Read([.. body.At("contents").Items()]);
    }

    // What was written to the cache is not told.
    public TokenUsage Reportable(TokenUsage usage, JsonElement body) => usage with { CacheWrite = 0 };

    public IEnumerable<Frame> Play(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued)
    {
        var id = Fragments.NewId("")[..22];
        var isStrict = IsStrict(request.Model);
        Frame Chunk(FrameKind kind, JsonObject? part, string? finish = null)
        {
            var candidate = new JsonObject { ["content"] = new JsonObject { ["parts"] = part is null ? new JsonArray() : new JsonArray(part), ["role"] = "model" }, ["index"] = 0 };
            if (finish is not null)
            {
                candidate["finishReason"] = finish;
            }
            return new(kind, "data: " + new JsonObject
            {
                ["candidates"] = new JsonArray(candidate), ["usageMetadata"] = Usage(usage, isWhole: finish is not null), ["modelVersion"] = request.Model, ["responseId"] = id,
            }.OneLine() + "\r\n\r\n");
        }
        var seal = reply.Reasoning is not null || (isStrict && reply.Calls.Count > 0) ? Issued.Seal(reply.Reasoning ?? "") : null;
        foreach (var part in Fragments.Of(reply.Reasoning ?? ""))
        {
            yield return Chunk(FrameKind.Other, new() { ["text"] = part, ["thought"] = true });
        }
        foreach (var chunk in reply.Text)
        {
            yield return Chunk(FrameKind.Text, new() { ["text"] = chunk });
        }
        for (var i = 0; i < reply.Calls.Count; i++)
        {
            var call = reply.Calls[i];
            var function = new JsonObject { ["name"] = call.Name, ["args"] = JsonNode.Parse(call.Arguments) };
            var callId = call.Id ?? Fragments.NewId("")[..8];
            issued.Call(isStrict ? callId : "", call.Name, isStrict && i == 0 ? reply.Reasoning ?? "" : null);
            if (isStrict)
            {
                function["id"] = callId;
            }
            var part = new JsonObject { ["functionCall"] = function };
            if (i == 0 && seal is not null)
            {
                part["thoughtSignature"] = seal;
            }
            yield return Chunk(FrameKind.Call, part);
        }
        // A reply without calls has its signature on a last, empty part.
        var last = new JsonObject { ["text"] = "" };
        if (reply.Calls.Count == 0 && reply.Text.Count > 0 && seal is not null)
        {
            last["thoughtSignature"] = seal;
        }
        yield return Chunk(FrameKind.Close, last, reply.End switch
        {
            ReplyEnd.Length => "MAX_TOKENS",
            ReplyEnd.Refused => "SAFETY",
            _ => "STOP",
        });
    }

    private static JsonObject Usage(TokenUsage usage, bool isWhole)
    {
        var counts = new JsonObject { ["promptTokenCount"] = usage.Input };
        if (isWhole)
        {
            counts["candidatesTokenCount"] = usage.Output - usage.Reasoning;
        }
        counts["totalTokenCount"] = usage.Input + (isWhole ? usage.Output : 0);
        if (usage.Cached > 0)
        {
            counts["cachedContentTokenCount"] = usage.Cached;
        }
        if (isWhole && usage.Reasoning > 0)
        {
            counts["thoughtsTokenCount"] = usage.Reasoning;
        }
        counts["promptTokensDetails"] = new JsonArray(new JsonObject { ["modality"] = "TEXT", ["tokenCount"] = usage.Input });
        return counts;
    }

    public string ErrorBody(HttpError error, string requestId)
    {
        var (status, message) = error.Status switch
        {
            _ when error.IsContextTooLong => ("INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
            401 => ("UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."),
            403 => ("PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."),
            404 => ("NOT_FOUND", "models/nope is not found for API version v1beta, or is not supported for generateContent."),
            429 => ("RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."),
            503 => ("UNAVAILABLE", "The model is overloaded. Please try again later."),
            >= 500 => ("INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"),
            _ => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        };
        var body = new JsonObject { ["code"] = error.Status, ["message"] = error.Message ?? message, ["status"] = status };
        if (error.Status == 429)
        {
            var quota = error.Code ?? "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
            body["details"] = new JsonArray(
                new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure", ["violations"] = new JsonArray(new JsonObject { ["quotaId"] = quota }) },
                new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.RetryInfo", ["retryDelay"] = $"{error.RetryAfter?.TotalSeconds ?? 30:0}s" });
        }
        return new JsonObject { ["error"] = body }.OneLine();
    }

    public string StreamError() => """data: {"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}""" + "\r\n\r\n";

    public string MalformedChunk() => """data: {"candidates":[{"content":{"parts":[{"text":"br""" + "\r\n\r\n";
}
