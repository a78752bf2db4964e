using Pryx.Tui.Rendering;
using Pryx.Tui.Text;

namespace Pryx.Tui.Chat;

/// <summary>How each kind of entry reads: a mark at the left, its text beside it, details below when it is opened.</summary>
internal sealed class EntryText(TimeProvider time)
{
    private const string Indent = "  ";
    private const int ThoughtLines = 3;
    private bool _showsReasoning;

    /// <summary>Rises when all entries look different from now on.</summary>
    public int Revision { get; private set; }

    public bool ShowsReasoning
    {
        get => _showsReasoning;
        set
        {
            _showsReasoning = value;
            Revision++;
        }
    }

    /// <param name="part">Of a reply; 0 for everything else.</param>
    public IReadOnlyList<StyledLine> Lines(Entry entry, int part, int width) => entry switch
    {
        UserEntry user => User(user, width),
        ReplyEntry reply => Reply(reply, part, width),
        ReasoningEntry thought => Reasoning(thought, width),
        ToolEntry call => ToolText.Lines(call, width, time.GetUtcNow()),
        NoticeEntry notice => Notice(notice, width),
        ErrorEntry error => Error(error, width),
        _ => [],
    };

    private static List<StyledLine> User(UserEntry user, int width)
    {
        var style = new TextStyle(Ink.UserText, Paper.Panel);
        var lines = Marked("› ", new TextStyle(Ink.Accent, Paper.Panel, Effects.Bold), user.Text, style, width, Paper.Panel);
        lines.AddRange(user.Attachments.Select(name => new LineBuilder().Add("  + ", new TextStyle(Ink.Muted, Paper.Panel)).Add(name, new TextStyle(Ink.Muted, Paper.Panel)).Build(Paper.Panel)));
        var state = user.State switch
        {
            Delivered.Sending => "sending …",
            Delivered.Steering => "steers: the turn takes it with its next step",
            Delivered.Queued => "queued: it begins when the turn has ended",
            Delivered.Refused => "not sent",
            _ => null,
        };
        if (state is not null)
        {
            lines.Add(new LineBuilder().Add($"  {state}", new TextStyle(user.State == Delivered.Refused ? Ink.Error : Ink.Muted, Paper.Panel, Effects.Italic)).Build(Paper.Panel));
        }
        return lines;
    }

    private static List<StyledLine> Reply(ReplyEntry reply, int part, int width)
    {
        if (part >= reply.Markdown.Parts.Count)
        {
            return [];
        }
        var lines = reply.Markdown.Parts[part].Lines(width - Indent.Length).Select(static line => new LineBuilder().Add(Indent).Add(line.Spans).Build(line.Fill)).ToList();
        if (reply.IsPartial && part == reply.Markdown.Parts.Count - 1)
        {
            lines.Add(new StyledLine($"{Indent}(stopped here)", new TextStyle(Ink.Muted).With(Effects.Italic)));
        }
        return lines;
    }

    private List<StyledLine> Reasoning(ReasoningEntry thought, int width)
    {
        var isOpen = thought.IsExpanded ?? ShowsReasoning;
        var head = thought.IsStreaming ? $"Thinking … {ChatWords.Duration(time.GetUtcNow() - thought.At)}"
            : thought.Duration is { TotalSeconds: >= 0.1 } took ? $"Thought for {ChatWords.Duration(took)}" : "Thought";
        var lines = new List<StyledLine>
        {
            new LineBuilder().Add("✻ ", Ink.Reasoning).Add(head, new TextStyle(Ink.Reasoning).With(Effects.Italic)).Add(isOpen || thought.IsStreaming ? "" : "  Ctrl+T shows it", Ink.Faint).Build(),
        };
        if (!isOpen && !thought.IsStreaming)
        {
            return lines;
        }
        var style = new TextStyle(Ink.Reasoning).With(Effects.Italic);
        var text = thought.Source.Split('\n').SelectMany(line => StyledText.Wrap(new StyledLine(line.TrimEnd('\r'), style), width - Indent.Length)).ToList();
        lines.AddRange((isOpen ? text : text.TakeLast(ThoughtLines)).Select(static line => new LineBuilder().Add(Indent).Add(line.Spans).Build()));
        return lines;
    }

    private static List<StyledLine> Notice(NoticeEntry notice, int width)
    {
        var (mark, ink) = notice.Tone switch { NoticeTone.Warning => ("▲ ", Ink.Warning), NoticeTone.Info => ("• ", Ink.Info), _ => ("  ", Ink.Faint) };
        var more = notice.Detail is { Length: > 0 } && notice.IsExpanded != true ? "  (Enter opens it)" : "";
        var lines = Marked(mark, ink, notice.Text + more, notice.Tone == NoticeTone.Quiet ? Ink.Faint : notice.Tone == NoticeTone.Warning ? Ink.Warning : Ink.Muted, width);
        if (notice.IsExpanded == true && notice.Detail is { } detail)
        {
            lines.AddRange(MarkdownText.Lines(detail, width - 4).Select(static line => new LineBuilder().Add("  │ ", Ink.Border).Add(line.Spans).Build()));
        }
        return lines;
    }

    private static List<StyledLine> Error(ErrorEntry error, int width)
    {
        var lines = Marked("✗ ", new TextStyle(Ink.Error).With(Effects.Bold), error.Message, Ink.Error, width);
        if (error.Next is { } next)
        {
            lines.AddRange(Marked("  → ", Ink.Accent, next, default, width));
        }
        var ids = string.Join(" · ", new[] { error.Code, error.TraceId is { } trace ? $"trace {trace}" : null }.Where(static id => id is not null));
        if (ids.Length > 0)
        {
            lines.AddRange(Marked("  ", Ink.Faint, ids, Ink.Faint, width));
        }
        return lines;
    }

    internal static List<StyledLine> Marked(string mark, TextStyle markStyle, string text, TextStyle style, int width, Paper fill = Paper.Default)
    {
        var rows = text.TrimEnd('\n', '\r').Split('\n').SelectMany(line => StyledText.Wrap(new StyledLine(line.TrimEnd('\r'), style), width - mark.Length - 1));
        return [.. rows.Select((row, i) => new LineBuilder().Add(i == 0 ? mark : new string(' ', mark.Length), markStyle).Add(row.Spans).Build(fill))];
    }
}
