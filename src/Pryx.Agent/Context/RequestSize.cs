using System.Text;
using Pryx.Agent.Models;
using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>How large a request is going to be.</summary>
public static class RequestSize
{
    public static CallNeeds Of(string instructions, ToolSet tools, IReadOnlyList<Item> items, int? maxOutputTokens)
    {
        var bytes = Size(instructions);
        foreach (var tool in tools.Tools)
        {
            bytes += Size(tool.Definition.Description) + Size(tool.Definition.Schema.GetRawText());
        }
        var images = 0;
        foreach (var item in items)
        {
            bytes += item switch
            {
                UserMessage user => Size(user.Text),
                Reply reply => Size(reply.Text),
                Reasoning reasoning => Size(reasoning.Text) + Size(reasoning.Opaque?.Data ?? ""),
                ToolCall call => Size(call.Arguments) + 50,
                ToolResult result => Size(result.Output) + 20,
                Summary summary => Size(summary.Text),
                _ => 0,
            };
            images += item switch { UserMessage user => user.Attachments.Count, ToolResult result => result.Attachments.Count, _ => 0 };
        }
        // Three bytes a token: English and code have about four, CJK three, so the estimate errs on the side of the limit.
        var tokens = bytes / 3 + images * 2_000;
        return new() { InputTokens = tokens, WorstInputTokens = bytes + images * 2_000 + 50 * items.Count + 500, MaxOutputTokens = maxOutputTokens, Tools = tools.Tools.Count, Images = images };
    }

    private static long Size(string text) => Encoding.UTF8.GetByteCount(text);
}
