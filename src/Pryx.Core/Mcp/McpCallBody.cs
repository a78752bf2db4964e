using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Protocol.Items;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp;

/// <summary>A call's result as MCP has it.</summary>
internal static class McpCallBody
{
    public static McpCallResult Of(string text, ToolResult result)
    {
        // The frame is for models; a program knows whom it asked.
        var plain = Unframed(text);
        List<JsonElement> content = [Element(new JsonObject { ["type"] = "text", ["text"] = plain })];
        content.AddRange(result.Attachments.Select(static image => Element(new JsonObject { ["type"] = "image", ["data"] = image.Base64, ["mimeType"] = image.MediaType })));
        return new(content, plain, plain)
        {
            IsError = result.Status != ToolStatus.Completed ? true : null,
            StructuredContent = result.Command is { } command
                ? Element(new JsonObject { ["stdout"] = command.StdoutOf(result.Output), ["stderr"] = command.StderrOf(result.Output), ["exit_code"] = command.ExitCode })
                : null,
        };
    }

    private static string Unframed(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var last = text.LastIndexOf('\n');
        return text.StartsWith("[untrusted content ", StringComparison.Ordinal) && last > end && text.AsSpan(last + 1).StartsWith("[end of untrusted content ") ? text[(end + 1)..last] : text;
    }

    private static JsonElement Element(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}
