using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pryx.Protocol.Items;

namespace Pryx.Protocol.Sessions;

/// <summary>A session as a document: Markdown for people, JSON without any loss for programs. Pure functions of what they are given.</summary>
public static class SessionExport
{
    /// <summary>Rises when a reader of older exports would misread a newer one.</summary>
    public const int FormatVersion = 1;

    /// <summary>One object: <c>format</c>, <c>version</c>, <c>session</c> and <c>items</c>, as they are on the wire.</summary>
    public static string ToJson(Session session, IReadOnlyList<Item> items)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // The file is for reading, not for embedding in HTML: umlauts and quotes stay what they are.
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", "pryx.session");
            writer.WriteNumber("version", FormatVersion);
            writer.WritePropertyName("session");
            JsonSerializer.Serialize(writer, session, ProtocolJson.Default.Session);
            writer.WritePropertyName("items");
            JsonSerializer.Serialize(writer, items, ProtocolJson.Default.IReadOnlyListItem);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Every item in its order; images are named, not included, and what only a provider can read is left out.</summary>
    public static string ToMarkdown(Session session, IReadOnlyList<Item> items)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(OneLine(session.Title)).Append("\n\n");
        AppendFact(text, "Session", session.Id.ToString());
        AppendFact(text, "Started", Time(session.CreatedAt));
        AppendFact(text, "Model", session.Model);
        AppendFact(text, "Folder", session.Workspace);
        AppendFact(text, "Tokens", string.Create(CultureInfo.InvariantCulture, $"{session.Usage.Input} in ({session.Usage.Cached} cached), {session.Usage.Output} out"));
        AppendFact(text, "Cost", string.Create(CultureInfo.InvariantCulture, $"${session.TotalCostUsd:0.######}"));
        foreach (var item in items)
        {
            text.Append('\n');
            Append(text, item);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Item item)
    {
        switch (item)
        {
            case UserMessage message:
                AppendHeading(text, message.IsSteering ? "User (while the turn ran)" : "User", item);
                AppendBody(text, message.Text);
                AppendAttachments(text, message.Attachments);
                break;
            case Reply reply:
                AppendHeading(text, reply.IsPartial ? "Assistant (not finished)" : "Assistant", item);
                AppendBody(text, reply.Text);
                break;
            case Reasoning { Text.Length: > 0 } reasoning:
                text.Append("> *Reasoning*\n>\n> ").Append(reasoning.Text.ReplaceLineEndings("\n").Replace("\n", "\n> ", StringComparison.Ordinal)).Append('\n');
                break;
            case Reasoning:
                text.Append("> *Reasoning that only its provider can read*\n");
                break;
            case ToolCall call:
                text.Append("**Tool call** ").Append(Code(call.Name)).Append(call.Tool == call.Name ? "" : $" ({Code(call.Tool)})").Append(' ').Append(Code(call.CallId)).Append("\n\n");
                AppendFenced(text, call.Arguments, "json");
                break;
            case ToolResult result:
                text.Append("**Tool result** ").Append(Code(result.CallId)).Append(": ").Append(StatusOf(result.Status))
                    .Append(string.Create(CultureInfo.InvariantCulture, $", {result.DurationMs} ms")).Append("\n\n");
                AppendFenced(text, result.Output, "");
                if (result.FullOutputPath is { } path)
                {
                    text.Append("\nThe whole output: ").Append(Code(path)).Append('\n');
                }
                AppendAttachments(text, result.Attachments);
                break;
            case ApprovalRecord record:
                text.Append("**").Append(record.Approved ? "Approved" : "Denied").Append("** (").Append(record.Scope).Append(')')
                    .Append(record.CallId is { } id ? $" {Code(id)}" : "").Append(record.AnsweredBy is { } by ? $" by {OneLine(by)}" : "")
                    .Append(record.Reason is { } reason ? $": {OneLine(reason)}" : "").Append('\n');
                break;
            case Notice notice:
                text.Append("*Notice (").Append(OneLine(notice.Kind)).Append("): ").Append(OneLine(notice.Text)).Append("*\n");
                break;
            case Summary summary:
                AppendHeading(text, "Summary of what came before", item);
                AppendBody(text, summary.Text);
                break;
            default:
                throw new NotSupportedException($"No Markdown for {item.GetType().Name}.");
        }
    }

    private static void AppendHeading(StringBuilder text, string who, Item item) => text.Append("## ").Append(who).Append(" · ").Append(Time(item.CreatedAt)).Append("\n\n");

    private static void AppendBody(StringBuilder text, string body) => text.Append(body.TrimEnd()).Append('\n');

    private static void AppendFact(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append("- ").Append(name).Append(": ").Append(OneLine(value)).Append('\n');
        }
    }

    private static void AppendAttachments(StringBuilder text, IReadOnlyList<Attachment> attachments)
    {
        foreach (var attachment in attachments)
        {
            text.Append("\n*Attached: ").Append(OneLine(attachment.Name ?? "without a name")).Append(" (").Append(attachment.MediaType).Append(")*\n");
        }
    }

    /// <summary>The fence is longer than any inside: nothing in the content can end it.</summary>
    private static void AppendFenced(StringBuilder text, string content, string language)
    {
        var fence = new string('`', Math.Max(3, LongestRun(content) + 1));
        text.Append(fence).Append(language).Append('\n').Append(content).Append(content.EndsWith('\n') || content.Length == 0 ? "" : "\n").Append(fence).Append('\n');
    }

    private static string Code(string content)
    {
        var fence = new string('`', LongestRun(content) + 1);
        return fence.Length == 1 ? $"`{OneLine(content)}`" : $"{fence} {OneLine(content)} {fence}";
    }

    private static int LongestRun(string content)
    {
        var (longest, run) = (0, 0);
        foreach (var c in content)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }

    private static string OneLine(string content) => content.ReplaceLineEndings(" ");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string StatusOf(ToolStatus status) => status switch
    {
        ToolStatus.Completed => "completed",
        ToolStatus.Failed => "failed",
        ToolStatus.Denied => "denied",
        ToolStatus.Cancelled => "cancelled",
        _ => "interrupted, outcome unknown",
    };
}
