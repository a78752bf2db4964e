using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Providers.Gemini;
using Pryx.Providers.Tests.Http;

namespace Pryx.Providers.Tests.Gemini;

/// <summary>What Google sent goes back on the very parts that it came on; what others sent is made fit for Google.</summary>
public class GeminiRequestTests
{
    [Theory]
    [InlineData("signed-thought-and-signed-text", """[{"text":"Think.","thought":true,"thoughtSignature":"AA=="},{"text":"One. "},{"text":"Two.","thoughtSignature":"BB=="},{"text":" Three."}]""")]
    [InlineData("text-signed-at-the-end", """[{"text":"Think.","thought":true},{"text":"Hello wörld"},{"text":"","thoughtSignature":"EjQ="}]""")]
    [InlineData("parallel-calls-signed-once", """[{"text":"**Looking**\n\nI list.","thought":true},{"functionCall":{"id":"qx1","name":"list_dir","args":{"path":"."}},"thoughtSignature":"CpQBAY89a18="},{"functionCall":{"id":"qx2","name":"read_file","args":{"path":"ä"}}}]""")]
    [InlineData("arguments-in-pieces", """[{"functionCall":{"name":"read_file","args":{"path":"src/a"}},"thoughtSignature":"CiMB"},{"functionCall":{"name":"write_items","args":{"items":[{"name":"apple","price":0.5},{"is ripe":true,"price":3}],"note":null}}}]""")]
    public async Task A_reply_goes_back_part_by_part_with_its_signatures_where_they_were(string recording, string parts)
    {
        var stream = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Recordings", "gemini", $"{recording}.sse"), TestContext.Current.CancellationToken);
        var server = new CannedServer(stream);
        var talk = new Conversation([.. Wire.Ask()]);
        var client = Client(server, "gemini-3.5-flash");
        foreach (var call in await talk.StepAsync(client, new()))
            talk.Answer(call, "ok");
        talk.Say("And now?");
        await talk.StepAsync(client, new());

        using var asked = JsonDocument.Parse(server.Asked);
        Assert.Equal(parts, asked.RootElement.GetProperty("contents")[1].GetProperty("parts").GetRawText());
    }

    [Theory]
    [InlineData("gemini-3-pro-preview", true)]
    [InlineData("gemini-flash-latest", true)]
    [InlineData("gemini-2.5-pro", false)]
    [InlineData("gemma-4-31b-it", false)]
    public async Task The_first_call_of_a_strangers_step_gets_the_word_that_Google_takes_for_a_signature(string model, bool isNew)
    {
        var server = new CannedServer(Canned.Gemini);
        var thought = new TextReasoningContent("foreign") { AdditionalProperties = new() { [WireKeys.Opaque] = new OpaqueData("anthropic", "{}") } };
        var talk = new Conversation(
        [
            .. Wire.Ask(), new(ChatRole.Assistant, [thought, new FunctionCallContent("toolu_1", "multi_tool_use.parallel", null), new FunctionCallContent("toolu_2", "list_dir", null)]),
        ]);
        talk.Messages.Add(new(ChatRole.Tool, [new FunctionResultContent("toolu_1", "one"), new DataContent(Conversation.Png, "image/png"), new FunctionResultContent("toolu_2", "two")]));
        await talk.StepAsync(Client(server, model), new());

        using var asked = JsonDocument.Parse(server.Asked);
        var contents = asked.RootElement.GetProperty("contents");
        var signature = isNew ? ""","thoughtSignature":"skip_thought_signature_validator" """.TrimEnd() : "";
        var image = """{"inlineData":{"mimeType":"image/png","data":"iVBORw=="}}""";
        Assert.Equal(
            """[{"functionCall":{"name":"multi_tool_use_parallel","args":{}}SIGNED},{"functionCall":{"name":"list_dir","args":{}}}]""".Replace("SIGNED", signature, StringComparison.Ordinal),
            contents[1].GetProperty("parts").GetRawText());
        var results = isNew
            ? """[{"functionResponse":{"name":"multi_tool_use_parallel","response":{"output":"one"},"parts":[IMAGE]}},{"functionResponse":{"name":"list_dir","response":{"output":"two"}}}]"""
            : """[{"functionResponse":{"name":"multi_tool_use_parallel","response":{"output":"one"}}},{"functionResponse":{"name":"list_dir","response":{"output":"two"}}},{"text":"The tool results above came with these images:"},IMAGE]""";
        Assert.Equal(results.Replace("IMAGE", image, StringComparison.Ordinal), contents[2].GetProperty("parts").GetRawText());
    }

    [Fact]
    public async Task A_schema_keeps_what_Gemini_takes_and_loses_the_rest()
    {
        var server = new CannedServer(Canned.Gemini);
        using var schema = JsonDocument.Parse("""
            {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":false,"definitions":{"p":{"type":"string","examples":["a"]}},
             "properties":{"default":{"$ref":"#/definitions/p"},"kind":{"const":"x","default":"x"},"list":{"type":["array","null"],"uniqueItems":true,"items":{"anyOf":[{"type":"string","$comment":"c"},true]}}},"required":["default"]}
            """);
        var tool = AIFunctionFactory.CreateDeclaration("t", "d", schema.RootElement);
        await Heard.FromAsync(Client(server, "gemini-2.5-flash"), null, new() { Tools = [tool] });

        using var asked = JsonDocument.Parse(server.Asked);
        Assert.Equal(
            """{"type":"object","additionalProperties":false,"$defs":{"p":{"type":"string"}},"properties":{"default":{"$ref":"#/$defs/p"},"kind":{"enum":["x"]},"list":{"type":["array","null"],"items":{"anyOf":[{"type":"string"},true]}}},"required":["default"]}""",
            asked.RootElement.GetProperty("tools")[0].GetProperty("functionDeclarations")[0].GetProperty("parametersJsonSchema").GetRawText());
    }

    [Fact]
    public async Task Before_Gemini_3_an_answer_in_JSON_beside_tools_is_asked_for_in_words()
    {
        var server = new CannedServer(Canned.Gemini);
        var options = Conversation.Options("gemini-2.5-flash");
        options.ResponseFormat = ChatResponseFormat.Json;
        await Heard.FromAsync(Client(server, "gemini-2.5-flash"), null, options);
        Assert.DoesNotContain("responseMimeType", server.Asked, StringComparison.Ordinal);
        Assert.Contains("Answer with nothing but one JSON object.", server.Asked, StringComparison.Ordinal);
    }

    private static GeminiClient Client(CannedServer server, string model) => new(new("google", "http://127.0.0.1:9/v1beta") { Http = new(server) }, model);
}
