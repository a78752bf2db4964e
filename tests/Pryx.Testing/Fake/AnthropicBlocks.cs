using System.Text.Json;

namespace Pryx.Testing.Fake;

/// <summary>Reads the content of one Anthropic message and checks what the vendor checks about it.</summary>
internal static class AnthropicBlocks
{
    public static void Read(string role, IReadOnlyList<JsonElement> blocks, RequestReading reading)
    {
        if (role is "assistant")
        {
            ReadAssistant(blocks, reading);
        }
        else
        {
            ReadUser(blocks, reading);
        }
    }

    private static void ReadUser(IReadOnlyList<JsonElement> blocks, RequestReading reading)
    {
        var texts = new List<string>();
        var images = 0;
        var isPastResults = false;
        foreach (var block in blocks)
        {
            switch (block.At("type").Text())
            {
                case "tool_result":
                    reading.Require(!isPastResults, Rules.ResultOrder, "tool_result blocks must come before all other content of their message");
                    reading.Add(new("tool", TextOf(block.At("content"))) { CallId = block.At("tool_use_id").Text() });
                    continue;
                case "text":
                    texts.Add(NonEmpty(block, reading));
                    break;
                case "image":
                    images++;
                    break;
                case var type:
                    reading.Fail(Rules.Shape, $"a user message must not hold a block of type \"{type}\"");
                    break;
            }
            isPastResults = true;
        }
        if (isPastResults)
        {
            reading.Add(new("user", string.Join('\n', texts)) { Images = images });
        }
    }

    private static void ReadAssistant(IReadOnlyList<JsonElement> blocks, RequestReading reading)
    {
        var seals = new List<string>();
        var calls = new List<ScriptedCall>();
        var text = "";
        string? reasoning = null;
        foreach (var block in blocks)
        {
            switch (block.At("type").Text())
            {
                case "thinking":
                    reasoning = block.At("thinking").Text() ?? "";
                    var seal = block.At("signature").Text();
                    reading.Require(seal == Issued.Seal(reasoning), Rules.Reasoning, "the signature or the text of a thinking block was changed or left out");
                    reading.Require(text.Length == 0 && calls.Count == 0, Rules.Reasoning, "thinking must come before the text and the calls of its reply");
                    seals.Add(seal ?? "");
                    break;
                case "redacted_thinking":
                    break;
                case "text":
                    text += NonEmpty(block, reading);
                    break;
                case "tool_use":
                    var id = block.At("id").Text() ?? "";
                    reading.Require(block.At("input") is { ValueKind: JsonValueKind.Object }, Rules.Shape, "the input of a tool_use must be an object");
                    reading.Require(reading.Issued.SealBefore(id) is not { } wanted || seals.Contains(wanted), Rules.Reasoning,
                        $"the call {id} came with thinking that was not sent back before it");
                    calls.Add(new(block.At("name").Text() ?? "", block.At("input")?.GetRawText() ?? "", id));
                    break;
                case var type:
                    reading.Fail(Rules.Shape, $"an assistant message must not hold a block of type \"{type}\"");
                    break;
            }
        }
        reading.Add(new("assistant", text) { Reasoning = reasoning, Calls = calls });
    }

    private static string NonEmpty(JsonElement block, RequestReading reading)
    {
        var text = block.At("text").Text() ?? "";
        reading.Require(text.Trim().Length > 0, Rules.EmptyContent, "a text block is empty or only white space");
        return text;
    }

    private static string TextOf(JsonElement? content) => content.Text() ?? string.Concat(content.Items().Select(block => block.At("text").Text()));
}
