using System.Text.Json;

namespace Pryx.Testing.Fake;

/// <summary>Reads the contents of one Gemini request and checks what the vendor checks about them.</summary>
internal sealed class GeminiContents(RequestReading reading)
{
    /// <summary>Google's own word for a call that another model made.</summary>
    private const string Foreign = "skip_thought_signature_validator";

    private readonly List<(string Name, string? Id)> _waiting = [];
    private int _calls;
    private int _results;

    public void Read(List<JsonElement> contents)
    {
        string? before = null;
        foreach (var content in contents)
        {
            var role = content.At("role").Text();
            reading.Require(role is "user" or "model", Rules.Roles, $"Please use a valid role: user, model. There is no role \"{role}\"");
            reading.Require(role != before, Rules.Roles, $"two contents of \"{role}\" follow each other");
            reading.Require(before is not null || role is "user", Rules.Roles, "function call turn must come immediately after a user turn or after a function response turn");
            before = role;
            var parts = content.At("parts").Items().ToList();
            reading.Require(parts.Count > 0, Rules.EmptyContent, $"a content of \"{role}\" has no parts");
            foreach (var part in parts)
            {
                reading.Prefix.Add($"{role}:{part.GetRawText()}");
                CheckPart(part);
            }
            if (role is "model")
            {
                ReadReply(parts);
            }
            else
            {
                ReadUser(parts);
            }
        }
    }

    private void CheckPart(JsonElement part)
    {
        string[] data = ["text", "inlineData", "functionCall", "functionResponse", "fileData"];
        reading.Require(data.Count(name => part.At(name) is not null) == 1, Rules.Shape, "a part must have exactly one of its data fields");
        var unknown = part.EnumerateObject().Select(field => field.Name).Except([.. data, "thought", "thoughtSignature"]).FirstOrDefault();
        reading.Require(unknown is null, Rules.Shape, $"Invalid JSON payload received. Unknown name \"{unknown}\" at 'contents.parts'");
    }

    private void ReadReply(List<JsonElement> parts)
    {
        string? reasoning = null;
        var text = "";
        string? textSeal = null;
        var calls = new List<(ScriptedCall Call, string? Seal)>();
        foreach (var part in parts)
        {
            var seal = part.At("thoughtSignature").Text();
            if (part.At("functionCall") is { } function)
            {
                var name = function.At("name").Text() ?? "";
                var id = function.At("id").Text();
                reading.Require(function.At("args") is { ValueKind: JsonValueKind.Object }, Rules.Shape, "the args of a functionCall must be an object");
                _waiting.Add((name, id));
                calls.Add((new(name, function.At("args")?.GetRawText() ?? "", id ?? $"call {_calls}"), seal));
                _calls++;
            }
            else if (part.At("thought") is { ValueKind: JsonValueKind.True })
            {
                reasoning += part.At("text").Text();
            }
            else
            {
                text += part.At("text").Text();
                textSeal ??= seal;
                reading.Require(part.At("text").Text() is not "" || seal is not null, Rules.EmptyContent, "a part of text is empty");
            }
        }
        CheckSeals(reasoning, text, textSeal, calls);
        reading.Add(new("assistant", text) { Reasoning = reasoning, Calls = [.. calls.Select(call => call.Call)] });
    }

    private void CheckSeals(string? reasoning, string text, string? textSeal, List<(ScriptedCall Call, string? Seal)> calls)
    {
        if (reasoning is not null)
        {
            var seal = calls.Count > 0 ? calls[0].Seal : textSeal;
            reading.Require(seal == Issued.Seal(reasoning) || (calls.Count == 0 && text.Length == 0), Rules.Reasoning, "the thoughts of a reply came back without their signature where it was");
        }
        for (var i = 0; i < calls.Count; i++)
        {
            var (call, seal) = calls[i];
            var issued = reading.Issued.SealBefore(call.Id!);
            reading.Require(issued is null || issued == seal, Rules.Reasoning, $"the signature of the call {call.Id} was changed or left out");
            reading.Require(i == 0 || seal is null, Rules.Reasoning, $"the call {call.Id} never had a signature and came with one");
            // The vendor looks at the calls of the current turn only; a client that is right in it is right in the others.
            reading.Require(i > 0 || !GeminiWire.IsStrict(reading.Request.Model) || seal is not null, Rules.Reasoning, $"Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly: {call.Name}");
            reading.Require(seal is not Foreign || issued is null, Rules.Reasoning, $"the call {call.Id} has a signature of its own");
        }
    }

    private void ReadUser(List<JsonElement> parts)
    {
        var texts = new List<string>();
        var images = 0;
        var responses = 0;
        var waiting = _waiting.Count;
        foreach (var part in parts)
        {
            if (part.At("functionResponse") is { } response)
            {
                reading.Require(texts.Count == 0 && images == 0, Rules.ResultOrder, "functionResponse parts must come before the others of their content");
                responses++;
                ReadResult(response);
            }
            else if (part.At("inlineData") is { } data)
            {
                reading.Require(data.At("mimeType").Text()?.Contains('/', StringComparison.Ordinal) == true && data.At("data").Text() is { Length: > 0 }, Rules.Shape, "inlineData needs mimeType and data");
                images++;
            }
            else
            {
                var text = part.At("text").Text() ?? "";
                reading.Require(text.Length > 0, Rules.EmptyContent, "a part of text is empty");
                texts.Add(text);
            }
        }
        reading.Require(responses == waiting, Rules.CallWithoutResult,
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
        _waiting.Clear();
        if (texts.Count > 0 || images > 0)
        {
            reading.Add(new("user", string.Join('\n', texts)) { Images = images });
        }
    }

    private void ReadResult(JsonElement response)
    {
        var name = response.At("name").Text() ?? "";
        var id = response.At("id").Text();
        reading.Require(response.At("response") is { ValueKind: JsonValueKind.Object }, Rules.Shape, "the response of a functionResponse must be an object");
        var at = _waiting.FindIndex(call => call.Name == name && call.Id == id);
        reading.Require(at >= 0, Rules.ResultWithoutCall, $"the response of {name} ({id}) does not follow its call");
        foreach (var part in response.At("parts").Items())
        {
            reading.Require(GeminiWire.IsStrict(reading.Request.Model), Rules.Shape, "Invalid JSON payload received. Unknown name \"parts\" at 'function_response'");
            reading.Require(part.At("inlineData") is not null, Rules.Shape, "a part of a functionResponse must be inlineData");
        }
        if (at >= 0)
        {
            _waiting.RemoveAt(at);
        }
        var text = response.At("response").At("output").Text() ?? response.At("response").At("error").Text() ?? "";
        reading.Add(new("tool", text) { CallId = id ?? $"call {_results}" });
        _results++;
    }
}
