using System.Text;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>Messages as a record for a model that summarises them, and the plain extract that stands in when none can.</summary>
internal static class Transcript
{
    // Characters: what a tool said in full is rarely what counts.
    private const int OutputLimit = 1_500;
    private const int ArgumentLimit = 1_500;
    private const int ExtractLine = 240;
    private const int ExtractLimit = 6_000;

    public static string Of(IEnumerable<Item> items)
    {
        var text = new StringBuilder();
        foreach (var item in items)
        {
            var line = item switch
            {
                UserMessage user => $"USER: {user.Text}{Images(user.Attachments)}",
                Reply reply => $"AGENT: {reply.Text}",
                ToolCall call => $"AGENT CALLS {call.Name}: {Cut(call.Arguments, ArgumentLimit)}",
                ToolResult result => $"RESULT ({result.Status.ToString().ToLowerInvariant()}): {Cut(result.Output, OutputLimit)}{Images(result.Attachments)}",
                Summary summary => $"EARLIER SUMMARY: {summary.Text}",
                _ => null,
            };
            if (line is not null)
            {
                text.Append(line).Append("\n\n");
            }
        }
        return text.ToString();
    }

    /// <summary>What was said and done, a line each, the newest as far as they have room.</summary>
    public static string Extract(IEnumerable<Item> items)
    {
        var lines = new List<string>();
        var length = 0;
        foreach (var item in items.Reverse())
        {
            var line = item switch
            {
                Reply reply => $"- said: {Line(reply.Text)}",
                ToolCall call => $"- called {call.Name} {Line(call.Arguments)}",
                ToolResult result => $"  {result.Status.ToString().ToLowerInvariant()}: {Line(result.Output)}",
                Summary summary => Cut(summary.Text, ExtractLimit / 2),
                _ => null,
            };
            if (line is null)
            {
                continue;
            }
            if ((length += line.Length) > ExtractLimit)
            {
                lines.Add("- (older steps are left out)");
                break;
            }
            lines.Add(line);
        }
        return string.Join('\n', lines.AsEnumerable().Reverse());
    }

    /// <summary>Cuts a text into parts of about the same length, at line ends where there are any near.</summary>
    public static List<string> Parts(string text, int count)
    {
        var parts = new List<string>(count);
        var from = 0;
        for (var i = 1; i <= count; i++)
        {
            var to = i == count ? text.Length : CutAt(text, (int)((long)text.Length * i / count));
            if (to > from)
            {
                parts.Add(text[from..to]);
                from = to;
            }
        }
        return parts;
    }

    /// <summary>The nearest good place to cut before or at a place: behind a line, else behind a word, never within a character.</summary>
    public static int CutAt(string text, int place)
    {
        var reach = Math.Min(place, 2_000);
        var near = text.AsSpan(place - reach, reach);
        var at = near.LastIndexOf('\n') is >= 0 and var line ? line : near.LastIndexOf(' ');
        var cut = at >= 0 ? place - reach + at + 1 : place;
        return cut > 0 && cut < text.Length && char.IsHighSurrogate(text[cut - 1]) ? cut - 1 : cut;
    }

    private static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }
        var (head, tail) = (limit * 2 / 5, limit * 3 / 5);
        head -= char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        tail -= char.IsLowSurrogate(text[^tail]) ? 1 : 0;
        return $"{text[..head]} […] {text[^tail..]}";
    }

    private static string Line(string text) => Cut(text.ReplaceLineEndings(" ").Trim(), ExtractLine);

    private static string Images(IReadOnlyList<Attachment> attachments) => attachments.Count == 0 ? "" : $" [with {attachments.Count} image(s)]";
}
