using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Commands.Sessions;

/// <summary>A session as one document: JSON with every item, or Markdown to read.</summary>
internal static class SessionExport
{
    public static string ToJson(Session session, IReadOnlyList<Item> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("session");
            JsonSerializer.Serialize(writer, session, ProtocolJson.Default.Session);
            writer.WritePropertyName("items");
            JsonSerializer.Serialize(writer, items, ProtocolJson.Default.IReadOnlyListItem);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    public static string ToMarkdown(Session session, IReadOnlyList<Item> items)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {OneLine(session.Title)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- Session: `{session.Id}`\n- Created: {session.CreatedAt:yyyy-MM-dd HH:mm} UTC\n- Model: {session.Model ?? "none yet"}\n- Folder: {session.Workspace ?? "none"}\n");
        text.Append(CultureInfo.InvariantCulture, $"- Tokens: {session.Usage.Input:N0} in ({session.Usage.Cached:N0} cached), {session.Usage.Output:N0} out; cost ${session.TotalCostUsd:0.00####}\n");
        foreach (var item in items)
        {
            Append(text, item);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Item item)
    {
        switch (item)
        {
            case UserMessage user:
                text.Append("\n## User\n\n").Append(user.Text.Trim()).Append('\n');
                foreach (var attachment in user.Attachments)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\n*Attached: {attachment.Name ?? attachment.MediaType}*\n");
                }
                break;
            case Reply reply:
                text.Append("\n## Assistant\n\n").Append(reply.Text.Trim()).Append(reply.IsPartial ? "\n\n*(cut off)*\n" : "\n");
                break;
            case Reasoning { Text.Length: > 0 } reasoning:
                text.Append("\n<details><summary>Reasoning</summary>\n\n").Append(reasoning.Text.Trim()).Append("\n\n</details>\n");
                break;
            case ToolCall call:
                text.Append(CultureInfo.InvariantCulture, $"\n### Tool call: {OneLine(call.Name)}\n\n").Append(Fenced(call.Arguments, "json"));
                break;
            case ToolResult result:
                text.Append(CultureInfo.InvariantCulture, $"\n### Tool result: {result.Status.ToString().ToLowerInvariant()}\n\n").Append(Fenced(result.Output, ""));
                break;
            case ApprovalRecord approval:
                text.Append(CultureInfo.InvariantCulture, $"\n*{(approval.Approved ? "Approved" : "Denied")} ({approval.Scope}) by {approval.AnsweredBy ?? "policy"}{(approval.Reason is { } why ? $": {OneLine(why)}" : "")}*\n");
                break;
            case Notice notice:
                text.Append(CultureInfo.InvariantCulture, $"\n> {OneLine(notice.Text)}\n");
                break;
            case Summary { Of: SummaryOf.TakenBack or SummaryOf.BroughtBack } told:
                text.Append(told.Text.Length > 0 ? $"\n> {OneLine(told.Text)}\n" : "");
                break;
            case Summary summary:
                text.Append("\n## Summary of what came before\n\n").Append(summary.Text.Trim()).Append('\n');
                break;
            default:
                break;
        }
    }

    // The fence is longer than any in the text, so that the text can not end it.
    private static string Fenced(string text, string language)
    {
        var longest = 0;
        for (int i = 0, run = 0; i < text.Length; i++)
        {
            run = text[i] == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        var fence = new string('`', Math.Max(3, longest + 1));
        return $"{fence}{language}\n{text.TrimEnd('\n')}\n{fence}\n";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
